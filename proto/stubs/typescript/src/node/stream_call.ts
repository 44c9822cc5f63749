import { create } from "@bufbuild/protobuf";
import { Code, type Client } from "@connectrpc/connect";
import { KpiSuiteError } from "../errors.js";
import {
  StreamSamplesRequestSchema,
  type MeasurementService,
  type StreamSamplesRequest,
  type StreamSamplesResponse,
  type WriteSamplesRequest,
} from "../generated/kpisuite/v1/measurement_service_pb.js";

/** A batch, and about how many bytes it has. */
export interface Batch {
  readonly request: WriteSamplesRequest;
  readonly bytes: number;
}

/** One StreamSamples call and its batches without an ack. */
export class StreamCall {
  readonly unacked: Batch[] = [];
  unackedBytes = 0;
  readonly #requests = new Queue<StreamSamplesRequest>();
  readonly #controller = new AbortController();
  readonly #responses: AsyncIterator<StreamSamplesResponse>;
  #next: Promise<IteratorResult<StreamSamplesResponse>>;
  #sent = 0n;
  #acked = 0n;

  constructor(stub: Client<typeof MeasurementService>) {
    const responses = stub.streamSamples(this.#requests, { signal: this.#controller.signal });
    this.#responses = responses[Symbol.asyncIterator]();
    this.#next = this.#read();
  }

  send(batch: Batch): void {
    this.#sent += 1n;
    this.unacked.push(batch);
    this.unackedBytes += batch.bytes;
    // When the call is over nobody takes it; receive tells why.
    this.#requests.push(
      create(StreamSamplesRequestSchema, { batchNo: this.#sent, batch: batch.request }),
    );
  }

  async receive(): Promise<StreamSamplesResponse> {
    const next = await this.#next;
    if (next.done) throw new KpiSuiteError("the stream ended", Code.Unavailable);
    this.#next = this.#read();
    return next.value;
  }

  /** The batch of an ack; undefined if it is not the next one. */
  settle(batchNo: bigint): Batch | undefined {
    if (batchNo !== this.#acked + 1n) return undefined;
    const batch = this.unacked.shift();
    if (batch) {
      this.#acked += 1n;
      this.unackedBytes -= batch.bytes;
    }
    return batch;
  }

  /** Nothing more is sent; everything has its ack, so how the call ends does not matter. */
  end(): void {
    this.#requests.end();
  }

  /** Gives the call up. */
  abort(): void {
    this.#requests.end();
    this.#controller.abort();
  }

  /** Reads ahead: a failure while batches are sent is kept for receive, not lost on the process. */
  #read(): Promise<IteratorResult<StreamSamplesResponse>> {
    const next = this.#responses.next();
    next.catch(() => {});
    return next;
  }
}

/** What is pushed, for one reader. */
class Queue<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  #ended = false;
  #wake: (() => void) | undefined;

  push(item: T): void {
    this.#items.push(item);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      while (this.#items.length > 0) yield this.#items.shift() as T;
      if (this.#ended) return;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
