/**
 * What every platform has: messages and stubs are in `@kpisuite/client/v1`, `connect` is in
 * `@kpisuite/client/node` and `@kpisuite/client/web`.
 */
export { Code, type CallOptions, type Interceptor } from "@connectrpc/connect";
export { Big } from "big.js";
export type { CallDefaults, Platform, TokenSource } from "./calls.js";
export { KpiSuiteClient, type Services } from "./client.js";
export { decimalText, fromMantissa, MAX_DIGITS, parseDecimal, toMantissa } from "./decimals.js";
export { KpiSuiteError, type Violation } from "./errors.js";
export type { Status as RpcStatus } from "./generated/google/rpc/status_pb.js";
export { version } from "./generated/package.js";
export { Pages, type Page } from "./pages.js";
export { dateOfNanos, timestampOfNanos, unixNanos } from "./times.js";
export type { Watch } from "./watch.js";
