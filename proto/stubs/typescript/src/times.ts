import { create } from "@bufbuild/protobuf";
import { TimestampSchema, type Timestamp } from "@bufbuild/protobuf/wkt";

const NANOS_OF_MILLISECOND = 1_000_000n;
const NANOS_OF_SECOND = 1_000_000_000n;

/** Nanoseconds since 1970-01-01T00:00:00Z, as samples have them. */
export function unixNanos(time: Date | Timestamp): bigint {
  if (time instanceof Date) {
    const milliseconds = time.getTime();
    if (Number.isNaN(milliseconds)) throw new RangeError("got an invalid date");
    return BigInt(milliseconds) * NANOS_OF_MILLISECOND;
  }
  return time.seconds * NANOS_OF_SECOND + BigInt(time.nanos);
}

/** The time of nanoseconds since the epoch, cut to the milliseconds that a Date has. */
export function dateOfNanos(nanos: bigint): Date {
  return new Date(Number(floorDivide(nanos, NANOS_OF_MILLISECOND)));
}

/** The time of nanoseconds since the epoch, exactly. */
export function timestampOfNanos(nanos: bigint): Timestamp {
  const seconds = floorDivide(nanos, NANOS_OF_SECOND);
  return create(TimestampSchema, { seconds, nanos: Number(nanos - seconds * NANOS_OF_SECOND) });
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value < 0n && quotient * by !== value ? quotient - 1n : quotient;
}
