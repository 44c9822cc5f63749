package com.kpisuite.client;

import java.time.Duration;

/** How long to wait before a stream is opened again: 0.1 s to 5 s, doubling, with jitter. */
final class Backoff {
  private static final long FIRST_MILLIS = 100;
  private static final long MOST_MILLIS = 5_000;

  private int failures = 0;

  /** It worked: begin anew. */
  void reset() {
    failures = 0;
  }

  /** Failures since it last worked. */
  int failures() {
    return failures;
  }

  /** Counts a failure and says how long to wait; not less than the server asked for. */
  Duration next(Duration atLeast) {
    long millis = Math.min(MOST_MILLIS, FIRST_MILLIS << Math.min(failures, 10));
    failures++;
    Duration jittered = Duration.ofMillis((long) (millis * (0.8 + 0.4 * Math.random())));
    return jittered.compareTo(atLeast) < 0 ? atLeast : jittered;
  }
}
