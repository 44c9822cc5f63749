/** What the file that KPI_CONFORMANCE names tells: servers, vectors, where results go. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect, type NodeClient } from "@kpisuite/client/node";
import type { Json, JsonObject } from "./json.js";

export const LANGUAGE = "typescript";

export interface Vector {
  readonly id: string;
  readonly server?: string;
  readonly token?: string;
  readonly given?: readonly string[];
  readonly steps: readonly JsonObject[];
}

interface File {
  readonly vectors: string;
  readonly given: string;
  readonly results: string;
  readonly ca: string;
  readonly servers: Readonly<Record<string, string>>;
  readonly load: { readonly reads: number; readonly samples: number };
}

/** Letters that no other run has. */
export function letters(count: number): string {
  const letter = (): string => String.fromCharCode(97 + Math.floor(26 * Math.random()));
  return Array.from({ length: count }, letter).join("");
}

export class Settings {
  readonly load: File["load"];

  private constructor(private readonly file: File) {
    this.load = file.load;
  }

  /** Undefined where no servers were started for it. */
  static load(): Settings | undefined {
    const name = process.env["KPI_CONFORMANCE"];
    return name === undefined ? undefined : new Settings(read(name) as File);
  }

  vectors(): Vector[] {
    const names = readdirSync(this.file.vectors).filter((name) => name.endsWith(".json"));
    return names.sort().flatMap((name) => read(join(this.file.vectors, name)) as Vector[]);
  }

  given(): Readonly<Record<string, readonly JsonObject[]>> {
    return read(this.file.given) as Record<string, JsonObject[]>;
  }

  address(server: string): string {
    return this.file.servers[server] ?? server;
  }

  /** A client of a server, by its name. */
  connect(server: string, token?: string): NodeClient {
    const secured = { tls: { ca: readFileSync(this.file.ca) } };
    return connect(this.address(server), {
      ...(server === "tls" ? secured : { plaintext: true }),
      ...(token === undefined ? {} : { token }),
    });
  }

  /** Adds members to the result file of this language. */
  report(members: Record<string, Json>): void {
    const file = join(this.file.results, `${LANGUAGE}.json`);
    const before = existsSync(file) ? (read(file) as JsonObject) : {};
    writeFileSync(
      file,
      JSON.stringify({ ...before, language: LANGUAGE, ...members }, undefined, 1),
    );
  }
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(file, "utf8"));
}
