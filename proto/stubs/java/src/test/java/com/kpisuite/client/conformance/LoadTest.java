package com.kpisuite.client.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonObject;
import com.kpisuite.client.KpiClient;
import com.kpisuite.client.SampleColumns;
import com.kpisuite.client.SampleWriter;
import com.kpisuite.v1.ApplyDefinitionsRequest;
import com.kpisuite.v1.Definition;
import com.kpisuite.v1.GetDefinitionRequest;
import com.kpisuite.v1.Metric;
import com.kpisuite.v1.SampleIdentity;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The small load that every language runs: reads one after the other, then samples streamed. */
class LoadTest {
  private static final long START = 1_743_415_200_000_000_000L;

  @Test
  void ratesOfReadsAndOfStreamedSamples() {
    Settings settings = Settings.load();
    String workspace = "workspaces/" + Settings.LANGUAGE + "-load-" + System.nanoTime();
    try (KpiClient client = settings.connect("suite", null)) {
      client.definitions().applyDefinitions(ApplyDefinitionsRequest.newBuilder()
          .setParent(workspace)
          .addDefinitions(Definition.newBuilder()
              .setName(workspace + "/metrics/orders")
              .setMetric(Metric.newBuilder()
                  .setUnit("count")
                  .setScale(2)
                  .setIdentity(SampleIdentity.SAMPLE_IDENTITY_TIME)))
          .build());
      JsonObject rates = new JsonObject();
      rates.addProperty("readsPerSecond", reads(client, workspace, settings.load("reads")));
      rates.addProperty("samplesPerSecond", samples(client, workspace, settings.load("samples")));
      settings.report(rates);
      System.out.println("java: " + rates);
    }
  }

  private static long reads(KpiClient client, String workspace, int count) {
    GetDefinitionRequest request =
        GetDefinitionRequest.newBuilder().setName(workspace + "/metrics/orders").build();
    long begin = System.nanoTime();
    for (int i = 0; i < count; i++) {
      client.definitions().getDefinition(request);
    }
    return perSecond(count, begin);
  }

  private static long samples(KpiClient client, String workspace, int count) {
    long begin = System.nanoTime();
    try (SampleWriter writer = client.writer(workspace).open()) {
      SampleColumns series = writer.series("orders", Map.of());
      for (int i = 0; i < count; i++) {
        series.mantissa(START + i * 1_000_000L, i);
      }
      assertEquals(count, writer.flush().inserted());
    }
    return perSecond(count, begin);
  }

  private static long perSecond(int count, long begin) {
    return count * 1_000_000_000L / (System.nanoTime() - begin);
  }
}
