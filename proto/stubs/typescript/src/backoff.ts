/** How long to wait before something is tried again: grows up to a most, with jitter. */
export class Backoff {
  #failures = 0;

  constructor(
    private readonly mostMs: number,
    private readonly initialMs = 100,
    private readonly multiplier = 2,
  ) {}

  /** Failures since it last worked. */
  get failures(): number {
    return this.#failures;
  }

  /** It worked: begin anew. */
  reset(): void {
    this.#failures = 0;
  }

  /** Counts a failure; the milliseconds to wait, not less than the server asked for. */
  next(atLeastMs = 0): number {
    const wait = Math.min(this.mostMs, this.initialMs * this.multiplier ** this.#failures);
    this.#failures += 1;
    return Math.max(atLeastMs, wait * (0.8 + 0.4 * Math.random()));
  }
}

/** Waits; rejects with the reason of the signal when that is aborted first. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", giveUp);
      resolve();
    }, milliseconds);
    if (signal?.aborted) giveUp();
    signal?.addEventListener("abort", giveUp, { once: true });
  });
}
