package com.kpisuite.client.conformance;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.kpisuite.client.KpiClient;
import io.grpc.Metadata;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Calls the methods of the generated stubs by name, "MeasurementService.ReadSamples". */
final class Stub {
  private static final TypeRegistry DETAILS = TypeRegistry.newBuilder()
      .add(ErrorInfo.getDescriptor())
      .add(BadRequest.getDescriptor())
      .add(RetryInfo.getDescriptor())
      .build();
  private static final JsonFormat.Printer PRINTER = JsonFormat.printer().usingTypeRegistry(DETAILS);
  private static final JsonFormat.Parser PARSER = JsonFormat.parser().usingTypeRegistry(DETAILS);

  private final KpiClient client;

  Stub(KpiClient client) {
    this.client = client;
  }

  static JsonElement json(Object message) {
    try {
      return JsonParser.parseString(PRINTER.print((MessageOrBuilder) message));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** The request of a method. */
  Message request(String name, JsonElement json) {
    return parse(method(blocking(name), name).getParameterTypes()[0], json);
  }

  static Message parse(Class<?> type, JsonElement json) {
    try {
      Message.Builder builder = (Message.Builder) type.getMethod("newBuilder").invoke(null);
      PARSER.merge(json.toString(), builder);
      return builder.build();
    } catch (ReflectiveOperationException | InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(json.toString(), e);
    }
  }

  /** A unary call, or the opening of a stream from the server. */
  Object call(String name, JsonObject step) {
    AbstractStub<?> stub = blocking(name);
    if (step.has("deadlineMs")) {
      stub = stub.withDeadlineAfter(step.get("deadlineMs").getAsLong(), TimeUnit.MILLISECONDS);
    }
    if (step.has("metadata")) {
      Metadata metadata = new Metadata();
      step.getAsJsonObject("metadata").entrySet().forEach(entry -> metadata.put(
          Metadata.Key.of(entry.getKey(), Metadata.ASCII_STRING_MARSHALLER),
          entry.getValue().getAsString()));
      stub = stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
    }
    return invoke(method(stub, name), stub, request(name, step.get("request")));
  }

  Iterator<?> read(String name, JsonObject step) {
    return (Iterator<?>) call(name, step);
  }

  /** Sends all messages of a stream, half-closes, and reads to the end into `received`. */
  Throwable exchange(String name, List<JsonElement> requests, List<JsonElement> received)
      throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(1);
    Throwable[] error = new Throwable[1];
    StreamObserver<Object> responses = new StreamObserver<>() {
      @Override
      public void onNext(Object message) {
        received.add(json(message));
      }

      @Override
      public void onError(Throwable e) {
        error[0] = e;
        ended.countDown();
      }

      @Override
      public void onCompleted() {
        ended.countDown();
      }
    };
    AbstractStub<?> stub = com.kpisuite.v1.MeasurementServiceGrpc
        .newStub(client.measurementChannel());
    @SuppressWarnings("unchecked")
    StreamObserver<Object> sink =
        (StreamObserver<Object>) invoke(method(stub, name), stub, responses);
    for (JsonElement request : requests) {
      sink.onNext(parse(com.kpisuite.v1.StreamSamplesRequest.class, request));
    }
    sink.onCompleted();
    if (!ended.await(30, TimeUnit.SECONDS)) {
      throw new AssertionError("the stream did not end");
    }
    return error[0];
  }

  static List<JsonElement> rest(Iterator<?> messages) {
    List<JsonElement> rest = new ArrayList<>();
    messages.forEachRemaining(message -> rest.add(json(message)));
    return rest;
  }

  private AbstractStub<?> blocking(String name) {
    return switch (name.substring(0, name.indexOf('.'))) {
      case "DefinitionService" -> client.definitions();
      case "MeasurementService" -> client.measurements();
      case "EvaluationService" -> client.evaluations();
      default -> throw new IllegalArgumentException("unknown service in " + name);
    };
  }

  private static Method method(AbstractStub<?> stub, String name) {
    String rpc = name.substring(name.indexOf('.') + 1);
    String java = Character.toLowerCase(rpc.charAt(0)) + rpc.substring(1);
    for (Method method : stub.getClass().getMethods()) {
      if (method.getName().equals(java)) {
        return method;
      }
    }
    throw new IllegalArgumentException("no method " + name);
  }

  private static Object invoke(Method method, Object stub, Object argument) {
    try {
      return method.invoke(stub, argument);
    } catch (InvocationTargetException e) {
      throw (RuntimeException) e.getCause();
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }
}
