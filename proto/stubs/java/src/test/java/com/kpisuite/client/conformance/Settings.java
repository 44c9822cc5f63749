package com.kpisuite.client.conformance;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.kpisuite.client.KpiClient;
import io.grpc.TlsChannelCredentials;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** What the file that KPI_CONFORMANCE names tells: servers, vectors, where results go. */
public record Settings(JsonObject json) {
  static final String LANGUAGE = "java";

  /** Skips the test where no servers were started for it. */
  public static Settings load() {
    String file = System.getenv("KPI_CONFORMANCE");
    Assumptions.assumeTrue(file != null, "KPI_CONFORMANCE is not set; see tests/conformance");
    return new Settings(Json.read(Path.of(file)).getAsJsonObject());
  }

  Path vectors() {
    return Path.of(json.get("vectors").getAsString());
  }

  int load(String what) {
    return json.getAsJsonObject("load").get(what).getAsInt();
  }

  /** A client of a server, by its name; `token` may be null. */
  public KpiClient connect(String server, String token) {
    KpiClient.Builder builder =
        KpiClient.builder(json.getAsJsonObject("servers").get(server).getAsString());
    if (server.equals("tls")) {
      builder.tls(authority());
    } else {
      builder.plaintext();
    }
    if (token != null) {
      builder.token(token);
    }
    return builder.build();
  }

  private io.grpc.ChannelCredentials authority() {
    try {
      return TlsChannelCredentials.newBuilder()
          .trustManager(new File(json.get("ca").getAsString()))
          .build();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Adds members to the result file of this language. */
  synchronized void report(JsonObject members) {
    Path file = Path.of(json.get("results").getAsString(), LANGUAGE + ".json");
    JsonObject all = Files.exists(file) ? Json.read(file).getAsJsonObject() : new JsonObject();
    all.addProperty("language", LANGUAGE);
    members.entrySet().forEach(member -> all.add(member.getKey(), member.getValue()));
    try {
      Files.writeString(file, new GsonBuilder().setPrettyPrinting().create().toJson(all));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
