/** What is published: everything that the entries name, and nothing else. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("the package holds its entries with their types, and no tests", () => {
  const command = ["pack", "--dry-run", "--json", "--ignore-scripts"];
  const [packed] = JSON.parse(execFileSync("npm", command, { cwd: root, encoding: "utf8" })) as [
    { files: { path: string }[] },
  ];
  const paths = packed.files.map(({ path }) => path);
  const { exports } = JSON.parse(readFileSync(`${root}/package.json`, "utf8")) as {
    exports: Record<string, string>;
  };
  for (const entry of Object.values(exports)) {
    const path = entry.replace("./", "");
    assert(paths.includes(path) && paths.includes(path.replace(/\.js$/, ".d.ts")), path);
  }
  const strangers = paths.filter(
    (path) => !/^(dist\/.*\.(js|d\.ts)|README\.md|package\.json)$/.test(path),
  );
  assert.deepEqual(strangers, []);
});
