import { Code } from "@connectrpc/connect";
import { Backoff, sleep } from "./backoff.js";
import { KpiSuiteError } from "./errors.js";
import { ErrorReason } from "./generated/kpisuite/v1/common_pb.js";

const MOST_BACKOFF_MS = 5_000;

/**
 * The messages of a watch, heartbeats included, without end: when the server goes away, or this
 * reader was too slow for it, the watch goes on after the last message that was handed out. What
 * changed may then come twice, never too seldom. Leaving the loop, or the signal, ends the call; an
 * error is one that resuming does not help against.
 */
export type Watch<M> = AsyncGenerator<M, never, undefined>;

/** Watches what `open` opens from where it stands; `handedOut` remembers that. */
export async function* watch<M>(
  open: (signal: AbortSignal) => AsyncIterable<M>,
  handedOut: (message: M) => void,
  signal?: AbortSignal,
): Watch<M> {
  const call = new AbortController();
  const cancel = (): void => call.abort(signal?.reason);
  if (signal?.aborted) cancel();
  signal?.addEventListener("abort", cancel, { once: true });
  const backoff = new Backoff(MOST_BACKOFF_MS);
  let messages: AsyncIterator<M> | undefined;
  try {
    for (;;) {
      let message: M;
      try {
        messages ??= open(call.signal)[Symbol.asyncIterator]();
        message = await received(messages);
      } catch (caught) {
        messages = undefined;
        await waitBeforeResuming(KpiSuiteError.from(caught), backoff, call.signal);
        continue;
      }
      backoff.reset();
      handedOut(message);
      yield message;
    }
  } finally {
    signal?.removeEventListener("abort", cancel);
    call.abort();
  }
}

async function received<M>(messages: AsyncIterator<M>): Promise<M> {
  const next = await messages.next();
  // The server never ends a watch with OK; a proxy might.
  if (next.done) throw new KpiSuiteError("the watch ended", Code.Unavailable);
  return next.value;
}

async function waitBeforeResuming(
  error: KpiSuiteError,
  backoff: Backoff,
  signal: AbortSignal,
): Promise<void> {
  if (error.code !== Code.Unavailable && error.reason !== ErrorReason.SLOW_CONSUMER) throw error;
  try {
    await sleep(backoff.next(error.retryDelayMs), signal);
  } catch (reason) {
    throw new KpiSuiteError("the watch was given up by the caller", Code.Canceled, [], reason);
  }
}
