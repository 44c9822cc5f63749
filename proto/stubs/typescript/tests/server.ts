/** A server of its own for tests: gRPC on a free port, with what a test implements. */

import * as http2 from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { ConnectRouter } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";

export class Server {
  readonly #sockets = new Set<Socket>();
  readonly #server: http2.Http2Server;

  /** "host:port", also when it has stopped. */
  address = "";

  private constructor(routes: (router: ConnectRouter) => void) {
    this.#server = http2.createServer(connectNodeAdapter({ routes }));
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => this.#sockets.delete(socket));
    });
    this.#server.on("sessionError", () => {});
  }

  static async start(
    routes: (router: ConnectRouter) => void,
    host = "127.0.0.1",
    port = 0,
  ): Promise<Server> {
    const server = new Server(routes);
    await new Promise<void>((resolve) => server.#server.listen(port, host, resolve));
    server.address = `${host}:${server.port}`;
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Breaks all connections; new ones are taken. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Ends all connections in order; new ones are taken. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.hangUp();
    await new Promise<unknown>((resolve) => this.#server.close(resolve));
  }
}
