/** The client for browsers: gRPC-Web over fetch, to a proxy in front of the suite. */
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import type { CallDefaults, Platform } from "../calls.js";
import { KpiSuiteClient } from "../client.js";
import { version } from "../generated/package.js";

export * from "../index.js";

/** How to connect. */
export interface WebOptions extends CallDefaults {
  /** Take http:, without encryption: for development. */
  readonly plaintext?: boolean;
  /** What sees each attempt of a call, outermost first. */
  readonly interceptors?: Interceptor[];
  /** Instead of the fetch of the platform. */
  readonly fetch?: typeof globalThis.fetch;
}

const platform: Platform = {
  userAgent: ["x-user-agent", `kpisuite-typescript/${version}`],
  // The fetch API says TypeError when an answer breaks off.
  isConnectionLost: (error) => error.cause instanceof TypeError,
};

/**
 * A client of a gRPC-Web proxy; connects when it is first used.
 * @param baseUrl where the proxy serves: "https://kpi.example.com", or relative to the page
 * @throws TypeError if it is no https: URL (or http: with `plaintext`), or a token would be sent
 *   without encryption
 */
export function connect(baseUrl: string | URL, options: WebOptions = {}): KpiSuiteClient {
  const url = new URL(baseUrl, globalThis.location?.href);
  const { plaintext = false, token, interceptors = [], fetch = globalThis.fetch } = options;
  if (url.protocol !== "https:" && !(plaintext && url.protocol === "http:")) {
    throw new TypeError(`got '${url.href}', want an https: URL, or http: with plaintext`);
  }
  if (url.protocol !== "https:" && token !== undefined) {
    throw new TypeError("a token is sent over TLS only");
  }
  const transport = createGrpcWebTransport({
    baseUrl: url.href.replace(/\/$/, ""),
    interceptors,
    fetch: reaching(fetch),
  });
  const services = { definition: transport, measurement: transport, evaluation: transport };
  return new KpiSuiteClient(services, options, platform);
}

/** A fetch whose failure to reach anybody is UNAVAILABLE. */
function reaching(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    try {
      return await fetch(input, init);
    } catch (caught) {
      if (init?.signal?.aborted) throw caught;
      throw new ConnectError(String(caught), Code.Unavailable, undefined, undefined, caught);
    }
  };
}
