/** The example against the real server, as a program of its own. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { letters, Settings } from "./conformance/settings.js";

const settings = Settings.load();
const skip = settings ? false : "KPI_CONFORMANCE is not set; see tests/conformance";

test("the example ends on target, and its process ends by itself", { skip }, async () => {
  assert(settings);
  const program = fileURLToPath(new URL("../examples/quickstart.js", import.meta.url));
  const workspace = `workspaces/quickstart-typescript-${letters(8)}`;
  const command = [program, settings.address("suite"), workspace];
  const { stdout } = await promisify(execFile)(process.execPath, command, { timeout: 60_000 });
  assert.equal(stdout, "today 870.75 EUR is OFF_TARGET\nnow it is ON_TARGET\n");
});
