/** Runs the load of load.ts. */

import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Settings } from "./settings.js";

const skip = Settings.load() ? false : "KPI_CONFORMANCE is not set; see tests/conformance";

test("reads and samples flow", { skip }, async () => {
  const program = fileURLToPath(new URL("load.js", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program]);
  console.log(stdout.trim());
});
