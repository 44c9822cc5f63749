/** Connections that break, names with several addresses, and calls that are given up. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { KpiSuiteError } from "@kpisuite/client";
import { connect, NodeClient } from "@kpisuite/client/node";
import { DefinitionService, EvaluationService, MeasurementService } from "@kpisuite/client/v1";
import { BalancedSessions } from "#dist/node/sessions.js";
import { Server } from "./server.js";

const stops: (() => Promise<void> | void)[] = [];
after(async () => {
  for (const stop of stops) await stop();
});

async function serve(routes: (router: ConnectRouter) => void, host?: string, port?: number) {
  const server = await Server.start(routes, host, port);
  stops.unshift(() => server.stop());
  return server;
}

function clientOf(server: Server): NodeClient {
  const client = connect(server.address, { plaintext: true });
  stops.unshift(() => client.close());
  return client;
}

for (const how of ["cut", "hangUp"] as const) {
  test(`a unary call whose connection broke (${how}) is tried again`, async () => {
    let calls = 0;
    const server = await serve(({ rpc }) => {
      rpc(DefinitionService.method.getDefinition, async ({ name }) => {
        calls += 1;
        if (calls === 1) {
          server[how]();
          await setTimeout(50);
        }
        return { name };
      });
    });
    const got = await clientOf(server).definitions.getDefinition({ name: "workspaces/w/kpis/k" });
    assert.equal(got.name, "workspaces/w/kpis/k");
    assert.equal(calls, 2);
  });

  test(`a watch whose connection broke (${how}) goes on after its last message`, async () => {
    const tokens: string[] = [];
    const server = await serve(({ rpc }) => {
      rpc(EvaluationService.method.watchStates, async function* ({ resumeToken }) {
        tokens.push(resumeToken);
        yield { resumeToken: `${resumeToken}a` };
        await setTimeout(20);
        server[how]();
        await setTimeout(50);
      });
    });
    const seen: string[] = [];
    for await (const { resumeToken } of clientOf(server).watchStates({ parent: "workspaces/w" })) {
      seen.push(resumeToken);
      if (seen.length === 3) break;
    }
    assert.deepEqual(seen, ["a", "aa", "aaa"]);
    assert.deepEqual(tokens, ["", "a", "aa"]);
  });

  test(`a writer whose connection broke (${how}) sends again what has no ack`, async () => {
    const ids: (string | undefined)[] = [];
    const server = await serve(({ rpc }) => {
      rpc(MeasurementService.method.getMeasurementServerInfo, () => limits);
      rpc(MeasurementService.method.streamSamples, async function* (requests) {
        for await (const { batchNo, batch } of requests) {
          ids.push(batch?.requestId);
          if (ids.length === 2) {
            server[how]();
            await setTimeout(50);
          }
          yield { durableThroughBatchNo: batchNo, acks: [{ batchNo, result: { inserted: 1n } }] };
        }
      });
    });
    const writer = await clientOf(server).writer("workspaces/w", {
      batchSamples: 1,
      requestIdPrefix: "r",
    });
    const series = writer.series("m");
    for (let i = 0n; i < 3n; i += 1n) await series.mantissa(i, i);
    const { inserted, batches } = await writer.flush();
    assert.equal(inserted, 3n);
    assert.equal(batches, 3);
    assert.equal(ids[0], "r-1");
    assert.deepEqual([...new Set(ids)], ["r-1", "r-2", "r-3"]);
  });
}

test("a writer goes on when the server, away for a while, is back", async () => {
  const ids: (string | undefined)[] = [];
  const routes = ({ rpc }: ConnectRouter): void => {
    rpc(MeasurementService.method.getMeasurementServerInfo, () => limits);
    rpc(MeasurementService.method.streamSamples, async function* (requests) {
      for await (const { batchNo, batch } of requests) {
        ids.push(batch?.requestId);
        yield { durableThroughBatchNo: batchNo, acks: [{ batchNo, result: { inserted: 1n } }] };
      }
    });
  };
  const first = await serve(routes);
  const options = { batchSamples: 1, requestIdPrefix: "r" };
  const writer = await clientOf(first).writer("workspaces/w", options);
  await first.stop();
  const series = writer.series("m");
  const written = (async () => {
    for (let i = 0n; i < 6n; i += 1n) await series.mantissa(i, i);
    return writer.flush();
  })();
  await setTimeout(400);
  assert.deepEqual(ids, []);
  await serve(routes, "127.0.0.1", Number(first.address.split(":")[1]));
  assert.equal((await written).inserted, 6n);
  assert.deepEqual(ids, ["r-1", "r-2", "r-3", "r-4", "r-5", "r-6"]);
});

const limits = { maxUnackedBatches: 4, maxBatchSamples: 1000, maxMessageBytes: 1 << 20 };

test("calls go round the addresses of a name, past those that nobody answers", async () => {
  const calls: Record<string, number> = {};
  const routes =
    (host: string) =>
    ({ rpc }: ConnectRouter) => {
      rpc(DefinitionService.method.getDefinition, () => {
        calls[host] = (calls[host] ?? 0) + 1;
        return {};
      });
    };
  const first = await serve(routes("127.0.0.1"));
  const second = await serve(routes("127.0.0.2"), "127.0.0.2", first.port);
  const resolve = async () => ["127.0.0.1", "127.0.0.2", "127.0.0.3"];
  const target = { host: "suite.test", port: first.port };
  const sessionManager = new BalancedSessions(target, undefined, resolve);
  const baseUrl = sessionManager.authority;
  const transport = createGrpcTransport({ baseUrl, sessionManager });
  const services = { definition: transport, measurement: transport, evaluation: transport };
  const client = new NodeClient(services, {}, [sessionManager]);
  stops.unshift(() => client.close());
  for (let i = 0; i < 20; i += 1) await client.definitions.getDefinition({});
  assert((calls["127.0.0.1"] ?? 0) >= 6 && (calls["127.0.0.2"] ?? 0) >= 6, JSON.stringify(calls));
  await first.stop();
  for (let i = 0; i < 10; i += 1) await client.definitions.getDefinition({});
  assert.equal((calls["127.0.0.1"] ?? 0) + (calls["127.0.0.2"] ?? 0), 30);
  await second.stop();
  await assert.rejects(client.definitions.getDefinition({}), hasCode(Code.Unavailable));
});

test("a server that is silent costs the deadline, and one call", async () => {
  let calls = 0;
  const server = await serve(({ rpc }) => {
    rpc(DefinitionService.method.getDefinition, async (_, { signal }) => {
      calls += 1;
      await setTimeout(5_000, undefined, { signal }).catch(() => {});
      return {};
    });
  });
  const begin = performance.now();
  const call = clientOf(server).definitions.getDefinition({}, { timeoutMs: 200 });
  await assert.rejects(call, hasCode(Code.DeadlineExceeded));
  assert(performance.now() - begin < 2_000);
  assert.equal(calls, 1);
});

test("a call that is given up is CANCELLED, and not tried again", async () => {
  let calls = 0;
  const server = await serve(({ rpc }) => {
    rpc(DefinitionService.method.getDefinition, () => {
      calls += 1;
      throw new ConnectError("come back", Code.Unavailable);
    });
  });
  const signal = AbortSignal.timeout(50);
  const call = clientOf(server).definitions.getDefinition({}, { signal });
  await assert.rejects(call, hasCode(Code.Canceled));
  assert(calls <= 2, String(calls));
});

test("leaving the loop of a watch ends its call", async () => {
  const server = await serve(({ rpc }) => {
    rpc(EvaluationService.method.watchStates, async function* (_, { signal }) {
      yield { inSync: true };
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      ended();
    });
  });
  let ended = (): void => {};
  const end = new Promise<void>((resolve) => (ended = resolve));
  for await (const { inSync } of clientOf(server).watchStates({})) {
    assert(inSync);
    break;
  }
  await end;
});

test("the signal of a watch ends it with CANCELLED, also while it waits for a server", async () => {
  const client = connect("127.0.0.1:9", { plaintext: true });
  const watch = client.watchStates({}, { signal: AbortSignal.timeout(100) });
  await assert.rejects(watch.next(), hasCode(Code.Canceled));
});

test("closing the client ends a watch", async () => {
  const server = await serve(({ rpc }) => {
    rpc(EvaluationService.method.watchStates, async function* (_, { signal }) {
      yield { inSync: true };
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    });
  });
  const client = clientOf(server);
  const watch = client.watchStates({});
  await watch.next();
  const next = watch.next();
  client.close();
  await assert.rejects(next, hasCode(Code.FailedPrecondition));
});

function hasCode(code: Code): (error: unknown) => boolean {
  return (error) => error instanceof KpiSuiteError && error.code === code;
}
