/** What a step says about an error, an end and the messages of a stream. */

import assert from "node:assert/strict";
import { KpiSuiteError } from "@kpisuite/client";
import { ErrorReason } from "@kpisuite/client/v1";
import { fits, misfit, type Json, type JsonObject } from "./json.js";

/** Checks how a call ended: with an error, or well when there is none. */
export function checkEnd(step: JsonObject, error: unknown): void {
  if (error !== undefined) checkError(step, error);
  else assert(step["error"] === undefined, `ended with OK, want ${JSON.stringify(step["error"])}`);
}

export function checkError(step: JsonObject, error: unknown): void {
  if (!(error instanceof KpiSuiteError) || step["error"] === undefined) throw error;
  const { violations = [], ...wanted } = step["error"] as JsonObject;
  const told: JsonObject = {
    code: error.codeName,
    reason: error.reasonText,
    metadata: { ...error.metadata },
    ...(error.retryDelayMs === undefined ? {} : { retryAfter: error.retryDelayMs / 1000 }),
  };
  assert.equal(misfit(wanted, told, "error"), undefined, String(error));
  if (error.reason !== ErrorReason.UNSPECIFIED) {
    assert.equal(ErrorReason[error.reason], error.reasonText);
  }
  const fields = error.violations.map(({ field }) => field);
  for (const field of violations as string[])
    assert(fields.includes(field), `${fields} lack ${field}`);
}

/** Every pattern fits a message, in the order of the patterns. */
export function checkMessages(step: JsonObject, received: readonly Json[]): void {
  let next = 0;
  for (const pattern of (step["expect"] ?? []) as Json[]) {
    const found = received.findIndex((message, i) => i >= next && fits(pattern, message));
    const shown = JSON.stringify(received).slice(0, 2000);
    assert(found >= 0, `none in order fits ${JSON.stringify(pattern)}: ${shown}`);
    next = found + 1;
  }
}
