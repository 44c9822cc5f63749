package com.kpisuite.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Gives each call the token, the name of the actor, and unary calls a deadline. */
final class CallDefaults implements ClientInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> ACTOR =
      Metadata.Key.of("x-kpi-actor", Metadata.ASCII_STRING_MARSHALLER);

  private final Supplier<String> token;
  private final String actor;
  private final Duration deadline;

  /** A null token or an empty actor is not sent. */
  CallDefaults(Supplier<String> token, String actor, Duration deadline) {
    this.token = token;
    this.actor = actor;
    this.deadline = deadline;
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    CallOptions timed = options;
    if (method.getType() == MethodDescriptor.MethodType.UNARY && options.getDeadline() == null) {
      timed = options.withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
    }
    return new SimpleForwardingClientCall<>(next.newCall(method, timed)) {
      @Override
      public void start(Listener<R> listener, Metadata headers) {
        if (token != null) {
          headers.put(AUTHORIZATION, "Bearer " + token.get());
        }
        if (!actor.isEmpty()) {
          headers.put(ACTOR, actor);
        }
        super.start(listener, headers);
      }
    };
  }
}
