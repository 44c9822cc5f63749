package com.kpisuite.client.conformance;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.kpisuite.client.KpiClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** The vectors of tests/conformance, each a test of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConformanceTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String run = randomLetters();
  private final JsonArray passed = new JsonArray();
  private final JsonObject failed = new JsonObject();
  private Settings settings;
  private JsonObject given;

  @TestFactory
  Stream<DynamicTest> vectors() throws IOException {
    settings = Settings.load();
    given = Json.read(settings.vectors().resolveSibling("given.json")).getAsJsonObject();
    List<DynamicTest> tests = new ArrayList<>();
    try (Stream<Path> files = Files.list(settings.vectors())) {
      for (Path file : files.sorted().toList()) {
        for (JsonElement vector : Json.read(file).getAsJsonArray()) {
          JsonObject object = vector.getAsJsonObject();
          String name = object.get("id").getAsString() + ": " + object.get("proves").getAsString();
          tests.add(DynamicTest.dynamicTest(name, () -> check(object)));
        }
      }
    }
    return tests.stream();
  }

  @AfterAll
  void report() {
    if (settings != null) {
      JsonObject result = new JsonObject();
      result.add("passed", passed);
      result.add("failed", failed);
      result.add("skipped", new JsonObject());
      settings.report(result);
    }
  }

  private void check(JsonObject vector) throws Throwable {
    String id = vector.get("id").getAsString();
    try {
      assertTimeoutPreemptively(PATIENCE, () -> run(id, vector));
      passed.add(id);
    } catch (Throwable e) {
      failed.addProperty(id, String.valueOf(e.getMessage()));
      throw e;
    }
  }

  private void run(String id, JsonObject vector) {
    String server = vector.has("server") ? vector.get("server").getAsString() : "suite";
    String token = vector.has("token") ? vector.get("token").getAsString() : null;
    try (KpiClient client = settings.connect(server, token)) {
      String workspace = "workspaces/" + Settings.LANGUAGE + "-" + run + "-" + id;
      Steps steps = new Steps(settings, client, workspace);
      if (vector.has("given")) {
        vector.getAsJsonArray("given").forEach(
            name -> steps.run(given.getAsJsonArray(name.getAsString())));
      }
      steps.run(vector.getAsJsonArray("steps"));
    }
  }

  private static String randomLetters() {
    StringBuilder letters = new StringBuilder();
    ThreadLocalRandom.current().ints(4, 'a', 'z' + 1).forEach(letters::appendCodePoint);
    return letters.toString();
  }
}
