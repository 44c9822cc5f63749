/** Calls the methods of the generated stubs by name, "MeasurementService.ReadSamples". */

import {
  createRegistry,
  fromJson,
  toJson,
  type DescMethod,
  type Message,
} from "@bufbuild/protobuf";
import type { DescMessage, Registry } from "@bufbuild/protobuf";
import type { CallOptions } from "@kpisuite/client";
import { DefinitionService, EvaluationService, MeasurementService } from "@kpisuite/client/v1";
import type { NodeClient } from "@kpisuite/client/node";
import { file_google_rpc_error_details } from "#dist/generated/google/rpc/error_details_pb.js";
import { file_google_rpc_error_info } from "#dist/generated/google/rpc/error_info_pb.js";
import type { Json, JsonObject } from "./json.js";

type Unary = (request: Message, options?: CallOptions) => Promise<Message>;
type Stream = (request: Message, options?: CallOptions) => AsyncIterable<Message>;
type Exchange = (requests: AsyncIterable<Message>) => AsyncIterable<Message>;

const services = { DefinitionService, MeasurementService, EvaluationService };
const stubs = {
  DefinitionService: "definitions",
  MeasurementService: "measurements",
  EvaluationService: "evaluations",
} as const;

/** Details of errors inside responses are of these types. */
const registry: Registry = createRegistry(
  file_google_rpc_error_details,
  file_google_rpc_error_info,
);

export class Stub {
  constructor(private readonly client: NodeClient) {}

  async call(name: string, step: JsonObject): Promise<Json> {
    const { method, invoke } = this.#method(name);
    const response = await (invoke as Unary)(parse(method.input, step["request"]), options(step));
    return json(method.output, response);
  }

  /** The messages of a stream from the server. */
  async *read(name: string, step: JsonObject, signal: AbortSignal): AsyncGenerator<Json> {
    const { method, invoke } = this.#method(name);
    const request = parse(method.input, step["request"]);
    for await (const message of (invoke as Stream)(request, { ...options(step), signal })) {
      yield json(method.output, message);
    }
  }

  /** Sends all requests, half-closes, and reads to the end. */
  async *exchange(name: string, requests: Json[]): AsyncGenerator<Json> {
    const { method, invoke } = this.#method(name);
    async function* sent(): AsyncGenerator<Message> {
      for (const request of requests) yield parse(method.input, request);
    }
    for await (const message of (invoke as Exchange)(sent())) yield json(method.output, message);
  }

  #method(name: string): { method: DescMethod; invoke: unknown } {
    const [service, rpc] = name.split(".") as [keyof typeof services, string];
    const method = services[service].methods.find((each) => each.name === rpc);
    if (!method) throw new Error(`no method ${name}`);
    const stub = this.client[stubs[service]] as unknown as Record<string, unknown>;
    return { method, invoke: stub[method.localName] };
  }
}

/** The request type of a method. */
export function inputOf(name: string): DescMessage {
  const [service, rpc] = name.split(".") as [keyof typeof services, string];
  const method = services[service].methods.find((each) => each.name === rpc);
  if (!method) throw new Error(`no method ${name}`);
  return method.input;
}

export function parse(descriptor: DescMessage, value: Json | undefined): Message {
  return fromJson(descriptor, value ?? {});
}

export function json(descriptor: DescMessage, message: Message): Json {
  return toJson(descriptor, message, { registry }) as Json;
}

function options(step: JsonObject): CallOptions {
  const { deadlineMs, metadata } = step;
  return {
    ...(deadlineMs === undefined ? {} : { timeoutMs: Number(deadlineMs) }),
    ...(metadata === undefined ? {} : { headers: metadata as Record<string, string> }),
  };
}
