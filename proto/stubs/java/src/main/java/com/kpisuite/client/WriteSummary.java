package com.kpisuite.client;

import com.kpisuite.v1.RejectedGroup;
import com.kpisuite.v1.WriteResult;
import java.util.ArrayList;
import java.util.List;

/** What became of the batches of a {@link SampleWriter} so far. */
public final class WriteSummary {
  private long inserted;
  private long corrected;
  private long unchanged;
  private long batches;
  private String positionToken = "";
  private final List<RejectedGroup> rejected = new ArrayList<>();
  private final List<Refusal> refused = new ArrayList<>();

  /** A batch that was refused as a whole, and why. */
  public record Refusal(String requestId, KpiException error) {}

  WriteSummary() {}

  WriteSummary(WriteSummary other) {
    inserted = other.inserted;
    corrected = other.corrected;
    unchanged = other.unchanged;
    batches = other.batches;
    positionToken = other.positionToken;
    rejected.addAll(other.rejected);
    refused.addAll(other.refused);
  }

  /** New samples. */
  public long inserted() {
    return inserted;
  }

  /** Samples that were there with another value. */
  public long corrected() {
    return corrected;
  }

  /** Samples that were there as sent. */
  public long unchanged() {
    return unchanged;
  }

  /** Batches that are settled: durable, or refused. */
  public long batches() {
    return batches;
  }

  /** Groups of samples that were refused; only with {@code allowPartial}. */
  public List<RejectedGroup> rejected() {
    return List.copyOf(rejected);
  }

  /** Batches that were refused. */
  public List<Refusal> refused() {
    return List.copyOf(refused);
  }

  /** Token for reads that must include the last durable batch; empty without one. */
  public String positionToken() {
    return positionToken;
  }

  void add(WriteResult result) {
    batches++;
    inserted += result.getInserted();
    corrected += result.getCorrected();
    unchanged += result.getUnchanged();
    rejected.addAll(result.getRejectedList());
    positionToken = result.getPositionToken();
  }

  void add(Refusal refusal) {
    batches++;
    refused.add(refusal);
  }
}
