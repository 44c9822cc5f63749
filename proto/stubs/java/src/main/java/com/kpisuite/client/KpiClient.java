package com.kpisuite.client;

import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;
import com.kpisuite.v1.Definition;
import com.kpisuite.v1.DefinitionServiceGrpc;
import com.kpisuite.v1.DefinitionServiceGrpc.DefinitionServiceBlockingStub;
import com.kpisuite.v1.EvaluationServiceGrpc;
import com.kpisuite.v1.EvaluationServiceGrpc.EvaluationServiceBlockingStub;
import com.kpisuite.v1.GetHistoryRequest;
import com.kpisuite.v1.GetHistoryResponse;
import com.kpisuite.v1.HistoryEntry;
import com.kpisuite.v1.KpiState;
import com.kpisuite.v1.ListDefinitionsRequest;
import com.kpisuite.v1.ListDefinitionsResponse;
import com.kpisuite.v1.ListRevisionsRequest;
import com.kpisuite.v1.ListRevisionsResponse;
import com.kpisuite.v1.ListSeriesRequest;
import com.kpisuite.v1.ListSeriesResponse;
import com.kpisuite.v1.ListStatesRequest;
import com.kpisuite.v1.ListStatesResponse;
import com.kpisuite.v1.ListTemplatesRequest;
import com.kpisuite.v1.ListTemplatesResponse;
import com.kpisuite.v1.MeasurementServiceGrpc;
import com.kpisuite.v1.MeasurementServiceGrpc.MeasurementServiceBlockingStub;
import com.kpisuite.v1.ReadChangesRequest;
import com.kpisuite.v1.ReadChangesResponse;
import com.kpisuite.v1.ReadSamplesRequest;
import com.kpisuite.v1.ReadSamplesResponse;
import com.kpisuite.v1.Sample;
import com.kpisuite.v1.Series;
import com.kpisuite.v1.Template;
import com.kpisuite.v1.WatchDefinitionsRequest;
import com.kpisuite.v1.WatchDefinitionsResponse;
import com.kpisuite.v1.WatchStatesRequest;
import com.kpisuite.v1.WatchStatesResponse;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A connection to the KPI suite. Thread-safe; make one and keep it. Unary calls that
 * fail with UNAVAILABLE are tried up to 4 times, over all addresses of the name in turn.
 *
 * <p>The stubs throw {@link io.grpc.StatusRuntimeException}, which {@link KpiException#of}
 * translates; pages, writers and watches throw {@link KpiException}.
 */
public final class KpiClient implements AutoCloseable {
  private static final int MAX_MESSAGE_BYTES = 8 << 20;
  private static final int KEEPALIVE_SECONDS = 120;
  private static final int KEEPALIVE_TIMEOUT_SECONDS = 20;
  private static final String USER_AGENT = "kpisuite-java/" + version();

  private final List<ManagedChannel> channels = new ArrayList<>();
  private final Channel definition;
  private final Channel measurement;
  private final Channel evaluation;

  private KpiClient(Builder builder) {
    Channel standalone = builder.target == null ? null : open(builder.target, builder);
    definition = standalone != null ? standalone : open(builder.definition, builder);
    measurement = standalone != null ? standalone : open(builder.measurement, builder);
    evaluation = standalone != null ? standalone : open(builder.evaluation, builder);
  }

  /** A client of one address that serves everything: "host:port" or "dns:///host:port". */
  public static Builder builder(String target) {
    Builder builder = new Builder();
    builder.target = target;
    return builder;
  }

  /** A client of three services with an address each. */
  public static Builder builder(String definition, String measurement, String evaluation) {
    Builder builder = new Builder();
    builder.definition = definition;
    builder.measurement = measurement;
    builder.evaluation = evaluation;
    return builder;
  }

  /** How to connect. TLS with the certificate authorities of Java unless said otherwise. */
  public static final class Builder {
    private String target;
    private String definition;
    private String measurement;
    private String evaluation;
    private ChannelCredentials credentials = TlsChannelCredentials.create();
    private boolean plaintext = false;
    private Supplier<String> token;
    private String actor = "";
    private Duration deadline = Duration.ofSeconds(30);

    private Builder() {}

    /** Other authorities, or a certificate of one's own; see {@link TlsChannelCredentials}. */
    public Builder tls(ChannelCredentials tls) {
      credentials = tls;
      plaintext = false;
      return this;
    }

    /** No encryption: for trusted networks. */
    public Builder plaintext() {
      credentials = InsecureChannelCredentials.create();
      plaintext = true;
      return this;
    }

    /**
     * The bearer token of every call.
     *
     * @throws IllegalArgumentException if it is empty or has other than visible ASCII characters
     */
    public Builder token(String value) {
      if (value.isEmpty() || !value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
        throw new IllegalArgumentException("a token consists of visible ASCII characters");
      }
      return token(() -> value);
    }

    /** The bearer token, asked for at each call: it must be quick and thread-safe. */
    public Builder token(Supplier<String> source) {
      token = source;
      return this;
    }

    /** Who acts, kept with each revision of a definition. */
    public Builder actor(String name) {
      actor = name;
      return this;
    }

    /** Deadline of unary calls that have none of their own. Default 30 s. */
    public Builder deadline(Duration value) {
      deadline = value;
      return this;
    }

    /**
     * The client. It connects when it is first used.
     *
     * @throws IllegalStateException for a token without TLS: everybody on the way could read it
     */
    public KpiClient build() {
      if (plaintext && token != null) {
        throw new IllegalStateException("a token is sent over TLS only");
      }
      return new KpiClient(this);
    }
  }

  /** Stub of the definitions. */
  public DefinitionServiceBlockingStub definitions() {
    return DefinitionServiceGrpc.newBlockingStub(definition);
  }

  /** Stub of the samples. */
  public MeasurementServiceBlockingStub measurements() {
    return MeasurementServiceGrpc.newBlockingStub(measurement);
  }

  /** Stub of the states. */
  public EvaluationServiceBlockingStub evaluations() {
    return EvaluationServiceGrpc.newBlockingStub(evaluation);
  }

  /** Channel of the definitions, for asynchronous stubs. */
  public Channel definitionChannel() {
    return definition;
  }

  /** Channel of the samples, for asynchronous stubs. */
  public Channel measurementChannel() {
    return measurement;
  }

  /** Channel of the states, for asynchronous stubs. */
  public Channel evaluationChannel() {
    return evaluation;
  }

  /** All definitions of a list. */
  public Pages<Definition> listDefinitions(ListDefinitionsRequest request) {
    return Pages.of(
        token -> definitions().listDefinitions(request.toBuilder().setPageToken(token).build()),
        ListDefinitionsResponse::getDefinitionsList,
        ListDefinitionsResponse::getNextPageToken);
  }

  /** All revisions of a definition, newest first. */
  public Pages<Definition> listRevisions(ListRevisionsRequest request) {
    return Pages.of(
        token -> definitions().listRevisions(request.toBuilder().setPageToken(token).build()),
        ListRevisionsResponse::getRevisionsList,
        ListRevisionsResponse::getNextPageToken);
  }

  /** All templates of a list. */
  public Pages<Template> listTemplates(ListTemplatesRequest request) {
    return Pages.of(
        token -> definitions().listTemplates(request.toBuilder().setPageToken(token).build()),
        ListTemplatesResponse::getTemplatesList,
        ListTemplatesResponse::getNextPageToken);
  }

  /** All samples of a reading. */
  public Pages<Sample> readSamples(ReadSamplesRequest request) {
    return Pages.of(
        token -> measurements().readSamples(request.toBuilder().setPageToken(token).build()),
        ReadSamplesResponse::getSamplesList,
        ReadSamplesResponse::getNextPageToken);
  }

  /** All series of a metric. */
  public Pages<Series> listSeries(ListSeriesRequest request) {
    return Pages.of(
        token -> measurements().listSeries(request.toBuilder().setPageToken(token).build()),
        ListSeriesResponse::getSeriesList,
        ListSeriesResponse::getNextPageToken);
  }

  /** All states of a list. */
  public Pages<KpiState> listStates(ListStatesRequest request) {
    return Pages.of(
        token -> evaluations().listStates(request.toBuilder().setPageToken(token).build()),
        ListStatesResponse::getStatesList,
        ListStatesResponse::getNextPageToken);
  }

  /** The whole history of one window and slice. */
  public Pages<HistoryEntry> history(GetHistoryRequest request) {
    return Pages.of(
        token -> evaluations().getHistory(request.toBuilder().setPageToken(token).build()),
        GetHistoryResponse::getEntriesList,
        GetHistoryResponse::getNextPageToken);
  }

  /** A writer of samples of a workspace, `workspaces/{workspace}`. */
  public SampleWriter.Builder writer(String parent) {
    return new SampleWriter.Builder(this, parent);
  }

  /** States as they change: the current ones, then {@code in_sync}, then each change. */
  public Watch<WatchStatesResponse> watchStates(WatchStatesRequest request) {
    return Watch.states(this, request);
  }

  /** Definitions as they change, after {@code after_position}. */
  public Watch<WatchDefinitionsResponse> watchDefinitions(WatchDefinitionsRequest request) {
    return Watch.definitions(this, request);
  }

  /** Samples as they change, for each partition without gaps. */
  public Watch<ReadChangesResponse> readChanges(ReadChangesRequest request) {
    return Watch.changes(this, request);
  }

  /** Ends the calls that are under way and the connections. */
  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    try {
      for (ManagedChannel channel : channels) {
        channel.awaitTermination(5, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Channel open(String target, Builder builder) {
    ManagedChannel channel = Grpc.newChannelBuilder(target, builder.credentials)
        .defaultServiceConfig(serviceConfig())
        .enableRetry()
        .userAgent(USER_AGENT)
        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
        .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
        .keepAliveTimeout(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .build();
    channels.add(channel);
    return ClientInterceptors.intercept(
        channel, new CallDefaults(builder.token, builder.actor, builder.deadline));
  }

  private static String version() {
    try (InputStream properties = KpiClient.class.getResourceAsStream("client.properties")) {
      Properties known = new Properties();
      known.load(properties);
      return known.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // gRPC takes JSON as maps, in which every number is a double.
  private static Map<String, ?> serviceConfig() {
    try (Reader json = new InputStreamReader(
        KpiClient.class.getResourceAsStream("service_config.json"), StandardCharsets.UTF_8)) {
      return new Gson().fromJson(json, new TypeToken<Map<String, Object>>() {}.getType());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
