/** Decimals, times and errors. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { anyPack, DurationSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  Big,
  dateOfNanos,
  decimalText,
  fromMantissa,
  KpiSuiteError,
  parseDecimal,
  timestampOfNanos,
  toMantissa,
  unixNanos,
} from "@kpisuite/client";
import { ErrorReason } from "@kpisuite/client/v1";
import { BadRequestSchema, RetryInfoSchema } from "#dist/generated/google/rpc/error_details_pb.js";
import { ErrorInfoSchema } from "#dist/generated/google/rpc/error_info_pb.js";
import { StatusSchema } from "#dist/generated/google/rpc/status_pb.js";

test("decimals are written plain and without trailing zeros", () => {
  for (const [text, plain] of [
    ["1e3", "1000"],
    ["-0.500", "-0.5"],
    ["0.00", "0"],
    ["-0", "0"],
  ]) {
    assert.equal(decimalText(text as string), plain);
  }
});

test("decimals of 34 digits survive, also being added, and longer ones are refused", () => {
  const longest = "1234567890.123456789012345678901234";
  assert.equal(decimalText(parseDecimal(longest) ?? ""), longest);
  const sum = new Big(longest).plus("0.000000000000000000000001");
  assert.equal(decimalText(sum), "1234567890.123456789012345678901235");
  assert.throws(() => decimalText(`${longest}5`), /got 35 significant digits, want at most 34/);
});

test("an empty field is no number, and what is no decimal is refused", () => {
  assert.equal(parseDecimal(""), undefined);
  for (const text of ["twelve", "NaN", "Infinity", "1,5", "0x10", " "]) {
    assert.throws(() => parseDecimal(text), RangeError, text);
  }
  assert.throws(() => decimalText(""), RangeError);
});

test("a mantissa is exact or refused", () => {
  assert.equal(toMantissa("12.5", 2), 1250n);
  assert.equal(toMantissa("-12.5", 2), -1250n);
  assert.equal(toMantissa("0", 18), 0n);
  assert.equal(toMantissa("100", 0), 100n);
  assert.equal(toMantissa("9223372036.854775807", 9), 2n ** 63n - 1n);
  assert.equal(toMantissa("-9223372036.854775808", 9), -(2n ** 63n));
  for (const [text, scale] of [
    ["0.001", 2],
    ["1e19", 0],
    ["1e999999", 0],
    ["9223372036.854775808", 9],
  ]) {
    assert.throws(() => toMantissa(text as string, scale as number), RangeError, text as string);
  }
  assert(fromMantissa(1250n, 2).eq("12.5"));
  assert(fromMantissa(-(2n ** 63n), 9).eq("-9223372036.854775808"));
});

test("times keep their nanoseconds to both ends of the range", () => {
  for (const nanos of [0n, -1n, 1_743_415_200_123_456_789n, -(2n ** 63n), 2n ** 63n - 1n]) {
    assert.equal(unixNanos(timestampOfNanos(nanos)), nanos);
    assert(timestampOfNanos(nanos).nanos >= 0);
  }
  const date = new Date("2025-03-31T10:00:00.123Z");
  assert.equal(unixNanos(date), 1_743_415_200_123_000_000n);
  assert.deepEqual(dateOfNanos(1_743_415_200_123_999_999n), date);
  assert.equal(dateOfNanos(-1n).getTime(), -1);
  assert.throws(() => unixNanos(new Date(Number.NaN)), RangeError);
});

const details = [
  anyPack(
    ErrorInfoSchema,
    create(ErrorInfoSchema, {
      reason: "QUEUE_FULL",
      domain: "kpisuite.v1",
      metadata: { queue: "reads" },
    }),
  ),
  anyPack(
    RetryInfoSchema,
    create(RetryInfoSchema, {
      retryDelay: create(DurationSchema, { seconds: 1n, nanos: 500_000_000 }),
    }),
  ),
  anyPack(
    BadRequestSchema,
    create(BadRequestSchema, {
      fieldViolations: [{ field: "page_size", description: "got -1" }],
    }),
  ),
];

test("an error tells its details, from a call as from inside a response", () => {
  const caught = new ConnectError("reads are queued up", Code.ResourceExhausted);
  caught.details = details.map(({ typeUrl, value }) => ({
    type: typeUrl.split("/")[1] ?? "",
    value,
  }));
  const status = create(StatusSchema, { code: 8, message: "reads are queued up", details });
  for (const error of [KpiSuiteError.from(caught), KpiSuiteError.fromStatus(status)]) {
    assert.equal(error.code, Code.ResourceExhausted);
    assert.equal(error.codeName, "RESOURCE_EXHAUSTED");
    assert.equal(error.reason, ErrorReason.QUEUE_FULL);
    assert.equal(error.reasonText, "QUEUE_FULL");
    assert.deepEqual(error.metadata, { queue: "reads" });
    assert.deepEqual(error.violations, [{ field: "page_size", description: "got -1" }]);
    assert.equal(error.retryDelayMs, 1500);
    assert.equal(error.message, "RESOURCE_EXHAUSTED (QUEUE_FULL): reads are queued up");
    assert.equal(KpiSuiteError.from(error), error);
  }
});

test("an unknown reason, one of another domain and a damaged detail do not hide the error", () => {
  const told = (reason: string, domain: string): KpiSuiteError => {
    const value = toBinary(ErrorInfoSchema, create(ErrorInfoSchema, { reason, domain }));
    return new KpiSuiteError("no", Code.NotFound, [{ type: ErrorInfoSchema.typeName, value }]);
  };
  assert.equal(told("OF_TOMORROW", "kpisuite.v1").reason, ErrorReason.UNSPECIFIED);
  assert.equal(told("OF_TOMORROW", "kpisuite.v1").reasonText, "OF_TOMORROW");
  assert.equal(told("toString", "kpisuite.v1").reason, ErrorReason.UNSPECIFIED);
  assert.equal(told("NOT_FOUND", "example.com").reason, ErrorReason.UNSPECIFIED);
  const damaged = { type: ErrorInfoSchema.typeName, value: Uint8Array.of(0xff) };
  assert.equal(new KpiSuiteError("no", Code.NotFound, [damaged]).code, Code.NotFound);
});
