import type { KpiSuiteError } from "../errors.js";
import type { RejectedGroup, WriteResult } from "../generated/kpisuite/v1/measurement_pb.js";

/** A batch that was refused as a whole, and why. */
export interface Refusal {
  /** Id of its request. */
  readonly requestId: string;
  /** Why. */
  readonly error: KpiSuiteError;
}

/** What became of the batches of a writer so far. */
export class WriteSummary {
  /** New samples. */
  inserted = 0n;
  /** Samples that were there with another value. */
  corrected = 0n;
  /** Samples that were there as sent. */
  unchanged = 0n;
  /** Batches that are settled: durable, or refused. */
  batches = 0;
  /** Groups of samples that were refused; only with `allowPartial`. */
  readonly rejected: RejectedGroup[] = [];
  /** Batches that were refused. */
  readonly refused: Refusal[] = [];
  /** Token for reads that must include the last durable batch; empty without one. */
  positionToken = "";

  /** @internal */
  add(result: WriteResult): void {
    this.batches += 1;
    this.inserted += result.inserted;
    this.corrected += result.corrected;
    this.unchanged += result.unchanged;
    this.rejected.push(...result.rejected);
    this.positionToken = result.positionToken;
  }
}
