package com.kpisuite.client;

import com.kpisuite.v1.BatchAck;
import com.kpisuite.v1.MeasurementServiceGrpc;
import com.kpisuite.v1.StreamSamplesRequest;
import com.kpisuite.v1.StreamSamplesResponse;
import com.kpisuite.v1.WriteSamplesRequest;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Batches on their way through StreamSamples calls, one after the other when they break. All
 * sending is done by the thread that calls; the threads of gRPC only take notes.
 */
final class BatchStream {
  private static final long MAX_UNACKED_BYTES = 8 << 20;
  private static final int MAX_FAILURES = 10;

  private record Batch(WriteSamplesRequest request, int bytes) {
    Batch(WriteSamplesRequest request) {
      this(request, request.getSerializedSize());
    }
  }

  /** One call; acks of an earlier one are not listened to. */
  private final class Call implements StreamObserver<StreamSamplesResponse> {
    private final Deque<Batch> unacked = new ArrayDeque<>();
    private final StreamObserver<StreamSamplesRequest> requests;
    private long sent = 0;
    private long acked = 0;
    private Throwable ended;

    Call() {
      requests = MeasurementServiceGrpc.newStub(channel).streamSamples(this);
    }

    void send(Batch batch) {
      unacked.add(batch);
      requests.onNext(StreamSamplesRequest.newBuilder()
          .setBatchNo(++sent)
          .setBatch(batch.request())
          .build());
    }

    @Override
    public void onNext(StreamSamplesResponse response) {
      synchronized (BatchStream.this) {
        for (BatchAck ack : response.getAcksList()) {
          take(this, ack);
        }
        BatchStream.this.notifyAll();
      }
    }

    @Override
    public void onError(Throwable error) {
      synchronized (BatchStream.this) {
        ended = error;
        BatchStream.this.notifyAll();
      }
    }

    @Override
    public void onCompleted() {
      onError(Status.UNAVAILABLE.withDescription("the stream ended").asRuntimeException());
    }
  }

  private final Channel channel;
  private final int maxUnackedBatches;
  private final Backoff backoff = new Backoff();
  private final WriteSummary summary = new WriteSummary();
  // Batches that are on no call: not sent yet, or to be sent again.
  private final List<Batch> waiting = new ArrayList<>();
  private Duration wait = Duration.ZERO;
  private Call call;
  private boolean retry = false;
  private long unackedBytes = 0;

  BatchStream(Channel channel, int maxUnackedBatches) {
    this.channel = channel;
    this.maxUnackedBatches = Math.max(1, maxUnackedBatches);
  }

  /** Sends a batch as soon as there is room. On an error it is kept. */
  synchronized void send(WriteSamplesRequest request) {
    Batch batch = new Batch(request);
    waiting.add(batch);
    while (!waiting.isEmpty()) {
      advance();
    }
  }

  /** Waits until everything is settled. */
  synchronized void await() {
    while (!waiting.isEmpty() || (call != null && !call.unacked.isEmpty())) {
      advance();
    }
  }

  synchronized WriteSummary summary() {
    return new WriteSummary(summary);
  }

  synchronized void close() {
    if (call != null && call.ended == null) {
      if (call.unacked.isEmpty()) {
        call.requests.onCompleted();
      } else {
        call.requests.onError(Status.CANCELLED.asRuntimeException());
      }
    }
    call = null;
  }

  // One step: recover, send, or wait for the threads of gRPC.
  private void advance() {
    if (call != null && call.ended != null) {
      recover(call.ended);
    } else if (retry) {
      pause(wait);
      retry = false;
    } else if (!waiting.isEmpty() && hasRoom(waiting.get(0))) {
      if (call == null) {
        call = new Call();
      }
      Batch batch = waiting.remove(0);
      unackedBytes += batch.bytes();
      call.send(batch);
    } else {
      waitForAcks();
    }
  }

  private boolean hasRoom(Batch batch) {
    return call == null || call.unacked.isEmpty()
        || (call.unacked.size() < maxUnackedBatches
            && unackedBytes + batch.bytes() <= MAX_UNACKED_BYTES);
  }

  private void take(Call source, BatchAck ack) {
    if (source != call || source.unacked.isEmpty()) {
      return;
    }
    if (ack.getBatchNo() != ++source.acked) {
      source.ended = Status.INTERNAL
          .withDescription("ack of batch " + ack.getBatchNo() + ", want " + source.acked)
          .asRuntimeException();
      source.requests.onError(source.ended);
      return;
    }
    Batch batch = source.unacked.remove();
    unackedBytes -= batch.bytes();
    if (!ack.hasError()) {
      summary.add(ack.getResult());
      backoff.reset();
      return;
    }
    KpiException error = KpiException.of(ack.getError());
    if (isTransient(error) && backoff.failures() < MAX_FAILURES) {
      waiting.add(batch);
      wait = backoff.next(error.retryDelay().orElse(Duration.ZERO));
      retry = true;
    } else {
      summary.add(new WriteSummary.Refusal(batch.request().getRequestId(), error));
    }
  }

  // The outcome of what has no ack is unknown: the request id makes it safe to send it again.
  private void recover(Throwable ended) {
    waiting.addAll(0, call.unacked);
    unackedBytes = 0;
    call = null;
    KpiException error = KpiException.of(ended);
    if (!isTransient(error) || backoff.failures() >= MAX_FAILURES) {
      backoff.reset();
      throw error;
    }
    pause(backoff.next(error.retryDelay().orElse(Duration.ZERO)));
  }

  private static boolean isTransient(KpiException error) {
    return error.code() == Status.Code.UNAVAILABLE || error.retryDelay().isPresent();
  }

  private void pause(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    try {
      for (long rest = time.toMillis(); rest > 0; rest = (end - System.nanoTime()) / 1_000_000) {
        wait(rest);
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private void waitForAcks() {
    try {
      wait();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static KpiException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return KpiException.of(Status.CANCELLED.withCause(e).asRuntimeException());
  }
}
