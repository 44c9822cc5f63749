package com.kpisuite.client;

import com.kpisuite.v1.SeriesBlock;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Map;

/**
 * Samples of one series on their way into the current batch of a {@link SampleWriter}, in columns.
 * One call adds a row; what follows it in a chain belongs to that row:
 *
 * <pre>{@code series.decimal(time, new BigDecimal("12.50")).id("order-17").entity("customer-4");}
 * </pre>
 *
 * Rows of one series may carry mantissas, decimals or doubles; changing between them costs a block.
 */
public final class SampleColumns {
  /** Weight of rows that have none. */
  public static final long NO_WEIGHT = Long.MIN_VALUE;

  private static final int NO_BUSINESS_DAY = Integer.MIN_VALUE;
  private static final int ROW_BYTES = 8 + 10;

  private enum Kind { NONE, MANTISSAS, DOUBLES, DECIMALS }

  private final SampleWriter writer;
  private final SeriesBlock head;
  private SeriesBlock.Builder block;
  private Kind kind = Kind.NONE;

  SampleColumns(SampleWriter writer, String metric, Map<String, String> dimensions) {
    this.writer = writer;
    this.head = SeriesBlock.newBuilder().setMetric(metric).putAllDimensions(dimensions).build();
    this.block = head.toBuilder();
  }

  /** A row whose value is a mantissa at the metric's scale: 12.5 at scale 2 is 1250. */
  public SampleColumns mantissa(long timeUnixNano, long mantissa) {
    row(timeUnixNano, Kind.MANTISSAS).addMantissas(mantissa);
    return this;
  }

  /** A row with an exact value. */
  public SampleColumns decimal(long timeUnixNano, BigDecimal value) {
    String text = Decimals.text(value);
    row(timeUnixNano, Kind.DECIMALS).addDecimals(text);
    writer.addBytes(text.length());
    return this;
  }

  /** A row with a double, read as its shortest decimal text. */
  public SampleColumns number(long timeUnixNano, double value) {
    row(timeUnixNano, Kind.DOUBLES).addDoubles(value);
    return this;
  }

  /** What tells samples of one time apart. */
  public SampleColumns id(String sampleId) {
    for (int count = block.getSampleIdsCount(); count < rows() - 1; count++) {
      block.addSampleIds("");
    }
    block.addSampleIds(sampleId);
    writer.addBytes(2 + sampleId.length());
    return this;
  }

  /** Whom or what the sample is about. */
  public SampleColumns entity(String entity) {
    for (int count = block.getEntitiesCount(); count < rows() - 1; count++) {
      block.addEntities("");
    }
    block.addEntities(entity);
    writer.addBytes(2 + entity.length());
    return this;
  }

  /** Weight, a mantissa at the metric's weight_scale. */
  public SampleColumns weight(long mantissa) {
    for (int count = block.getWeightsCount(); count < rows() - 1; count++) {
      block.addWeights(NO_WEIGHT);
    }
    block.addWeights(mantissa);
    writer.addBytes(10);
    return this;
  }

  /** Accounting date; it wins over the time when the sample is assigned to a period. */
  public SampleColumns businessDay(LocalDate day) {
    for (int count = block.getBusinessDaysCount(); count < rows() - 1; count++) {
      block.addBusinessDays(NO_BUSINESS_DAY);
    }
    block.addBusinessDays(Math.toIntExact(day.toEpochDay()));
    writer.addBytes(5);
    return this;
  }

  /** Rows since the last {@link #take}. */
  int rows() {
    return block.getTimeUnixNanoCount();
  }

  /** The rows, which are gone from here afterwards. */
  SeriesBlock take() {
    pad();
    SeriesBlock taken = block.build();
    block = head.toBuilder();
    kind = Kind.NONE;
    return taken;
  }

  private SeriesBlock.Builder row(long timeUnixNano, Kind rowKind) {
    writer.beforeRow(this);
    if (kind != rowKind) {
      if (rows() > 0) {
        writer.addBlock(take());
      }
      kind = rowKind;
    }
    writer.addBytes(ROW_BYTES);
    return block.addTimeUnixNano(timeUnixNano);
  }

  // A column that one row has needs an entry for each of them.
  private void pad() {
    int rows = rows();
    for (int n = block.getSampleIdsCount(); n > 0 && n < rows; n++) {
      block.addSampleIds("");
    }
    for (int n = block.getEntitiesCount(); n > 0 && n < rows; n++) {
      block.addEntities("");
    }
    for (int n = block.getWeightsCount(); n > 0 && n < rows; n++) {
      block.addWeights(NO_WEIGHT);
    }
    for (int n = block.getBusinessDaysCount(); n > 0 && n < rows; n++) {
      block.addBusinessDays(NO_BUSINESS_DAY);
    }
  }
}
