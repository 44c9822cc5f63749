/**
 * The small load that every language runs: reads one after the other, then samples streamed. It is
 * a program of its own, since node:test follows every promise, which costs more than the calls.
 */

import assert from "node:assert/strict";
import { SampleIdentity } from "@kpisuite/client/v1";
import { LANGUAGE, letters, Settings } from "./settings.js";

const settings = Settings.load();
assert(settings, "KPI_CONFORMANCE is not set");
await run(settings);

async function run(settings: Settings): Promise<void> {
  const client = settings.connect("suite");
  const parent = `workspaces/${LANGUAGE}-load-${letters(8)}`;
  const name = `${parent}/metrics/orders`;
  const metric = { unit: "count", scale: 2, identity: SampleIdentity.TIME };
  await client.definitions.applyDefinitions({
    parent,
    definitions: [{ name, spec: { case: "metric", value: metric } }],
  });

  const { reads, samples } = settings.load;
  let begin = performance.now();
  for (let i = 0; i < reads; i += 1) await client.definitions.getDefinition({ name });
  const readsPerSecond = perSecond(reads, begin);

  begin = performance.now();
  const writer = await client.writer(parent);
  const orders = writer.series("orders");
  for (let i = 0n; i < samples; i += 1n) {
    await orders.mantissa(1_743_415_200_000_000_000n + i * 1_000_000n, i);
  }
  const { inserted } = await writer.flush();
  const samplesPerSecond = perSecond(samples, begin);
  assert.equal(inserted, BigInt(samples));
  settings.report({ readsPerSecond, samplesPerSecond });
  console.log(`${LANGUAGE}: ${readsPerSecond} reads/s, ${samplesPerSecond} samples/s`);
  client.close();
}

function perSecond(count: number, begin: number): number {
  return Math.round((count * 1000) / (performance.now() - begin));
}
