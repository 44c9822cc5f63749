package com.kpisuite.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.kpisuite.v1.ErrorReason;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An error of a call with the details the server sent. The generated stubs throw {@link
 * StatusRuntimeException}; {@link #of} translates it. Everything else here throws this exception.
 */
public final class KpiException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  /** Domain of the reasons of this suite. */
  public static final String DOMAIN = "kpisuite.v1";
  private static final String REASON_PREFIX = "ERROR_REASON_";

  /** A field that is wrong: its path in the request, and what came and what is wanted. */
  public record Violation(String field, String description) {}

  private final transient com.google.rpc.Status status;
  private final transient ErrorInfo info;

  private KpiException(com.google.rpc.Status status, Throwable cause) {
    super(
        Status.fromCodeValue(status.getCode()).getCode()
            + (status.getMessage().isEmpty() ? "" : ": " + status.getMessage()),
        cause);
    this.status = status;
    this.info = detail(ErrorInfo.class).orElse(ErrorInfo.getDefaultInstance());
  }

  /** What a failed call means; also what was no call at all (code UNKNOWN). */
  public static KpiException of(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof KpiException known) {
        return known;
      }
      if (cause instanceof StatusRuntimeException || cause instanceof StatusException) {
        return new KpiException(StatusProto.fromThrowable(cause), error);
      }
    }
    Status status = Status.fromThrowable(error);
    return new KpiException(StatusProto.fromStatusAndTrailers(status, null), error);
  }

  /** What a status inside a response means: of one batch, or of one key. */
  public static KpiException of(com.google.rpc.Status status) {
    return new KpiException(status, null);
  }

  /** Code of the call. */
  public Status.Code code() {
    return Status.fromCodeValue(status.getCode()).getCode();
  }

  /** Text of the server. */
  public String text() {
    return status.getMessage();
  }

  /** Reason; ERROR_REASON_UNSPECIFIED if there is none or this release does not know it. */
  public ErrorReason reason() {
    if (!info.getDomain().equals(DOMAIN)) {
      return ErrorReason.ERROR_REASON_UNSPECIFIED;
    }
    try {
      return ErrorReason.valueOf(REASON_PREFIX + info.getReason());
    } catch (IllegalArgumentException unknown) {
      return ErrorReason.ERROR_REASON_UNSPECIFIED;
    }
  }

  /** Reason as it was sent, for instance "ETAG_MISMATCH"; empty if there is none. */
  public String reasonText() {
    return info.getReason();
  }

  /** Dynamic values of the text, by name. */
  public Map<String, String> metadata() {
    return info.getMetadataMap();
  }

  /** Fields that are wrong; empty unless the request was. */
  public List<Violation> violations() {
    return detail(BadRequest.class).orElse(BadRequest.getDefaultInstance())
        .getFieldViolationsList().stream()
        .map(violation -> new Violation(violation.getField(), violation.getDescription()))
        .toList();
  }

  /** When to try again; empty if the server did not say. */
  public Optional<Duration> retryDelay() {
    return detail(RetryInfo.class)
        .map(retry -> Duration.ofSeconds(
            retry.getRetryDelay().getSeconds(), retry.getRetryDelay().getNanos()));
  }

  /** The status as it was sent. */
  public com.google.rpc.Status status() {
    return status;
  }

  private <M extends Message> Optional<M> detail(Class<M> type) {
    for (Any any : status.getDetailsList()) {
      if (any.is(type)) {
        try {
          return Optional.of(any.unpack(type));
        } catch (InvalidProtocolBufferException damaged) {
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }
}
