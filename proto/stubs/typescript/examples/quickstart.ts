/**
 * Defines a KPI, writes samples, reads its status and watches it change.
 *
 *     node build/examples/quickstart.js HOST:PORT [WORKSPACE]
 */

import { connect, parseDecimal, type NodeClient } from "@kpisuite/client/node";
import { Aggregation, Direction, Status, type KpiState } from "@kpisuite/client/v1";

const [target, workspace = "workspaces/quickstart-typescript"] = process.argv.slice(2);
if (target === undefined) throw new Error("usage: quickstart HOST:PORT [WORKSPACE]");
const client = connect(target, { plaintext: true });
await run(client, workspace);

async function run(client: NodeClient, parent: string): Promise<KpiState> {
  await define(client, parent);

  const now = new Date();
  const writer = await client.writer(parent);
  const web = writer.series("sales", { channel: "web" });
  await web.decimal(now, "750.25", { id: "order-1" });
  await web.decimal(now, "120.50", { id: "order-2" });
  const { positionToken: atLeast } = await writer.flush();

  const today = { kpi: `${parent}/kpis/revenue`, window: "DAY" };
  const state = await client.evaluations.getState({ key: today, atLeast });
  console.log(`today ${parseDecimal(state.value)} EUR is ${Status[state.status]}`);

  for await (const message of client.watchStates({ parent, keys: [today] })) {
    if (message.inSync) {
      await web.decimal(now, "400", { id: "order-3" });
      await writer.flush();
    }
    if (message.state?.value === "1270.75") {
      console.log(`now it is ${Status[message.state.status]}`);
      return message.state;
    }
  }
  throw new Error("a watch has no end");
}

async function define(client: NodeClient, parent: string): Promise<void> {
  await client.definitions.applyDefinitions({
    parent,
    definitions: [
      {
        name: `${parent}/metrics/sales`,
        spec: { case: "metric", value: { unit: "EUR", scale: 2, dimensions: ["channel"] } },
      },
      {
        name: `${parent}/kpis/revenue`,
        spec: {
          case: "kpi",
          value: {
            owner: "cfo@example.com",
            inputs: { sales: { metric: "sales", aggregation: Aggregation.SUM } },
            unit: "EUR",
            direction: Direction.HIGHER,
            windows: ["DAY"],
            target: { kind: { case: "fixed", value: "1000" } },
          },
        },
      },
    ],
  });
}
