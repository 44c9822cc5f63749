package com.kpisuite.client.example;

import com.kpisuite.client.Decimals;
import com.kpisuite.client.KpiClient;
import com.kpisuite.client.SampleColumns;
import com.kpisuite.client.SampleWriter;
import com.kpisuite.client.Times;
import com.kpisuite.client.Watch;
import com.kpisuite.v1.Aggregation;
import com.kpisuite.v1.ApplyDefinitionsRequest;
import com.kpisuite.v1.Definition;
import com.kpisuite.v1.Direction;
import com.kpisuite.v1.GetStateRequest;
import com.kpisuite.v1.Input;
import com.kpisuite.v1.Kpi;
import com.kpisuite.v1.KpiState;
import com.kpisuite.v1.Metric;
import com.kpisuite.v1.StateKey;
import com.kpisuite.v1.TargetValue;
import com.kpisuite.v1.WatchStatesRequest;
import com.kpisuite.v1.WatchStatesResponse;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;

/** Defines a KPI, writes samples, reads its status and watches it change. */
public final class Quickstart {
  private Quickstart() {}

  /** Runs against the server whose address is the argument, without TLS. */
  public static void main(String[] arguments) {
    try (KpiClient client = KpiClient.builder(arguments[0]).plaintext().build()) {
      run(client, "workspaces/quickstart-java");
    }
  }

  /** Runs in a workspace; the state that was watched. */
  public static KpiState run(KpiClient client, String workspace) {
    define(client, workspace);

    Instant now = Instant.now();
    StateKey today =
        StateKey.newBuilder().setKpi(workspace + "/kpis/revenue").setWindow("DAY").build();
    try (SampleWriter writer = client.writer(workspace).open()) {
      SampleColumns web = writer.series("sales", Map.of("channel", "web"));
      web.decimal(Times.unixNano(now), new BigDecimal("750.25")).id("order-1");
      web.decimal(Times.unixNano(now), new BigDecimal("120.50")).id("order-2");
      String written = writer.flush().positionToken();

      KpiState state = client.evaluations().getState(
          GetStateRequest.newBuilder().setKey(today).setAtLeast(written).build());
      System.out.println("today " + Decimals.of(state.getValue()).orElseThrow() + " EUR is "
          + state.getStatus());

      WatchStatesRequest all =
          WatchStatesRequest.newBuilder().setParent(workspace).addKeys(today).build();
      try (Watch<WatchStatesResponse> watch = client.watchStates(all)) {
        while (watch.hasNext()) {
          WatchStatesResponse message = watch.next();
          if (message.getInSync()) {
            web.decimal(Times.unixNano(now), new BigDecimal("400")).id("order-3");
            writer.flush();
          } else if (message.getState().getValue().equals("1270.75")) {
            System.out.println("now it is " + message.getState().getStatus());
            return message.getState();
          }
        }
      }
      throw new IllegalStateException("the watch was closed");
    }
  }

  private static void define(KpiClient client, String workspace) {
    Definition sales = Definition.newBuilder()
        .setName(workspace + "/metrics/sales")
        .setMetric(Metric.newBuilder().setUnit("EUR").setScale(2).addDimensions("channel"))
        .build();
    Definition revenue = Definition.newBuilder()
        .setName(workspace + "/kpis/revenue")
        .setDisplayName("Revenue")
        .setKpi(Kpi.newBuilder()
            .setOwner("cfo@example.com")
            .putInputs("sales", Input.newBuilder()
                .setMetric("sales").setAggregation(Aggregation.AGGREGATION_SUM).build())
            .setUnit("EUR")
            .setDirection(Direction.DIRECTION_HIGHER)
            .addWindows("DAY")
            .setTarget(TargetValue.newBuilder().setFixed("1000")))
        .build();
    client.definitions().applyDefinitions(ApplyDefinitionsRequest.newBuilder()
        .setParent(workspace).addDefinitions(sales).addDefinitions(revenue).build());
  }
}
