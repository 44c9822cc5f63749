/** The client for Node: gRPC over HTTP/2. */
export * from "../index.js";
export { connect, NodeClient, type NodeOptions, type TlsOptions } from "./connect.js";
export type { SampleDetail, SampleSeries } from "./series.js";
export type { Refusal, WriteSummary } from "./summary.js";
export { SampleWriter, type WriterOptions } from "./writer.js";
