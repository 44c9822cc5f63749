import { create } from "@bufbuild/protobuf";
import type { Big } from "big.js";
import { decimalText, fits64Bits } from "../decimals.js";
import { SeriesBlockSchema, type SeriesBlock } from "../generated/kpisuite/v1/measurement_pb.js";
import { unixNanos } from "../times.js";

const NO_WEIGHT = -(2n ** 63n);
const NO_BUSINESS_DAY = -(2 ** 31);

/** Most bytes of a time and a mantissa. */
const ROW_BYTES = 8 + 10;

/** What else is known about a sample. */
export interface SampleDetail {
  /** What tells samples of one time apart. */
  readonly id?: string;
  /** Whom or what the sample is about. */
  readonly entity?: string;
  /** Weight, a mantissa at the metric's weight_scale. */
  readonly weight?: bigint;
  /**
   * Accounting date, in days since 1970-01-01; it wins over the time when a sample is assigned to a
   * period.
   */
  readonly businessDay?: number;
}

/** The column that carries the values of a block. */
type Kind = "mantissas" | "doubles" | "decimals";

/** Where the rows of a series go. */
export interface Rows {
  /** Takes a block that is complete. */
  block(block: SeriesBlock): void;
  /** A row of about so many bytes was added; resolves when there is room for the next. */
  added(bytes: number): Promise<void>;
}

/**
 * A series of one writer: name it once, add its rows. Each method takes the row at once, and
 * resolves when there is room for the next one: await it. Times are nanoseconds since the epoch or
 * a Date.
 */
export class SampleSeries {
  #block: SeriesBlock;

  /** @internal */
  constructor(
    private readonly metric: string,
    private readonly dimensions: Readonly<Record<string, string>>,
    private readonly rows: Rows,
  ) {
    this.#block = this.#empty();
  }

  /** Adds a value as a mantissa at the metric's scale: 12.5 at scale 2 is 1250n. */
  mantissa(time: bigint | Date, mantissa: bigint, detail?: SampleDetail): Promise<void> {
    if (!fits64Bits(mantissa)) throw new RangeError(`got mantissa ${mantissa}, want 64 bits`);
    const nanos = nanosOf(time);
    this.#of("mantissas").mantissas.push(mantissa);
    return this.#row(nanos, 0, detail);
  }

  /** Adds an exact value. RangeError if it is no decimal of at most 34 digits. */
  decimal(time: bigint | Date, value: Big | string, detail?: SampleDetail): Promise<void> {
    const text = decimalText(value);
    const nanos = nanosOf(time);
    this.#of("decimals").decimals.push(text);
    return this.#row(nanos, text.length, detail);
  }

  /** Adds a double, read as its shortest decimal text. */
  number(time: bigint | Date, value: number, detail?: SampleDetail): Promise<void> {
    const nanos = nanosOf(time);
    this.#of("doubles").doubles.push(value);
    return this.#row(nanos, 0, detail);
  }

  /** @internal The rows so far, which are gone from here afterwards. */
  take(): SeriesBlock | undefined {
    const block = this.#block;
    const rows = block.timeUnixNano.length;
    if (rows === 0) return undefined;
    this.#block = this.#empty();
    // A column that one row has needs an entry for each of them.
    if (block.sampleIds.length > 0) pad(block.sampleIds, rows, "");
    if (block.entities.length > 0) pad(block.entities, rows, "");
    if (block.weights.length > 0) pad(block.weights, rows, NO_WEIGHT);
    if (block.businessDays.length > 0) pad(block.businessDays, rows, NO_BUSINESS_DAY);
    return block;
  }

  /** The block for a value of that kind: a block has values of one kind only. */
  #of(kind: Kind): SeriesBlock {
    if (this.#block[kind].length !== this.#block.timeUnixNano.length) {
      const full = this.take();
      if (full) this.rows.block(full);
    }
    return this.#block;
  }

  #row(nanos: bigint, valueBytes: number, detail: SampleDetail | undefined): Promise<void> {
    this.#block.timeUnixNano.push(nanos);
    return this.rows.added(ROW_BYTES + valueBytes + (detail ? this.#detail(detail) : 0));
  }

  #detail({ id, entity, weight, businessDay }: SampleDetail): number {
    const { sampleIds, entities, weights, businessDays, timeUnixNano } = this.#block;
    const before = timeUnixNano.length - 1;
    let bytes = 0;
    if (id !== undefined) {
      pad(sampleIds, before, "").push(id);
      bytes += 2 + id.length;
    }
    if (entity !== undefined) {
      pad(entities, before, "").push(entity);
      bytes += 2 + entity.length;
    }
    if (weight !== undefined) {
      pad(weights, before, NO_WEIGHT).push(weight);
      bytes += 10;
    }
    if (businessDay !== undefined) {
      pad(businessDays, before, NO_BUSINESS_DAY).push(businessDay);
      bytes += 5;
    }
    return bytes;
  }

  #empty(): SeriesBlock {
    const { metric, dimensions } = this;
    return create(SeriesBlockSchema, { metric, dimensions });
  }
}

function nanosOf(time: bigint | Date): bigint {
  const nanos = typeof time === "bigint" ? time : unixNanos(time);
  if (!fits64Bits(nanos)) throw new RangeError(`got time ${nanos}, want 64 bits of nanoseconds`);
  return nanos;
}

function pad<T>(column: T[], rows: number, none: T): T[] {
  while (column.length < rows) column.push(none);
  return column;
}
