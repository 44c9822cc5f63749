/** The package in a browser: bundled without anything of Node, and run by a headless Chromium. */

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build, type BuildOptions } from "esbuild";
import { Settings } from "../conformance/settings.js";
import { startBridge } from "./bridge.js";

const PATIENCE_MS = 40_000;

/** What a web page would load; a module of Node in it fails the build. */
async function bundle(entry: Pick<BuildOptions, "stdin" | "entryPoints">): Promise<string> {
  const { outputFiles } = await build({
    ...entry,
    bundle: true,
    minify: true,
    platform: "browser",
    format: "esm",
    target: "es2022",
    write: false,
    logLevel: "silent",
  });
  return outputFiles?.[0]?.text ?? "";
}

test("the entries for all platforms and for the web need nothing of Node", async () => {
  const resolveDir = fileURLToPath(new URL("../..", import.meta.url));
  for (const entry of ["", "/web", "/v1"]) {
    const contents = `export * from "@kpisuite/client${entry}";`;
    assert((await bundle({ stdin: { contents, resolveDir } })).length > 0, entry);
  }
  const node = bundle({
    stdin: { contents: 'export * from "@kpisuite/client/node";', resolveDir },
  });
  await assert.rejects(node, /Could not resolve "node:/);
});

test("what a page does not use is not in its bundle", async () => {
  const resolveDir = fileURLToPath(new URL("../..", import.meta.url));
  const contents = 'export { Status } from "@kpisuite/client/v1";';
  const text = await bundle({ stdin: { contents, resolveDir } });
  assert(text.length < 10_000, `${text.length} bytes`);
});

const settings = Settings.load();
const hasChromium = spawnSync("chromium", ["--version"]).status === 0;
const skip = !settings
  ? "KPI_CONFORMANCE is not set; see tests/conformance"
  : !hasChromium && process.env["CI"] !== "true" && "chromium is not installed";

test(
  "Chromium gets, lists, watches over a cut connection and understands errors",
  { skip },
  async () => {
    assert(settings);
    const page = fileURLToPath(new URL("page.js", import.meta.url));
    const script = await bundle({ entryPoints: [page] });
    console.log(`the page has ${Math.round(script.length / 1024)} KiB`);
    let report = (_: string): void => {};
    const told = new Promise<string>((resolve) => (report = resolve));
    const bridge = await startBridge(settings.address("suite"), script, (text) => report(text));
    const browser = startChromium(bridge.origin);
    try {
      const { watched, ...rest } = JSON.parse(await Promise.race([told, browser.failed])) as {
        watched: string[];
      };
      assert.deepEqual(rest, {
        value: "4",
        status: "OFF_TARGET",
        definitions: ["/kpis/orders-taken", "/metrics/orders"],
        missing: { code: "NotFound", reason: "NOT_FOUND", violations: 0 },
        wrong: { code: "InvalidArgument", reason: "INVALID_FIELD", violations: 1 },
        silent: { code: "Unavailable", reason: "", violations: 0 },
        late: { code: "DeadlineExceeded", reason: "", violations: 0 },
      });
      assert.equal(watched[0], "4");
      assert.equal(watched.at(-1), "9007199254740997");
    } finally {
      browser.stop();
      bridge.stop();
    }
  },
);

function startChromium(url: string): { failed: Promise<never>; stop(): void } {
  const profile = mkdtempSync(join(tmpdir(), "kpisuite-chromium-"));
  const flags = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    `--user-data-dir=${profile}`,
    url,
  ];
  // A group of its own, to end all of its processes.
  const browser = spawn("chromium", flags, { detached: true, stdio: "ignore" });
  let timer: NodeJS.Timeout | undefined;
  const failed = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no report in ${PATIENCE_MS} ms`)), PATIENCE_MS);
    browser.on("error", reject);
    browser.on("exit", (code) => reject(new Error(`chromium ended with ${code}`)));
  });
  failed.catch(() => {});
  return {
    failed,
    stop: () => {
      clearTimeout(timer);
      browser.removeAllListeners("exit");
      browser.on("exit", () => rmSync(profile, { recursive: true, force: true, maxRetries: 5 }));
      if (browser.pid !== undefined && browser.exitCode === null)
        process.kill(-browser.pid, "SIGKILL");
    },
  };
}
