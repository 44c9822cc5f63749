/** What every call gets: attempts, a deadline, token and actor; over a transport in memory. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Code, ConnectError, createRouterTransport, type ConnectRouter } from "@connectrpc/connect";
import { KpiSuiteClient, KpiSuiteError, type CallDefaults } from "@kpisuite/client";
import { connect as connectNode, SampleWriter } from "@kpisuite/client/node";
import { DefinitionService, EvaluationService, MeasurementService } from "@kpisuite/client/v1";
import { connect as connectWeb } from "@kpisuite/client/web";

function clientOf(
  routes: (router: ConnectRouter) => void,
  defaults?: CallDefaults,
): KpiSuiteClient {
  const transport = createRouterTransport(routes);
  const services = { definition: transport, measurement: transport, evaluation: transport };
  return new KpiSuiteClient(services, defaults);
}

function hasCode(code: Code): (error: unknown) => boolean {
  return (error) => error instanceof KpiSuiteError && error.code === code;
}

test("UNAVAILABLE is tried four times, and nothing else twice", async () => {
  for (const [code, attempts] of [
    [Code.Unavailable, 4],
    [Code.Aborted, 1],
    [Code.Internal, 1],
  ] as const) {
    let calls = 0;
    const client = clientOf(({ rpc }) => {
      rpc(DefinitionService.method.getDefinition, () => {
        calls += 1;
        throw new ConnectError("no", code);
      });
    });
    await assert.rejects(client.definitions.getDefinition({}), hasCode(code));
    assert.equal(calls, attempts);
  }
});

test("each attempt has what is left of the deadline, 30 s unless said otherwise", async () => {
  const left: number[] = [];
  const routes = ({ rpc }: ConnectRouter): void => {
    rpc(DefinitionService.method.getDefinition, (_, { timeoutMs }) => {
      left.push(timeoutMs() ?? Number.POSITIVE_INFINITY);
      if (left.length === 1) throw new ConnectError("no", Code.Unavailable);
      return {};
    });
  };
  await clientOf(routes).definitions.getDefinition({});
  assert(left[0]! > 29_000 && left[0]! <= 30_000 && left[1]! < left[0]! - 50, String(left));
  await clientOf(routes, { deadlineMs: 5_000 }).definitions.getDefinition({});
  assert(left[2]! > 4_000 && left[2]! <= 5_000, String(left));
  await clientOf(routes).definitions.getDefinition({}, { timeoutMs: 7_000 });
  assert(left[3]! > 6_000 && left[3]! <= 7_000, String(left));
  await clientOf(routes, { deadlineMs: 0 }).definitions.getDefinition({});
  assert.equal(left[4], Number.POSITIVE_INFINITY);
});

test("attempts end with the deadline", async () => {
  const client = clientOf(({ rpc }) => {
    rpc(DefinitionService.method.getDefinition, () => {
      throw new ConnectError("no", Code.Unavailable);
    });
  });
  const call = client.definitions.getDefinition({}, { timeoutMs: 20 });
  await assert.rejects(call, hasCode(Code.DeadlineExceeded));
});

test("token and actor go with each call, and the token is asked for each time", async () => {
  const seen: (string | null)[] = [];
  let asked = 0;
  const client = clientOf(
    ({ rpc }) => {
      rpc(DefinitionService.method.getDefinition, (_, { requestHeader }) => {
        seen.push(requestHeader.get("authorization"), requestHeader.get("x-kpi-actor"));
        return {};
      });
    },
    { token: async () => `t${(asked += 1)}`, actor: "cfo@example.com" },
  );
  await client.definitions.getDefinition({});
  await client.definitions.getDefinition({}, { headers: { "x-kpi-actor": "another" } });
  assert.deepEqual(seen, ["Bearer t1", "cfo@example.com", "Bearer t2", "another"]);
  const without = clientOf(() => {}, { token: () => "two words" });
  await assert.rejects(without.definitions.getDefinition({}), hasCode(Code.Unauthenticated));
});

test("what cannot be connected to is refused at once", () => {
  for (const target of [
    "",
    "localhost",
    "localhost:",
    ":7000",
    "localhost:0",
    "localhost:70000",
    "http://localhost:7000",
    "a b:1",
    "user@host:1",
    "host:1/path",
  ]) {
    assert.throws(() => connectNode(target), /want host:port/, target);
  }
  connectNode("[::1]:7000");
  assert.throws(() => connectNode("localhost:1", { plaintext: true, token: "t" }), /over TLS only/);
  assert.throws(() => connectNode("localhost:1", { actor: "tök" }), /no text of a header/);
  assert.throws(() => connectWeb("http://localhost:1"), /want an https: URL/);
  assert.throws(
    () => connectWeb("http://localhost:1", { plaintext: true, token: "t" }),
    /over TLS/,
  );
  connectWeb("https://localhost:1/kpi/", { token: "t" });
});

test("pages are read to the end, empty ones included, and read again by another loop", async () => {
  const pages: Record<string, [string[], string]> = {
    "": [["a", "b"], "1"],
    "1": [[], "2"],
    "2": [["c"], ""],
  };
  const client = clientOf(({ rpc }) => {
    rpc(EvaluationService.method.listStates, ({ pageToken }) => {
      const [kpis, nextPageToken] = pages[pageToken]!;
      return { states: kpis.map((kpi) => ({ kpi })), nextPageToken };
    });
  });
  const list = client.listStates({ parent: "workspaces/w" });
  const kpis: string[] = [];
  for await (const { kpi } of list) kpis.push(kpi);
  assert.deepEqual(kpis, ["a", "b", "c"]);
  assert.equal((await list.all()).length, 3);
});

test("a writer pads the columns of details, and keeps kinds of values apart", async () => {
  const blocks: unknown[] = [];
  const client = clientOf(({ rpc }) => {
    rpc(MeasurementService.method.getMeasurementServerInfo, () => ({
      maxUnackedBatches: 2,
      maxBatchSamples: 100,
      maxMessageBytes: 1 << 20,
    }));
    rpc(MeasurementService.method.streamSamples, async function* (requests) {
      for await (const { batchNo, batch } of requests) {
        for (const block of batch?.series ?? []) {
          const { $typeName, metric, dimensions, ...columns } = block;
          blocks.push(Object.fromEntries(Object.entries(columns).filter(([, c]) => c?.length)));
        }
        yield { durableThroughBatchNo: batchNo, acks: [{ batchNo, result: {} }] };
      }
    });
  });
  const writer = await SampleWriter.open(client.measurements, "workspaces/w");
  const series = writer.series("m", { a: "1", b: "2" });
  assert.equal(writer.series("m", { b: "2", a: "1" }), series);
  await series.mantissa(1n, 10n);
  await series.mantissa(2n, 20n, { id: "x", weight: 5n });
  await series.mantissa(new Date(1), 30n, { entity: "e", businessDay: 7 });
  await series.decimal(4n, "1.50");
  await series.number(5n, 0.1);
  await writer.flush();
  assert.deepEqual(blocks, [
    {
      timeUnixNano: [1n, 2n, 1_000_000n],
      mantissas: [10n, 20n, 30n],
      sampleIds: ["", "x", ""],
      entities: ["", "", "e"],
      weights: [-(2n ** 63n), 5n, -(2n ** 63n)],
      businessDays: [-(2 ** 31), -(2 ** 31), 7],
    },
    { timeUnixNano: [4n], decimals: ["1.5"] },
    { timeUnixNano: [5n], doubles: [0.1] },
  ]);
  assert.throws(() => series.mantissa(1n, 2n ** 63n), RangeError);
  assert.throws(() => series.mantissa(2n ** 63n, 1n), RangeError);
  assert.equal((await writer.flush()).batches, 1);
});
