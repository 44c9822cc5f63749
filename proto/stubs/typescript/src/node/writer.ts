import { create } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import { randomUUID } from "node:crypto";
import type { SeriesBlock } from "../generated/kpisuite/v1/measurement_pb.js";
import {
  WriteSamplesRequestSchema,
  type MeasurementService,
} from "../generated/kpisuite/v1/measurement_service_pb.js";
import { BatchStream } from "./batch_stream.js";
import { SampleSeries, type Rows } from "./series.js";
import type { WriteSummary } from "./summary.js";

/** How to write. */
export interface WriterOptions {
  /** Write the good samples of a batch and report the others. Default: all or nothing. */
  readonly allowPartial?: boolean;
  /** Why, for corrections. */
  readonly reason?: string;
  /**
   * What request ids begin with; batches are numbered after it. Default: random. A program that may
   * be started again with the same input gives its own, and the same batch size.
   */
  readonly requestIdPrefix?: string;
  /** Most samples in a batch. Default 10 000. */
  readonly batchSamples?: number;
  /** About how many bytes make a batch full. Default 1 MiB. */
  readonly batchBytes?: number;
}

const DONE = Promise.resolve();

/**
 * Writes samples over a stream: gathers them in batches of columns, sends up to as many batches
 * ahead as the server allows, and follows their acks. When the stream breaks, batches without an
 * ack are sent again with the same request ids, so nothing is lost or counted twice.
 *
 * A full batch is sent by the row that fills it, whose promise waits while too many are under way.
 * `flush` sends the rest and waits for all acks; nothing is open between a flush and the next row.
 * When the server stays away, promises reject with UNAVAILABLE and everything is kept: a later
 * flush tries again. Two batches under way may be taken in another order after a fault; flush
 * between two values of one sample.
 */
export class SampleWriter {
  readonly #stream: BatchStream;
  readonly #parent: string;
  readonly #options: WriterOptions;
  readonly #requestIdPrefix: string;
  readonly #batchSamples: number;
  readonly #batchBytes: number;
  readonly #series = new Map<string, SampleSeries>();
  readonly #rows: Rows;
  #blocks: SeriesBlock[] = [];
  #made = 0;
  #samples = 0;
  #bytes = 0;
  #reported = 0;

  private constructor(
    parent: string,
    options: WriterOptions,
    stream: BatchStream,
    limits: { readonly samples: number; readonly bytes: number },
  ) {
    this.#stream = stream;
    this.#parent = parent;
    this.#options = options;
    this.#requestIdPrefix = options.requestIdPrefix ?? randomUUID();
    this.#batchSamples = Math.max(1, Math.min(options.batchSamples ?? 10_000, limits.samples));
    this.#batchBytes = Math.min(options.batchBytes ?? 1 << 20, limits.bytes);
    this.#rows = {
      block: (block) => void this.#blocks.push(block),
      added: (bytes) => this.#added(bytes),
    };
  }

  /** The writer, after the server was asked for its limits; `NodeClient.writer` is shorter. */
  static async open(
    stub: Client<typeof MeasurementService>,
    parent: string,
    options: WriterOptions = {},
  ): Promise<SampleWriter> {
    const info = await stub.getMeasurementServerInfo({});
    const stream = new BatchStream(stub, Math.max(1, info.maxUnackedBatches));
    // Room for names and for the row that fills the batch.
    const bytes = Math.max(1, info.maxMessageBytes) / 2;
    return new SampleWriter(parent, options, stream, { samples: info.maxBatchSamples, bytes });
  }

  /** A series, to be named once and used for each of its rows. */
  series(metric: string, dimensions: Readonly<Record<string, string>> = {}): SampleSeries {
    const members = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
    const key = JSON.stringify([metric, members]);
    const known = this.#series.get(key);
    if (known) return known;
    const series = new SampleSeries(metric, { ...dimensions }, this.#rows);
    this.#series.set(key, series);
    return series;
  }

  /**
   * Sends what was added and waits until all of it is settled. A batch that the server refused does
   * not stop the others: the first refusal since the last call is the error here, all are in the
   * summary.
   */
  async flush(): Promise<WriteSummary> {
    this.#cut();
    await this.#stream.settle();
    const { summary } = this.#stream;
    const first = summary.refused[this.#reported];
    this.#reported = summary.refused.length;
    if (first) throw first.error;
    return summary;
  }

  /** What is settled so far. */
  get summary(): WriteSummary {
    return this.#stream.summary;
  }

  #added(bytes: number): Promise<void> {
    this.#samples += 1;
    this.#bytes += bytes;
    if (this.#samples < this.#batchSamples && this.#bytes < this.#batchBytes) return DONE;
    this.#cut();
    return this.#stream.send();
  }

  /** Makes a batch of what was added. */
  #cut(): void {
    if (this.#samples === 0) return;
    const series = this.#blocks;
    for (const each of this.#series.values()) {
      const block = each.take();
      if (block) series.push(block);
    }
    this.#made += 1;
    const request = create(WriteSamplesRequestSchema, {
      parent: this.#parent,
      requestId: `${this.#requestIdPrefix}-${this.#made}`,
      series,
      allowPartial: this.#options.allowPartial ?? false,
      reason: this.#options.reason ?? "",
    });
    this.#stream.add(request, this.#bytes);
    this.#blocks = [];
    this.#samples = 0;
    this.#bytes = 0;
  }
}
