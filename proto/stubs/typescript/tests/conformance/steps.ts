/** The steps of one vector. What does not fit is an AssertionError. */

import assert from "node:assert/strict";
import type { Message } from "@bufbuild/protobuf";
import {
  fromMantissa,
  KpiSuiteError,
  decimalText,
  parseDecimal,
  toMantissa,
} from "@kpisuite/client";
import type { NodeClient } from "@kpisuite/client/node";
import * as v1 from "@kpisuite/client/v1";
import { checkEnd, checkError, checkMessages } from "./checks.js";
import {
  at,
  expand,
  fits,
  integer,
  misfit,
  type Json,
  type JsonObject,
  type Variables,
} from "./json.js";
import type { Settings } from "./settings.js";
import { inputOf, json, parse, Stub } from "./stub.js";

type Lister = (request: Message) => { all(): Promise<Message[]> };
type Watcher = (request: Message) => AsyncIterable<Message>;

const KINDS = [
  "call",
  "read",
  "exchange",
  "pages",
  "watch",
  "write",
  "decimal",
  "reapply",
  "connect",
] as const;

export class Steps {
  readonly #stub: Stub;
  readonly #variables: Variables;

  constructor(
    private readonly settings: Settings,
    private readonly client: NodeClient,
    workspace: string,
  ) {
    this.#stub = new Stub(client);
    this.#variables = { ws: workspace };
  }

  async run(steps: readonly JsonObject[]): Promise<void> {
    for (const { during, ...outer } of steps) {
      // The inner steps of a watch are expanded when they run: they may use what is saved by then.
      const step = expand(outer, this.#variables) as JsonObject;
      const kind = KINDS.find((each) => each in step);
      assert(kind, `unknown step ${JSON.stringify(step)}`);
      if (kind === "watch") await this.#watch(step, (during ?? []) as JsonObject[]);
      else await this[kind](step);
    }
  }

  private async call(step: JsonObject): Promise<void> {
    await this.#check(step, this.#stub.call(step["call"] as string, step));
  }

  private async reapply(step: JsonObject): Promise<void> {
    const got = await this.client.definitions.getDefinition({ name: step["reapply"] as string });
    const request = { parent: step["parent"] as string, definitions: [got] };
    const applied = this.client.definitions.applyDefinitions(request);
    await this.#check(
      step,
      applied.then((answer) => json(v1.ApplyDefinitionsResponseSchema, answer)),
    );
  }

  async #check(step: JsonObject, answer: Promise<Json>): Promise<void> {
    let found: Json;
    try {
      found = await answer;
    } catch (error) {
      return checkError(step, error);
    }
    checkEnd(step, undefined);
    if (step["expect"] !== undefined) {
      assert.equal(misfit(step["expect"], found), undefined);
    }
    for (const [variable, path] of Object.entries(step["save"] ?? {})) {
      this.#variables[variable] = at(found, path as string);
    }
  }

  private async read(step: JsonObject): Promise<void> {
    const call = new AbortController();
    const received: Json[] = [];
    const end = await ended(
      this.#stub.read(step["read"] as string, step, call.signal),
      (message) => {
        received.push(message);
        if (step["until"] !== undefined && fits(step["until"], message)) call.abort();
      },
    );
    if (call.signal.aborted) {
      assert.equal(codeOf(end), "CANCELLED", String(end));
    } else {
      assert(step["until"] === undefined || step["error"], `ended with ${end ?? "OK"}`);
      checkEnd(step, end);
    }
    checkMessages(step, received);
  }

  private async exchange(step: JsonObject): Promise<void> {
    const received: Json[] = [];
    const messages = this.#stub.exchange(step["exchange"] as string, step["requests"] as Json[]);
    checkEnd(step, await ended(messages, (message) => void received.push(message)));
    checkMessages(step, received);
  }

  private async pages(step: JsonObject): Promise<void> {
    const name = step["pages"] as string;
    const lists: Record<string, [keyof NodeClient, Parameters<typeof json>[0]]> = {
      "DefinitionService.ListDefinitions": ["listDefinitions", v1.DefinitionSchema],
      "DefinitionService.ListRevisions": ["listRevisions", v1.DefinitionSchema],
      "DefinitionService.ListTemplates": ["listTemplates", v1.TemplateSchema],
      "MeasurementService.ReadSamples": ["readSamples", v1.SampleSchema],
      "MeasurementService.ListSeries": ["listSeries", v1.SeriesSchema],
      "EvaluationService.ListStates": ["listStates", v1.KpiStateSchema],
      "EvaluationService.GetHistory": ["history", v1.HistoryEntrySchema],
      "EvaluationService.GetLeaderboard": ["leaderboard", v1.LeaderboardRowSchema],
      "EvaluationService.ListCheckIns": ["listCheckIns", v1.CheckInSchema],
      "EvaluationService.ListAlerts": ["listAlerts", v1.AlertSchema],
    };
    const [lister, schema] = lists[name] ?? assert.fail(`no pages of ${name}`);
    const list = this.client[lister] as unknown as Lister;
    const all = list.call(this.client, parse(inputOf(name), step["request"])).all();
    const found = all.then((items): Json => {
      const [first, last] = [items[0], items.at(-1)];
      if (!first || !last) return { count: 0 };
      return { count: items.length, first: json(schema, first), last: json(schema, last) };
    });
    await this.#check(step, found);
  }

  async #watch(step: JsonObject, during: JsonObject[]): Promise<void> {
    const name = step["watch"] as string;
    const watches: Record<string, [keyof NodeClient, Parameters<typeof json>[0]]> = {
      "DefinitionService.WatchDefinitions": ["watchDefinitions", v1.WatchDefinitionsResponseSchema],
      "MeasurementService.ReadChanges": ["readChanges", v1.ReadChangesResponseSchema],
      "EvaluationService.WatchStates": ["watchStates", v1.WatchStatesResponseSchema],
    };
    const [watcher, schema] = watches[name] ?? assert.fail(`no watch of ${name}`);
    const watch = this.client[watcher] as unknown as Watcher;
    const received: Json[] = [];
    let seen = false;
    const end = await ended(
      watch.call(this.client, parse(inputOf(name), step["request"])),
      async (message) => {
        const last = json(schema, message);
        received.push(last);
        if (!seen && step["at"] !== undefined && fits(step["at"], last)) {
          seen = true;
          await this.run(during);
        }
        // What the inner steps saved may be in these patterns.
        return step["until"] !== undefined && fits(expand(step["until"], this.#variables), last);
      },
    );
    checkEnd(step, end);
    checkMessages(expand(step, this.#variables) as JsonObject, received);
  }

  private async write(step: JsonObject): Promise<void> {
    const write = step["write"] as JsonObject;
    const parent = this.#variables["ws"] as string;
    const writer = await this.client.writer(parent, { batchSamples: integer(write["batch"]) });
    const dimensions = write["dimensions"] as Record<string, string>;
    const series = writer.series(write["metric"] as string, dimensions);
    const [start, gap] = [BigInt(write["start"] as string), BigInt(write["step"] as string)];
    for (let i = 0n; i < BigInt(integer(write["count"])); i += 1n) {
      await series.decimal(start + i * gap, fromMantissa(i, integer(write["scale"])));
    }
    await writer
      .flush()
      .catch((error: unknown) => assert(writer.summary.refused.length, String(error)));
    const { inserted, corrected, unchanged, batches, refused } = writer.summary;
    const found = {
      inserted: Number(inserted),
      corrected: Number(corrected),
      unchanged: Number(unchanged),
      batches,
      refused: refused.length,
      ...(refused[0] ? { reason: refused[0].error.reasonText } : {}),
    };
    await this.#check(step, Promise.resolve(found));
  }

  private decimal(step: JsonObject): void {
    const translate = (): void => {
      const value = parseDecimal(step["decimal"] as string);
      if (!value) throw new RangeError("no number");
      if (step["canonical"] !== undefined) assert.equal(decimalText(value), step["canonical"]);
      if (step["scale"] === undefined) return;
      const mantissa = toMantissa(value, integer(step["scale"]));
      assert.equal(String(mantissa), step["mantissa"]);
      assert(fromMantissa(mantissa, integer(step["scale"])).eq(value));
    };
    if (step["refused"] === true) assert.throws(translate, RangeError);
    else translate();
  }

  private connect(step: JsonObject): void {
    const token = step["token"] as string | undefined;
    assert.throws(() => this.settings.connect(step["connect"] as string, token), TypeError);
  }
}

/** Reads until the end, whose error is returned, or until something says that it is enough. */
async function ended<T>(
  messages: AsyncIterable<T>,
  take: (message: T) => boolean | void | Promise<boolean | void>,
): Promise<unknown> {
  try {
    for await (const message of messages) {
      if (await take(message)) return undefined;
    }
    return undefined;
  } catch (error) {
    return error;
  }
}

function codeOf(error: unknown): string {
  assert(error instanceof KpiSuiteError, String(error));
  return error.codeName;
}
