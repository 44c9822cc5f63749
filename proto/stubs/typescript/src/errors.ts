import { fromBinary, type Message } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import { Code, ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, RetryInfoSchema } from "./generated/google/rpc/error_details_pb.js";
import { ErrorInfoSchema } from "./generated/google/rpc/error_info_pb.js";
import type { Status } from "./generated/google/rpc/status_pb.js";
import { ErrorReason } from "./generated/kpisuite/v1/common_pb.js";

/** Domain of the reasons of this suite. */
const DOMAIN = "kpisuite.v1";

/** A field of a request that is wrong. */
export interface Violation {
  /** Its path in the request. */
  readonly field: string;
  /** What came and what is wanted. */
  readonly description: string;
}

/** A detail of an error as it was sent. */
interface Detail {
  readonly type: string;
  readonly value: Uint8Array;
}

/** An error of a call, with the details that the server sent. */
export class KpiSuiteError extends Error {
  /** Code of the call. */
  readonly code: Code;
  /** Text of the server. */
  readonly rawMessage: string;
  /** Reason as it was sent, for instance "ETAG_MISMATCH"; empty if there is none. */
  readonly reasonText: string;
  /** Reason; UNSPECIFIED if there is none or this release does not know it. */
  readonly reason: ErrorReason;
  /** Dynamic values of the text, by name. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Fields that are wrong; empty unless the request was. */
  readonly violations: readonly Violation[];
  /** When to try again, in milliseconds, if the server said so. */
  readonly retryDelayMs: number | undefined;

  constructor(message: string, code: Code, details: readonly Detail[] = [], cause?: unknown) {
    const info = find(details, ErrorInfoSchema);
    const reason = info?.reason ?? "";
    super(`${codeName(code)}${reason && ` (${reason})`}: ${message}`, { cause });
    this.name = "KpiSuiteError";
    this.code = code;
    this.rawMessage = message;
    this.reasonText = reason;
    this.reason = info?.domain === DOMAIN ? reasonOf(reason) : ErrorReason.UNSPECIFIED;
    this.metadata = { ...info?.metadata };
    this.violations = (find(details, BadRequestSchema)?.fieldViolations ?? []).map(
      ({ field, description }) => ({ field, description }),
    );
    const delay = find(details, RetryInfoSchema)?.retryDelay;
    this.retryDelayMs = delay && Number(delay.seconds) * 1000 + delay.nanos / 1e6;
  }

  /**
   * The error of whatever was caught: of Connect, of the fetch API, or one already. What is no
   * error of a call becomes one with the code Unknown.
   */
  static from(caught: unknown): KpiSuiteError {
    if (caught instanceof KpiSuiteError) return caught;
    const error = ConnectError.from(caught);
    const details = error.details.filter(
      (detail): detail is typeof detail & Detail => "type" in detail,
    );
    return new KpiSuiteError(error.rawMessage, error.code, details, error.cause);
  }

  /** The error of a status inside a response: of one batch, or of one key. */
  static fromStatus(status: Status): KpiSuiteError {
    const details = status.details.map(({ typeUrl, value }) => ({
      type: typeUrl.slice(typeUrl.lastIndexOf("/") + 1),
      value,
    }));
    return new KpiSuiteError(status.message, status.code as Code, details);
  }

  /** The code as gRPC writes it, for instance "NOT_FOUND". */
  get codeName(): string {
    return codeName(this.code);
  }

  /** Whether the same request may succeed later without a change. */
  get isTransient(): boolean {
    return this.code === Code.Unavailable || this.retryDelayMs !== undefined;
  }
}

/** The first detail of a type; undefined as well when its bytes are damaged. */
function find<M extends Message>(details: readonly Detail[], schema: GenMessage<M>) {
  const found = details.find((detail) => detail.type === schema.typeName);
  try {
    return found && fromBinary(schema, found.value);
  } catch {
    return undefined;
  }
}

function reasonOf(text: string): ErrorReason {
  const known = ErrorReason[text as keyof typeof ErrorReason];
  return typeof known === "number" ? known : ErrorReason.UNSPECIFIED;
}

function codeName(code: Code): string {
  // gRPC and Connect spell one of them differently.
  const name = code === Code.Canceled ? "Cancelled" : (Code[code] ?? `CODE_${code}`);
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}
