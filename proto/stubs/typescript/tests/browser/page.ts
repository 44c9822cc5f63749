/** What runs in the browser: gets, lists, watches over a cut, and fails; then reports. */

import { Code, KpiSuiteError, parseDecimal, unixNanos } from "@kpisuite/client";
import { Aggregation, Direction, SampleIdentity, Status } from "@kpisuite/client/v1";
import { connect } from "@kpisuite/client/web";

const client = connect("/", { plaintext: true });
const parent = `workspaces/browser-${Date.now().toString(36)}`;
const kpi = `${parent}/kpis/orders-taken`;

async function define(): Promise<void> {
  await client.definitions.applyDefinitions({
    parent,
    definitions: [
      {
        name: `${parent}/metrics/orders`,
        spec: { case: "metric", value: { unit: "count", scale: 0, identity: SampleIdentity.TIME } },
      },
      {
        name: kpi,
        spec: {
          case: "kpi",
          value: {
            owner: "sales@example.com",
            inputs: { orders: { metric: "orders", aggregation: Aggregation.SUM } },
            unit: "count",
            direction: Direction.HIGHER,
            windows: ["DAY"],
            target: { kind: { case: "fixed", value: "10" } },
          },
        },
      },
    ],
  });
}

async function write(requestId: string, mantissa: bigint): Promise<string> {
  const timeUnixNano = [unixNanos(new Date())];
  const block = { metric: "orders", timeUnixNano, mantissas: [mantissa] };
  const answer = await client.measurements.writeSamples({ parent, requestId, series: [block] });
  return answer.result?.positionToken ?? "";
}

/** The values that the watch saw; its connection is cut after the first. */
async function watched(): Promise<string[]> {
  const values: string[] = [];
  for await (const { state, inSync } of client.watchStates({ parent })) {
    if (state) values.push(state.value);
    if (inSync && values.at(-1) === "4") {
      await fetch("/cut");
      await write("second", 9_007_199_254_740_993n);
    }
    if (state?.value === "9007199254740997") return values;
  }
  return values;
}

async function failure(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof KpiSuiteError)) return String(error);
    return {
      code: Code[error.code],
      reason: error.reasonText,
      violations: error.violations.length,
    };
  }
}

async function run(): Promise<unknown> {
  await define();
  const atLeast = await write("first", 4n);
  const state = await client.evaluations.getState({ key: { kpi }, atLeast });
  const definitions = await client.listDefinitions({ parent, pageSize: 1 }).all();
  const silent = connect("http://127.0.0.1:1", { plaintext: true });
  return {
    value: String(parseDecimal(state.value)),
    status: Status[state.status],
    definitions: definitions.map(({ name }) => name.slice(parent.length)),
    watched: await watched(),
    missing: await failure(client.definitions.getDefinition({ name: `${parent}/kpis/none` })),
    wrong: await failure(client.definitions.listDefinitions({ parent, pageSize: -1 })),
    silent: await failure(silent.definitions.getDefinition({})),
    late: await failure(
      client.evaluations
        .watchStates({ parent }, { timeoutMs: 200 })
        [Symbol.asyncIterator]()
        .next()
        .then(() => client.definitions.getDefinition({ name: kpi }, { timeoutMs: 1 })),
    ),
  };
}

const result = await run().catch((error: unknown) => ({ failed: String(error) }));
await fetch("/report", { method: "POST", body: JSON.stringify(result) });
