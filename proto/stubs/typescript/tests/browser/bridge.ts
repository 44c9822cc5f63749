/** gRPC-Web to gRPC, as a proxy in front of the suite does it, and a page; for this test. */

import * as http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { text } from "node:stream/consumers";
import type { DescService } from "@bufbuild/protobuf";
import {
  ConnectError,
  createClient,
  type ConnectRouter,
  type HandlerContext,
} from "@connectrpc/connect";
import { connectNodeAdapter, createGrpcTransport } from "@connectrpc/connect-node";
import { DefinitionService, EvaluationService, MeasurementService } from "@kpisuite/client/v1";

type Forward = (request: unknown, context: HandlerContext) => unknown;

/** Serves `script` on a page, and the suite at `target`; `report` takes what the page tells. */
export async function startBridge(
  target: string,
  script: string,
  report: (text: string) => void,
): Promise<{ origin: string; stop(): void }> {
  const streams = new Set<Socket>();
  const page = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    switch (request.url) {
      case "/":
        response.setHeader("content-type", "text/html");
        response.end('<!doctype html><script type="module" src="/page.js"></script>');
        break;
      case "/page.js":
        response.setHeader("content-type", "text/javascript");
        response.end(script);
        break;
      case "/cut":
        for (const socket of streams) socket.destroy();
        response.end();
        break;
      case "/report":
        void text(request)
          .then(report)
          .finally(() => response.end());
        break;
      default:
        response.writeHead(404).end();
    }
  };
  const handler = connectNodeAdapter({ routes: forwarding(target), fallback: page as never });
  const server = http.createServer((request, response) => {
    if (request.url?.includes("/Watch")) streams.add(request.socket);
    handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function forwarding(target: string): (router: ConnectRouter) => void {
  const transport = createGrpcTransport({ baseUrl: `http://${target}` });
  return (router) => {
    for (const service of [DefinitionService, MeasurementService, EvaluationService]) {
      router.service(service as DescService, implementation(service, transport) as object);
    }
  };
}

function implementation(service: DescService, transport: ReturnType<typeof createGrpcTransport>) {
  const client = createClient(service, transport) as Record<string, (...how: unknown[]) => unknown>;
  const forwards = service.methods.map((method): [string, Forward] => {
    const call = client[method.localName]!;
    const options = ({ signal }: HandlerContext) => ({ signal });
    if (method.methodKind === "unary") {
      return [
        method.localName,
        async (request, context) => {
          try {
            return await call(request, options(context));
          } catch (error) {
            throw relayed(error);
          }
        },
      ];
    }
    return [
      method.localName,
      async function* (request, context) {
        try {
          yield* call(request, options(context)) as AsyncIterable<unknown>;
        } catch (error) {
          throw relayed(error);
        }
      },
    ];
  });
  return Object.fromEntries(forwards);
}

/** The error without the headers of the connection it came over. */
function relayed(caught: unknown): ConnectError {
  const error = ConnectError.from(caught);
  const copy = new ConnectError(error.rawMessage, error.code);
  copy.details = error.details;
  return copy;
}
