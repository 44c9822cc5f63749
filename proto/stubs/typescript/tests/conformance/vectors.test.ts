/** The vectors of tests/conformance, against the servers of its fixture. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { LANGUAGE, letters, Settings, type Vector } from "./settings.js";
import { Steps } from "./steps.js";

const PATIENCE_MS = 60_000;
const settings = Settings.load();
const skip = settings ? false : "KPI_CONFORMANCE is not set; see tests/conformance";

test("every vector passes", { skip }, async () => {
  assert(settings);
  const run = letters(4);
  const passed: string[] = [];
  const failed: Record<string, string> = {};
  for (const vector of settings.vectors()) {
    const why = await check(settings, vector, `workspaces/${LANGUAGE}-${run}-${vector.id}`);
    if (why === undefined) passed.push(vector.id);
    else failed[vector.id] = why;
  }
  settings.report({ passed, failed, skipped: {} });
  console.log(`${passed.length} passed, ${Object.keys(failed).length} failed`);
  assert.deepEqual(failed, {});
});

/** Why the vector fails; undefined when it passes. */
async function check(
  settings: Settings,
  vector: Vector,
  workspace: string,
): Promise<string | undefined> {
  const client = settings.connect(vector.server ?? "suite", vector.token);
  const steps = new Steps(settings, client, workspace);
  const given = settings.given();
  const run = async (): Promise<undefined> => {
    for (const name of vector.given ?? []) await steps.run(given[name] ?? []);
    await steps.run(vector.steps);
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`took more than ${PATIENCE_MS} ms`), PATIENCE_MS);
  });
  try {
    return await Promise.race([run(), late]);
  } catch (error) {
    return String(error);
  } finally {
    clearTimeout(timer);
    client.close();
  }
}
