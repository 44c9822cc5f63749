package com.kpisuite.client.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.kpisuite.client.KpiClient;
import com.kpisuite.client.conformance.Settings;
import com.kpisuite.v1.Status;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class QuickstartTest {
  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void theExampleEndsOnTarget() {
    try (KpiClient client = Settings.load().connect("suite", null)) {
      assertEquals(
          Status.STATUS_ON_TARGET,
          Quickstart.run(client, "workspaces/quickstart-java-" + System.nanoTime()).getStatus());
    }
  }
}
