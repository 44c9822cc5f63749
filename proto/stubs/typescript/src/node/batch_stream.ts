import { setImmediate } from "node:timers/promises";
import { Code, type Client } from "@connectrpc/connect";
import { Backoff, sleep } from "../backoff.js";
import { KpiSuiteError } from "../errors.js";
import type {
  BatchAck,
  MeasurementService,
  StreamSamplesResponse,
  WriteSamplesRequest,
} from "../generated/kpisuite/v1/measurement_service_pb.js";
import { StreamCall, type Batch } from "./stream_call.js";
import { WriteSummary } from "./summary.js";

const MAX_UNACKED_BYTES = 8 << 20;
const MOST_BACKOFF_MS = 5_000;
const MAX_FAILURES = 10;

/**
 * Batches on their way through StreamSamples calls, one after the other when they break. Each batch
 * is either waiting or without an ack on the call.
 */
export class BatchStream {
  readonly summary = new WriteSummary();
  readonly #backoff = new Backoff(MOST_BACKOFF_MS);
  /** On no call: not sent yet, or to be sent again. */
  readonly #waiting: Batch[] = [];
  #call: StreamCall | undefined;
  #pauseMs = 0;
  #step: Promise<void> | undefined;

  constructor(
    private readonly stub: Client<typeof MeasurementService>,
    private readonly maxUnackedBatches: number,
  ) {}

  add(request: WriteSamplesRequest, bytes: number): void {
    this.#waiting.push({ request, bytes });
  }

  /** Sends what is waiting as soon as there is room. On an error it is kept. */
  async send(): Promise<void> {
    while (this.#waiting.length > 0) await this.#advance();
  }

  /** Waits until everything is settled, and ends the call. */
  async settle(): Promise<void> {
    while (this.#waiting.length > 0 || (this.#call && this.#call.unacked.length > 0)) {
      await this.#advance();
    }
    this.#call?.end();
    this.#call = undefined;
  }

  /** One step, which all that wait share. */
  #advance(): Promise<void> {
    this.#step ??= this.#sendOrReceive().finally(() => {
      this.#step = undefined;
    });
    return this.#step;
  }

  async #sendOrReceive(): Promise<void> {
    if (this.#pauseMs > 0) {
      await sleep(this.#pauseMs);
      this.#pauseMs = 0;
    }
    const call = (this.#call ??= new StreamCall(this.stub));
    const [next] = this.#waiting;
    const hasRoom =
      call.unacked.length === 0 ||
      (call.unacked.length < this.maxUnackedBatches &&
        next !== undefined &&
        call.unackedBytes + next.bytes <= MAX_UNACKED_BYTES);
    if (next && hasRoom) {
      this.#waiting.shift();
      call.send(next);
      // Lets it leave while the next batch is filled.
      return setImmediate();
    }
    let response: StreamSamplesResponse;
    try {
      response = await call.receive();
    } catch (caught) {
      return this.#recover(KpiSuiteError.from(caught));
    }
    this.#take(call, response);
  }

  #take(call: StreamCall, response: StreamSamplesResponse): void {
    for (const ack of response.acks) {
      const batch = call.settle(ack.batchNo);
      if (!batch) {
        const text = `ack of batch ${ack.batchNo}, which is not the next one`;
        return this.#recover(new KpiSuiteError(text, Code.Internal));
      }
      this.#note(batch, ack);
    }
  }

  #note(batch: Batch, ack: BatchAck): void {
    const error = ack.error && KpiSuiteError.fromStatus(ack.error);
    if (!error) {
      if (ack.result) this.summary.add(ack.result);
      this.#backoff.reset();
    } else if (error.isTransient && this.#backoff.failures < MAX_FAILURES) {
      this.#waiting.push(batch);
      this.#pauseMs = this.#backoff.next(error.retryDelayMs);
    } else {
      this.summary.batches += 1;
      this.summary.refused.push({ requestId: batch.request.requestId, error });
    }
  }

  /** The outcome of what has no ack is unknown: the request id makes it safe to send it again. */
  #recover(error: KpiSuiteError): void {
    const call = this.#call;
    this.#call = undefined;
    if (call) {
      this.#waiting.unshift(...call.unacked);
      call.abort();
    }
    if (!error.isTransient || this.#backoff.failures >= MAX_FAILURES) {
      this.#backoff.reset();
      throw error;
    }
    this.#pauseMs = this.#backoff.next(error.retryDelayMs);
  }
}
