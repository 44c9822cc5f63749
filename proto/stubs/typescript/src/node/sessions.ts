import { lookup } from "node:dns/promises";
import type * as http2 from "node:http2";
import * as net from "node:net";
import * as tls from "node:tls";
import { Code, ConnectError } from "@connectrpc/connect";
import { Http2SessionManager, type GrpcTransportOptions } from "@connectrpc/connect-node";
import { Backoff } from "../backoff.js";

type Sessions = NonNullable<GrpcTransportOptions["sessionManager"]>;

const KEEPALIVE_MS = 120_000;
const KEEPALIVE_TIMEOUT_MS = 20_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** How often a name is looked up again: servers come and go behind it. */
const LOOKUP_INTERVAL_MS = 30_000;
const MOST_BACKOFF_MS = 30_000;

/** Host and port of a server. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** Certificates of a connection with TLS. */
export type TlsOptions = Pick<tls.ConnectionOptions, "ca" | "cert" | "key" | "passphrase">;

/** The connection to one address. */
interface Connection {
  readonly sessions: Http2SessionManager;
  readonly backoff: Backoff;
  /** Not tried before that time of performance.now(), unless there is no other. */
  restsUntil: number;
}

/**
 * The connections to all addresses of a name. Requests go round; an address that cannot be reached
 * is passed over for a while. Nothing here keeps the process alive.
 */
export class BalancedSessions implements Sessions {
  readonly authority: string;
  readonly #connections = new Map<string, Connection>();
  readonly #ofStream = new WeakMap<http2.ClientHttp2Stream, Connection>();
  #lookup: Promise<void> | undefined;
  #lookedUpAt = Number.NEGATIVE_INFINITY;
  #turn = 0;
  #closed = false;

  /** Without `tlsOptions` the connections are in the clear. */
  constructor(
    private readonly target: Target,
    private readonly tlsOptions: TlsOptions | undefined,
    private readonly resolve: (host: string) => Promise<string[]> = addresses,
  ) {
    const host = net.isIPv6(target.host) ? `[${target.host}]` : target.host;
    this.authority = new URL(`${tlsOptions ? "https" : "http"}://${host}:${target.port}`).origin;
  }

  async request(...request: Parameters<Sessions["request"]>): Promise<http2.ClientHttp2Stream> {
    await this.#lookUp();
    if (this.#closed) throw new ConnectError("the client was closed", Code.FailedPrecondition);
    let failure: unknown = new ConnectError("the name has no address", Code.Unavailable);
    for (const connection of this.#inTurn()) {
      try {
        const stream = await connection.sessions.request(...request);
        connection.backoff.reset();
        this.#ofStream.set(stream, connection);
        return stream;
      } catch (caught) {
        // Nothing was sent, so another address may be asked.
        connection.restsUntil = performance.now() + connection.backoff.next();
        failure = caught;
      }
    }
    throw failure;
  }

  notifyResponseByteRead(stream: http2.ClientHttp2Stream): void {
    this.#ofStream.get(stream)?.sessions.notifyResponseByteRead(stream);
  }

  /** Ends all connections and what is under way on them. */
  close(): void {
    this.#closed = true;
    for (const { sessions } of this.#connections.values()) sessions.abort();
  }

  /** Each connection once, the next one in turn first; those that rest come last. */
  #inTurn(): Connection[] {
    const all = [...this.#connections.values()];
    if (all.length < 2) return all;
    this.#turn = (this.#turn + 1) % all.length;
    const inTurn = [...all.slice(this.#turn), ...all.slice(0, this.#turn)];
    const now = performance.now();
    const rests = (connection: Connection): boolean => connection.restsUntil > now;
    return [...inTurn.filter((each) => !rests(each)), ...inTurn.filter(rests)];
  }

  /** Waits for the first addresses; later ones are taken when they are known. */
  async #lookUp(): Promise<void> {
    if (performance.now() - this.#lookedUpAt > LOOKUP_INTERVAL_MS) {
      this.#lookup ??= this.#follow().finally(() => {
        this.#lookup = undefined;
      });
      // While the name has no address the last ones are kept.
      if (this.#connections.size > 0) this.#lookup.catch(() => {});
    }
    if (this.#connections.size === 0) await this.#lookup;
  }

  async #follow(): Promise<void> {
    const wanted = new Set(await this.resolve(this.target.host));
    this.#lookedUpAt = performance.now();
    for (const [address, { sessions }] of this.#connections) {
      if (wanted.has(address)) continue;
      this.#connections.delete(address);
      // What is under way ends by itself, and the connection when it was idle for a while.
      if (sessions.state() !== "open") sessions.abort();
    }
    for (const address of wanted) {
      if (!this.#connections.has(address)) this.#connections.set(address, this.#open(address));
    }
  }

  #open(address: string): Connection {
    const keepalive = { pingIntervalMs: KEEPALIVE_MS, pingTimeoutMs: KEEPALIVE_TIMEOUT_MS };
    const createConnection = (): net.Socket => this.#dial(address);
    return {
      sessions: new Http2SessionManager(this.authority, keepalive, { createConnection }),
      backoff: new Backoff(MOST_BACKOFF_MS, 1_000),
      restsUntil: 0,
    };
  }

  #dial(address: string): net.Socket {
    const { host, port } = this.target;
    const where = { host: address, port, noDelay: true };
    const socket = this.tlsOptions
      ? tls.connect({
          ...this.tlsOptions,
          ...where,
          ALPNProtocols: ["h2"],
          // A certificate may name an address, but a server is never asked for one.
          ...(net.isIP(host) ? { checkServerIdentity: identityOf(host) } : { servername: host }),
        })
      : net.connect(where);
    const late = setTimeout(() => {
      const text = `no connection to ${address} port ${port} in ${CONNECT_TIMEOUT_MS / 1000} s`;
      socket.destroy(new ConnectError(text, Code.Unavailable));
    }, CONNECT_TIMEOUT_MS);
    for (const event of [this.tlsOptions ? "secureConnect" : "connect", "close"]) {
      socket.once(event, () => clearTimeout(late));
    }
    return socket;
  }
}

function identityOf(host: string): NonNullable<tls.ConnectionOptions["checkServerIdentity"]> {
  return (_, certificate) => tls.checkServerIdentity(host, certificate);
}

async function addresses(host: string): Promise<string[]> {
  try {
    const found = await lookup(host, { all: true });
    return found.map(({ address }) => address);
  } catch (caught) {
    const text = `the name ${host} cannot be looked up: ${String(caught)}`;
    throw new ConnectError(text, Code.Unavailable, undefined, undefined, caught);
  }
}
