import { getSystemErrorMap } from "node:util";
import { Code, type Interceptor, type Transport } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import type { CallDefaults, Platform } from "../calls.js";
import { KpiSuiteClient, type Services } from "../client.js";
import { version } from "../generated/package.js";
import { BalancedSessions, type Target, type TlsOptions } from "./sessions.js";
import { SampleWriter, type WriterOptions } from "./writer.js";

export type { TlsOptions } from "./sessions.js";

const MAX_MESSAGE_BYTES = 8 << 20;

/** How to connect. */
export interface NodeOptions extends CallDefaults {
  /** No encryption: for trusted networks. Default: TLS with the certificate authorities of Node. */
  readonly plaintext?: boolean;
  /** Other authorities, or a certificate of one's own. */
  readonly tls?: TlsOptions;
  /** What sees each attempt of a call, outermost first. */
  readonly interceptors?: Interceptor[];
}

/** A client over gRPC, which can stream samples as well. */
export class NodeClient extends KpiSuiteClient {
  readonly #sessions: readonly BalancedSessions[];

  /** Use `connect`. */
  constructor(
    transports: Services<Transport>,
    options: NodeOptions,
    sessions: readonly BalancedSessions[],
  ) {
    super(transports, options, platform);
    this.#sessions = sessions;
  }

  /** A writer of samples of "workspaces/{workspace}"; asks the server for its limits. */
  writer(parent: string, options?: WriterOptions): Promise<SampleWriter> {
    return SampleWriter.open(this.measurements, parent, options);
  }

  /**
   * Ends the connections and what is under way. A process need not do it before its end: idle
   * connections do not hold it.
   */
  close(): void {
    for (const sessions of this.#sessions) sessions.close();
  }
}

/**
 * A client of one address that serves everything, "host:port", or of three services with an address
 * each. Connects when it is first used; calls go round all addresses of a name.
 * @throws TypeError if an address or a token cannot be used, or a token would be sent without TLS
 */
export function connect(target: string | Services<string>, options: NodeOptions = {}): NodeClient {
  const { plaintext = false, tls = {}, token, interceptors = [] } = options;
  if (plaintext && token !== undefined) throw new TypeError("a token is sent over TLS only");
  const sessions = new Map<string, BalancedSessions>();
  const open = (address: string): Transport => {
    const known = sessions.get(address);
    const sessionManager =
      known ?? new BalancedSessions(parse(address), plaintext ? undefined : tls);
    sessions.set(address, sessionManager);
    return createGrpcTransport({
      baseUrl: sessionManager.authority,
      sessionManager,
      interceptors,
      readMaxBytes: MAX_MESSAGE_BYTES,
    });
  };
  const of = (service: keyof Services<string>): Transport =>
    open(typeof target === "string" ? target : target[service]);
  const transports = {
    definition: of("definition"),
    measurement: of("measurement"),
    evaluation: of("evaluation"),
  };
  return new NodeClient(transports, options, [...sessions.values()]);
}

const platform: Platform = {
  userAgent: ["user-agent", `kpisuite-typescript/${version}`],
  isConnectionLost: (error) => {
    // A connection that ends takes its streams with it; the caller's own cancel is known before.
    if (error.code === Code.Canceled) return true;
    for (let cause: unknown = error.cause; cause instanceof Error; cause = cause.cause) {
      if ("code" in cause && isNetworkError(String(cause.code))) return true;
    }
    return false;
  },
};

const systemErrors = new Set([...getSystemErrorMap().values()].map(([name]) => name));
const connectionErrors = /^(EAI_|ENOTFOUND|ERR_HTTP2_|ERR_STREAM_|ERR_TLS_|ERR_SSL_|ERR_SOCKET_)/;
const certificateErrors = /^(CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

/** Of the operating system, of the name service, of HTTP/2, or of TLS. */
function isNetworkError(code: string): boolean {
  return systemErrors.has(code) || connectionErrors.test(code) || certificateErrors.test(code);
}

function parse(target: string): Target {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s/?#@:[\]]+)):(\d{1,5})$/.exec(target);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port < 1 || port > 65_535) {
    throw new TypeError(`got target '${target}', want host:port`);
  }
  return { host, port };
}
