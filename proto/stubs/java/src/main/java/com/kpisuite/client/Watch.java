package com.kpisuite.client;

import com.kpisuite.v1.ChangeBatch;
import com.kpisuite.v1.ErrorReason;
import com.kpisuite.v1.FeedPosition;
import com.kpisuite.v1.ReadChangesRequest;
import com.kpisuite.v1.ReadChangesResponse;
import com.kpisuite.v1.WatchDefinitionsRequest;
import com.kpisuite.v1.WatchDefinitionsResponse;
import com.kpisuite.v1.WatchStatesRequest;
import com.kpisuite.v1.WatchStatesResponse;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The messages of a watch, heartbeats included, without end: when the server goes away, or this
 * reader was too slow for it, the watch goes on after the last message that was handed out. What
 * changed may then come twice, never too seldom. Any other error ends it with {@link
 * KpiException}.
 *
 * <p>For one thread; {@link #close} may be called by any and ends a waiting {@link #hasNext}.
 */
public final class Watch<T> implements Iterator<T>, AutoCloseable {
  /** Opens the stream from where it stands, and remembers where that is. */
  private interface Source<T> {
    Iterator<T> open();

    void handedOut(T message);
  }

  private final Source<T> source;
  private final Context.CancellableContext context = Context.ROOT.withCancellation();
  private final Backoff backoff = new Backoff();
  private Iterator<T> stream;
  private T next;

  private Watch(Source<T> source) {
    this.source = source;
  }

  static Watch<WatchStatesResponse> states(KpiClient client, WatchStatesRequest request) {
    return new Watch<>(new Source<>() {
      private final WatchStatesRequest.Builder resumed = request.toBuilder();

      @Override
      public Iterator<WatchStatesResponse> open() {
        return client.evaluations().watchStates(resumed.build());
      }

      @Override
      public void handedOut(WatchStatesResponse message) {
        resumed.setResumeToken(message.getResumeToken());
      }
    });
  }

  static Watch<WatchDefinitionsResponse> definitions(
      KpiClient client, WatchDefinitionsRequest request) {
    return new Watch<>(new Source<>() {
      private final WatchDefinitionsRequest.Builder resumed = request.toBuilder();

      @Override
      public Iterator<WatchDefinitionsResponse> open() {
        return client.definitions().watchDefinitions(resumed.build());
      }

      // Only the last message of a set has a position: a set that was cut comes again.
      @Override
      public void handedOut(WatchDefinitionsResponse message) {
        if (message.getPosition() != 0) {
          resumed.setAfterPosition(message.getPosition()).setIncarnation(message.getIncarnation());
        }
      }
    });
  }

  static Watch<ReadChangesResponse> changes(KpiClient client, ReadChangesRequest request) {
    return new Watch<>(new Source<>() {
      private final ReadChangesRequest.Builder resumed = request.toBuilder();

      @Override
      public Iterator<ReadChangesResponse> open() {
        return client.measurements().readChanges(resumed.build());
      }

      @Override
      public void handedOut(ReadChangesResponse message) {
        for (ChangeBatch batch : message.getBatchesList()) {
          for (FeedPosition.Builder after : resumed.getAfterBuilderList()) {
            if (after.getPart() == batch.getPosition().getPart()) {
              after.mergeFrom(batch.getPosition());
            }
          }
        }
      }
    });
  }

  /** Waits for a message; false once the watch is closed. */
  @Override
  public boolean hasNext() {
    while (next == null && !context.isCancelled()) {
      try {
        next = receive();
      } catch (StatusRuntimeException e) {
        if (!context.isCancelled()) {
          waitBeforeResuming(KpiException.of(e));
        }
      }
    }
    return next != null;
  }

  @Override
  public T next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    T message = next;
    next = null;
    source.handedOut(message);
    return message;
  }

  /** Ends the watch. */
  @Override
  public void close() {
    context.cancel(null);
  }

  private T receive() {
    if (stream == null) {
      Context previous = context.attach();
      try {
        stream = source.open();
      } finally {
        context.detach(previous);
      }
    }
    if (!stream.hasNext()) {
      // The server never ends a watch with OK; a proxy might.
      throw Status.UNAVAILABLE.withDescription("the watch ended").asRuntimeException();
    }
    T message = stream.next();
    backoff.reset();
    return message;
  }

  private void waitBeforeResuming(KpiException error) {
    stream = null;
    if (error.code() != Status.Code.UNAVAILABLE
        && error.reason() != ErrorReason.ERROR_REASON_SLOW_CONSUMER) {
      throw error;
    }
    try {
      Thread.sleep(backoff.next(error.retryDelay().orElse(Duration.ZERO)).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw error;
    }
  }
}
