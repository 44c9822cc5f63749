package com.kpisuite.client;

import com.kpisuite.v1.GetMeasurementServerInfoRequest;
import com.kpisuite.v1.SeriesBlock;
import com.kpisuite.v1.ServerInfo;
import com.kpisuite.v1.WriteSamplesRequest;
import io.grpc.StatusRuntimeException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Writes samples over a stream: gathers them in batches of columns, sends up to as many batches
 * ahead as the server allows, and follows their acks. When the stream breaks, batches without an
 * ack are sent again with the same request ids, so nothing is lost or counted twice.
 *
 * <p>A full batch is sent by the call that adds the next row, which waits while too many are
 * under way. {@link #flush} sends the rest and waits for all acks. A batch that the server refused
 * does not stop the others: it is in the summary, and {@link #flush} throws its error. When the
 * server stays away, calls throw UNAVAILABLE and everything is kept: a later {@link #flush} tries
 * again. Two batches under way may be taken in another order after a fault; flush between two
 * values of one sample.
 *
 * <p>For one thread. Several writers may share a client.
 */
public final class SampleWriter implements AutoCloseable {
  private static final int DEFAULT_BATCH_SAMPLES = 10_000;
  private static final int DEFAULT_BATCH_BYTES = 1 << 20;

  private final String parent;
  private final boolean allowPartial;
  private final String reason;
  private final int batchSamples;
  private final int batchBytes;
  private final BatchStream stream;
  private final String requestIdPrefix;
  private final Map<SeriesKey, SampleColumns> series = new LinkedHashMap<>();
  private WriteSamplesRequest.Builder blocks = WriteSamplesRequest.newBuilder();
  private long made = 0;
  private int samples = 0;
  private int bytes = 0;
  private int reported = 0;

  private record SeriesKey(String metric, Map<String, String> dimensions) {}

  private SampleWriter(Builder builder, ServerInfo info) {
    parent = builder.parent;
    allowPartial = builder.allowPartial;
    reason = builder.reason;
    batchSamples = Math.min(builder.batchSamples, info.getMaxBatchSamples());
    // Room for names and for what comes after the row that fills the batch.
    batchBytes = Math.min(builder.batchBytes, info.getMaxMessageBytes() / 2);
    requestIdPrefix = builder.requestIdPrefix;
    stream = new BatchStream(builder.client.measurementChannel(), info.getMaxUnackedBatches());
  }

  /** How to write. */
  public static final class Builder {
    private final KpiClient client;
    private final String parent;
    private boolean allowPartial = false;
    private String reason = "";
    private String requestIdPrefix = UUID.randomUUID().toString();
    private int batchSamples = DEFAULT_BATCH_SAMPLES;
    private int batchBytes = DEFAULT_BATCH_BYTES;

    Builder(KpiClient client, String parent) {
      this.client = client;
      this.parent = parent;
    }

    /** Write the good samples of a batch and report the others. Default: all or nothing. */
    public Builder allowPartial(boolean value) {
      allowPartial = value;
      return this;
    }

    /** Why, for corrections. */
    public Builder reason(String value) {
      reason = value;
      return this;
    }

    /**
     * What request ids begin with; batches are numbered after it. Default: random. A program that
     * may be started again with the same input gives its own, and the same batch size.
     */
    public Builder requestIdPrefix(String value) {
      requestIdPrefix = value;
      return this;
    }

    /** Most samples in a batch. Default 10 000. */
    public Builder batchSamples(int value) {
      batchSamples = value;
      return this;
    }

    /** About how many bytes make a batch full. Default 1 MiB. */
    public Builder batchBytes(int value) {
      batchBytes = value;
      return this;
    }

    /**
     * The writer, after the server was asked for its limits.
     *
     * @throws KpiException if it cannot be asked
     */
    public SampleWriter open() {
      try {
        return new SampleWriter(
            this,
            client.measurements()
                .getMeasurementServerInfo(GetMeasurementServerInfoRequest.getDefaultInstance()));
      } catch (StatusRuntimeException e) {
        throw KpiException.of(e);
      }
    }
  }

  /** The columns of a series. Keep them: looking them up for each row costs more than the row. */
  public SampleColumns series(String metric, Map<String, String> dimensions) {
    return series.computeIfAbsent(
        new SeriesKey(metric, Map.copyOf(dimensions)),
        key -> new SampleColumns(this, key.metric(), key.dimensions()));
  }

  /**
   * Sends what was added and waits until all of it is settled.
   *
   * @throws KpiException the first refusal since the last call; or what keeps the stream from being
   *     opened, with everything kept for another call
   */
  public WriteSummary flush() {
    sendBatch();
    stream.await();
    WriteSummary summary = stream.summary();
    if (summary.refused().size() > reported) {
      WriteSummary.Refusal first = summary.refused().get(reported);
      reported = summary.refused().size();
      throw first.error();
    }
    return summary;
  }

  /** What is settled so far. */
  public WriteSummary summary() {
    return stream.summary();
  }

  /** Flushes and ends the stream. */
  @Override
  public void close() {
    try {
      flush();
    } finally {
      stream.close();
    }
  }

  /** Called before a row is added: the batch may be full. */
  void beforeRow(SampleColumns columns) {
    if (samples >= batchSamples || bytes >= batchBytes) {
      sendBatch();
    }
    samples++;
  }

  void addBytes(int count) {
    bytes += count;
  }

  void addBlock(SeriesBlock block) {
    blocks.addSeries(block);
  }

  private void sendBatch() {
    if (samples == 0) {
      return;
    }
    for (SampleColumns columns : series.values()) {
      if (columns.rows() > 0) {
        blocks.addSeries(columns.take());
      }
    }
    WriteSamplesRequest batch = blocks
        .setParent(parent)
        .setRequestId(requestIdPrefix + "-" + ++made)
        .setAllowPartial(allowPartial)
        .setReason(reason)
        .build();
    blocks = WriteSamplesRequest.newBuilder();
    samples = 0;
    bytes = 0;
    stream.send(batch);
  }
}
