package com.kpisuite.client;

import com.google.protobuf.Timestamp;
import java.time.Instant;

/** Times of the contract, to the nanosecond. */
public final class Times {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private Times() {}

  /** The message of an instant. */
  public static Timestamp timestamp(Instant time) {
    return Timestamp.newBuilder()
        .setSeconds(time.getEpochSecond())
        .setNanos(time.getNano())
        .build();
  }

  /** The instant of a message. */
  public static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  /**
   * Nanoseconds since the epoch, as samples have them.
   *
   * @throws ArithmeticException outside the years 1677 to 2262
   */
  public static long unixNano(Instant time) {
    long seconds = time.getEpochSecond();
    long nanos = time.getNano();
    // Long.MIN_VALUE is reachable only if the seconds are not multiplied beyond it first.
    if (seconds < 0 && nanos > 0) {
      return Math.addExact(
          Math.multiplyExact(seconds + 1, NANOS_PER_SECOND), nanos - NANOS_PER_SECOND);
    }
    return Math.addExact(Math.multiplyExact(seconds, NANOS_PER_SECOND), nanos);
  }

  /** The instant of nanoseconds since the epoch. */
  public static Instant ofUnixNano(long unixNano) {
    return Instant.ofEpochSecond(
        Math.floorDiv(unixNano, NANOS_PER_SECOND), Math.floorMod(unixNano, NANOS_PER_SECOND));
  }
}
