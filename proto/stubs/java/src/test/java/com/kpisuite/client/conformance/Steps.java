package com.kpisuite.client.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.kpisuite.client.Decimals;
import com.kpisuite.client.KpiClient;
import com.kpisuite.client.KpiException;
import com.kpisuite.client.Pages;
import com.kpisuite.client.SampleColumns;
import com.kpisuite.client.SampleWriter;
import com.kpisuite.client.Watch;
import com.kpisuite.client.WriteSummary;
import com.kpisuite.v1.ErrorReason;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Runs the steps of one vector. */
final class Steps {
  private final Settings settings;
  private final KpiClient client;
  private final Stub stub;
  private final Map<String, String> variables = new HashMap<>();

  Steps(Settings settings, KpiClient client, String workspace) {
    this.settings = settings;
    this.client = client;
    this.stub = new Stub(client);
    variables.put("ws", workspace);
  }

  void run(JsonArray steps) {
    steps.forEach(step -> run(step.getAsJsonObject()));
  }

  private void run(JsonObject raw) {
    // The inner steps of a watch are expanded when they run: they may use what is saved by then.
    JsonObject outer = raw.deepCopy();
    JsonElement during = outer.remove("during");
    JsonObject step = Json.expand(outer, variables).getAsJsonObject();
    if (step.has("call")) {
      call(step);
    } else if (step.has("read")) {
      read(step);
    } else if (step.has("exchange")) {
      exchange(step);
    } else if (step.has("pages")) {
      pages(step);
    } else if (step.has("watch")) {
      watch(step, during == null ? new JsonArray() : during.getAsJsonArray());
    } else if (step.has("write")) {
      write(step);
    } else if (step.has("decimal")) {
      decimal(step);
    } else if (step.has("reapply")) {
      reapply(step);
    } else if (step.has("connect")) {
      connect(step);
    } else {
      fail("unknown step " + step);
    }
  }

  private void call(JsonObject step) {
    Object response;
    try {
      response = stub.call(step.get("call").getAsString(), step);
    } catch (RuntimeException e) {
      checkError(step, e);
      return;
    }
    assertFalse(step.has("error"), () -> "got " + response + ", want " + step.get("error"));
    checkAnswer(step, Stub.json(response));
  }

  private void reapply(JsonObject step) {
    var definition = client.definitions().getDefinition(
        com.kpisuite.v1.GetDefinitionRequest.newBuilder()
            .setName(step.get("reapply").getAsString()).build());
    var response = client.definitions().applyDefinitions(
        com.kpisuite.v1.ApplyDefinitionsRequest.newBuilder()
            .setParent(step.get("parent").getAsString()).addDefinitions(definition).build());
    checkAnswer(step, Stub.json(response));
  }

  private void checkAnswer(JsonObject step, JsonElement answer) {
    if (step.has("expect")) {
      String why = Json.misfit(step.get("expect"), answer, "answer");
      assertNull(why, () -> why);
    }
    if (step.has("save")) {
      step.getAsJsonObject("save").entrySet().forEach(entry -> {
        JsonElement saved = Json.at(answer, entry.getValue().getAsString());
        variables.put(entry.getKey(), saved == null ? null : saved.getAsString());
      });
    }
  }

  private static void checkError(JsonObject step, RuntimeException thrown) {
    boolean ofCall =
        thrown instanceof StatusRuntimeException || thrown instanceof KpiException;
    if (!step.has("error") || !ofCall) {
      throw thrown;
    }
    JsonObject want = step.getAsJsonObject("error");
    KpiException error = KpiException.of(thrown);
    JsonObject told = new JsonObject();
    told.addProperty("code", error.code().name());
    told.addProperty("reason", error.reasonText());
    JsonObject metadata = new JsonObject();
    error.metadata().forEach(metadata::addProperty);
    told.add("metadata", metadata);
    error.retryDelay().ifPresent(
        delay -> told.addProperty("retryAfter", delay.toMillis() / 1000.0));
    JsonObject pattern = want.deepCopy();
    pattern.remove("violations");
    String why = Json.misfit(pattern, told, "error");
    assertNull(why, () -> why + ": " + error.getMessage());
    if (error.reason() != ErrorReason.ERROR_REASON_UNSPECIFIED) {
      assertEquals("ERROR_REASON_" + error.reasonText(), error.reason().name());
    }
    if (want.has("violations")) {
      List<String> fields =
          error.violations().stream().map(KpiException.Violation::field).toList();
      want.getAsJsonArray("violations").forEach(field ->
          assertTrue(fields.contains(field.getAsString()), () -> fields + " lacks " + field));
    }
  }

  private void read(JsonObject step) {
    List<JsonElement> received = new ArrayList<>();
    Context.CancellableContext context = Context.current().withCancellation();
    Context previous = context.attach();
    try {
      Iterator<?> messages = stub.read(step.get("read").getAsString(), step);
      while (messages.hasNext()) {
        received.add(Stub.json(messages.next()));
        if (step.has("until") && Json.fits(step.get("until"), last(received))) {
          context.cancel(null);
          RuntimeException end = assertThrows(RuntimeException.class, () -> drain(messages));
          assertEquals("CANCELLED", KpiException.of(end).code().name());
          checkMessages(step, received);
          return;
        }
      }
      assertFalse(step.has("error"), () -> "ended with OK, want " + step.get("error"));
      assertFalse(step.has("until"), () -> "ended with OK, want " + step.get("until"));
    } catch (RuntimeException e) {
      checkError(step, e);
    } finally {
      context.detach(previous);
      context.cancel(null);
    }
    checkMessages(step, received);
  }

  private static void drain(Iterator<?> messages) {
    while (messages.hasNext()) {
      messages.next();
    }
  }

  private void exchange(JsonObject step) {
    List<JsonElement> received = new ArrayList<>();
    try {
      Throwable error = stub.exchange(
          step.get("exchange").getAsString(), step.getAsJsonArray("requests").asList(), received);
      if (error != null) {
        checkError(step, (RuntimeException) error);
      } else {
        assertFalse(step.has("error"), () -> "ended with OK, want " + step.get("error"));
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    checkMessages(step, received);
  }

  // Every pattern fits a message, in the order of the patterns.
  private static void checkMessages(JsonObject step, List<JsonElement> received) {
    if (!step.has("expect")) {
      return;
    }
    int next = 0;
    for (JsonElement pattern : step.getAsJsonArray("expect")) {
      while (next < received.size() && !Json.fits(pattern, received.get(next))) {
        next++;
      }
      int at = next++;
      assertTrue(at < received.size(), () -> "none in order fits " + pattern + ": " + received);
    }
  }

  private static JsonElement last(List<JsonElement> received) {
    return received.get(received.size() - 1);
  }

  private void pages(JsonObject step) {
    String name = step.get("pages").getAsString();
    List<JsonElement> items = new ArrayList<>();
    try {
      Pages<?> pages = (Pages<?>) convenience(name.equals("EvaluationService.GetHistory")
          ? "history" : lowerRpc(name), step);
      for (Object item : pages) {
        items.add(Stub.json(item));
      }
    } catch (RuntimeException e) {
      checkError(step, e);
      return;
    }
    assertFalse(step.has("error"), () -> "read to the end, want " + step.get("error"));
    JsonObject found = new JsonObject();
    found.addProperty("count", items.size());
    if (!items.isEmpty()) {
      found.add("first", items.get(0));
      found.add("last", last(items));
    }
    checkAnswer(step, found);
  }

  private void watch(JsonObject step, JsonArray during) {
    List<JsonElement> received = new ArrayList<>();
    boolean seen = false;
    try (Watch<?> watch = (Watch<?>) convenience(lowerRpc(step.get("watch").getAsString()), step)) {
      while (watch.hasNext()) {
        received.add(Stub.json(watch.next()));
        if (!seen && step.has("at") && Json.fits(step.get("at"), last(received))) {
          seen = true;
          run(during);
        }
        // What the inner steps saved may be in these patterns.
        if (step.has("until")
            && Json.fits(Json.expand(step.get("until"), variables), last(received))) {
          break;
        }
      }
    } catch (KpiException e) {
      checkError(step, e);
      return;
    }
    assertFalse(step.has("error"), () -> "no error, want " + step.get("error"));
    checkMessages(Json.expand(step, variables).getAsJsonObject(), received);
  }

  private Object convenience(String method, JsonObject step) {
    for (Method candidate : KpiClient.class.getMethods()) {
      if (candidate.getName().equals(method)) {
        try {
          return candidate.invoke(
              client, Stub.parse(candidate.getParameterTypes()[0], step.get("request")));
        } catch (InvocationTargetException e) {
          throw (RuntimeException) e.getCause();
        } catch (IllegalAccessException e) {
          throw new IllegalStateException(e);
        }
      }
    }
    throw new IllegalArgumentException("KpiClient has no method " + method);
  }

  private static String lowerRpc(String name) {
    String rpc = name.substring(name.indexOf('.') + 1);
    return Character.toLowerCase(rpc.charAt(0)) + rpc.substring(1);
  }

  private void write(JsonObject step) {
    JsonObject write = step.getAsJsonObject("write");
    int scale = write.get("scale").getAsInt();
    Map<String, String> dimensions = new HashMap<>();
    write.getAsJsonObject("dimensions").entrySet().forEach(
        member -> dimensions.put(member.getKey(), member.getValue().getAsString()));
    long start = write.get("start").getAsLong();
    long gap = write.get("step").getAsLong();
    WriteSummary summary;
    SampleWriter writer = client.writer(variables.get("ws"))
        .batchSamples(write.get("batch").getAsInt())
        .open();
    try (writer) {
      SampleColumns series = writer.series(write.get("metric").getAsString(), dimensions);
      for (int i = 0; i < write.get("count").getAsInt(); i++) {
        series.decimal(start + i * gap, BigDecimal.valueOf(i, scale));
      }
      writer.flush();
    } catch (KpiException e) {
      assertFalse(writer.summary().refused().isEmpty(), e::getMessage);
    }
    summary = writer.summary();
    JsonObject found = new JsonObject();
    found.addProperty("inserted", summary.inserted());
    found.addProperty("corrected", summary.corrected());
    found.addProperty("unchanged", summary.unchanged());
    found.addProperty("batches", summary.batches());
    found.addProperty("refused", summary.refused().size());
    if (!summary.refused().isEmpty()) {
      found.addProperty("reason", summary.refused().get(0).error().reasonText());
    }
    checkAnswer(step, found);
  }

  private void decimal(JsonObject step) {
    String text = step.get("decimal").getAsString();
    boolean refused = step.has("refused") && step.get("refused").getAsBoolean();
    try {
      BigDecimal value = Decimals.of(text).orElseThrow(NumberFormatException::new);
      if (step.has("canonical")) {
        assertEquals(step.get("canonical").getAsString(), Decimals.text(value));
      }
      if (step.has("scale")) {
        long mantissa = Decimals.mantissa(value, step.get("scale").getAsInt());
        assertEquals(step.get("mantissa").getAsString(), Long.toString(mantissa));
        BigDecimal back = BigDecimal.valueOf(mantissa, step.get("scale").getAsInt());
        assertEquals(0, back.compareTo(value));
      }
      assertFalse(refused, () -> text + " was not refused");
    } catch (ArithmeticException | NumberFormatException e) {
      assertTrue(refused, e::toString);
    }
  }

  private void connect(JsonObject step) {
    RuntimeException refused = assertThrows(RuntimeException.class, () -> settings
        .connect(step.get("connect").getAsString(), step.get("token").getAsString()).close());
    assertTrue(refused instanceof IllegalStateException
        || refused instanceof IllegalArgumentException, refused::toString);
  }
}
