import type {
  DescMessage,
  DescMethodStreaming,
  DescMethodUnary,
  MessageInitShape,
} from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { ContextValues, StreamResponse, Transport, UnaryResponse } from "@connectrpc/connect";
import { Backoff, sleep } from "./backoff.js";
import { KpiSuiteError } from "./errors.js";
import { serviceConfig } from "./generated/package.js";

/** A bearer token, or what is asked for one at each call. */
export type TokenSource = string | (() => string | Promise<string>);

/** What every call gets. */
export interface CallDefaults {
  /** The bearer token of every call; over TLS only. */
  readonly token?: TokenSource;
  /** Who acts, kept with each revision of a definition. */
  readonly actor?: string;
  /** Deadline of unary calls without one of their own, in ms. Default 30 000; 0: none. */
  readonly deadlineMs?: number;
}

/** What a platform adds to the calls. */
export interface Platform {
  /** The header in which a client says what it is, and its text. */
  readonly userAgent?: readonly [header: string, text: string];
  /** Whether a failure means that the connection was lost, whatever its code says. */
  readonly isConnectionLost?: (error: ConnectError) => boolean;
}

const DEFAULT_DEADLINE_MS = 30_000;
/** A timeout of gRPC has at most 8 digits. */
const LONGEST_TIMEOUT_MS = 99_999_999;

const policy = serviceConfig.methodConfig[0].retryPolicy;
const retryable = new Set<string>(policy.retryableStatusCodes);
const milliseconds = (text: string): number => Number.parseFloat(text) * 1000;

type Call<T> = (timeoutMs: number | undefined, header: Headers) => Promise<T>;

/**
 * A transport with what every call of the suite gets: token, actor, a deadline, further attempts
 * of unary calls as the shipped service config says, and typed errors.
 */
export class Calls implements Transport {
  constructor(
    private readonly transport: Transport,
    private readonly defaults: CallDefaults,
    private readonly platform: Platform = {},
  ) {
    if (defaults.actor !== undefined && !isVisibleAscii(defaults.actor)) {
      throw new TypeError(`the actor '${defaults.actor}' is no text of a header`);
    }
    if (typeof defaults.token === "string") checkToken(defaults.token);
  }

  async unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeadersInit | undefined,
    input: MessageInitShape<I>,
    contextValues?: ContextValues,
  ): Promise<UnaryResponse<I, O>> {
    const call: Call<UnaryResponse<I, O>> = (left, headers) =>
      this.transport.unary(method, signal, left, headers, input, contextValues);
    timeoutMs ??= this.defaults.deadlineMs ?? DEFAULT_DEADLINE_MS;
    return this.#repeat(call, signal, timeoutMs, header);
  }

  async stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodStreaming<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeadersInit | undefined,
    input: AsyncIterable<MessageInitShape<I>>,
    contextValues?: ContextValues,
  ): Promise<StreamResponse<I, O>> {
    // Opened once: watches and writers know how to resume.
    const call: Call<StreamResponse<I, O>> = (left, headers) =>
      this.transport.stream(method, signal, left, headers, input, contextValues);
    const response = await this.#attempt(call, signal, timeoutMs, await this.#headers(header));
    return { ...response, message: this.#typed(response.message, signal) };
  }

  async #repeat<T>(
    call: Call<T>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeadersInit | undefined,
  ): Promise<T> {
    const backoff = new Backoff(
      milliseconds(policy.maxBackoff),
      milliseconds(policy.initialBackoff),
      policy.backoffMultiplier,
    );
    const end =
      timeoutMs !== undefined && timeoutMs > 0 ? performance.now() + timeoutMs : undefined;
    const headers = await this.#headers(header);
    for (;;) {
      const left = end === undefined ? undefined : Math.ceil(end - performance.now());
      if (left !== undefined && left <= 0) throw deadlineExceeded();
      try {
        return await this.#attempt(call, signal, left, headers);
      } catch (caught) {
        const error = KpiSuiteError.from(caught);
        const last = backoff.failures + 1 >= policy.maxAttempts;
        if (last || !retryable.has(error.codeName)) throw error;
      }
      const wait = backoff.next();
      const rest = end === undefined ? wait : Math.min(wait, Math.max(0, end - performance.now()));
      await sleep(rest, signal).catch((reason: unknown) => Promise.reject(cancelled(reason)));
    }
  }

  async #attempt<T>(
    call: Call<T>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    headers: Headers,
  ): Promise<T> {
    try {
      const timeout = timeoutMs && Math.min(LONGEST_TIMEOUT_MS, Math.ceil(timeoutMs));
      return await call(timeout, headers);
    } catch (caught) {
      throw this.#typedError(caught, signal);
    }
  }

  async #headers(given: HeadersInit | undefined): Promise<Headers> {
    const headers = new Headers(given);
    const { token, actor } = this.defaults;
    if (token !== undefined) {
      headers.set("authorization", `Bearer ${await tokenOf(token)}`);
    }
    if (actor !== undefined && !headers.has("x-kpi-actor")) headers.set("x-kpi-actor", actor);
    if (this.platform.userAgent) headers.set(...this.platform.userAgent);
    return headers;
  }

  async *#typed<T>(messages: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncIterable<T> {
    try {
      yield* messages;
    } catch (caught) {
      throw this.#typedError(caught, signal);
    }
  }

  #typedError(caught: unknown, signal: AbortSignal | undefined): KpiSuiteError {
    if (signal?.aborted) return cancelled(signal.reason);
    const error = ConnectError.from(caught);
    // What came with a status of the server is what the server says.
    const isLocal = !error.metadata.has("grpc-status");
    if (isLocal && error.code !== Code.Unavailable && this.platform.isConnectionLost?.(error)) {
      const text = `no connection: ${error.rawMessage}`;
      return new KpiSuiteError(text, Code.Unavailable, [], error.cause);
    }
    return KpiSuiteError.from(caught);
  }
}

function cancelled(reason: unknown): KpiSuiteError {
  return new KpiSuiteError("the call was given up by the caller", Code.Canceled, [], reason);
}

function deadlineExceeded(): KpiSuiteError {
  return new KpiSuiteError("the deadline of the call passed", Code.DeadlineExceeded);
}

async function tokenOf(source: TokenSource): Promise<string> {
  if (typeof source === "string") return source;
  try {
    return checkToken(await source());
  } catch (caught) {
    throw new KpiSuiteError(`there is no token: ${caught}`, Code.Unauthenticated, [], caught);
  }
}

function checkToken(token: string): string {
  if (!isVisibleAscii(token) || token.includes(" ")) {
    throw new TypeError("a token consists of visible ASCII characters");
  }
  return token;
}

function isVisibleAscii(text: string): boolean {
  return /^[\x20-\x7e]+$/.test(text);
}
