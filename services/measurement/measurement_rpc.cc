#include "services/measurement/measurement_rpc.h"

#include <memory>
#include <utility>

#include "libs/base/status_macros.h"
#include "services/measurement/aggregate_stream.h"
#include "services/measurement/change_reader.h"
#include "services/measurement/raw_message.h"
#include "services/measurement/sample_stream.h"

namespace kpisuite {
MeasurementRpc::MeasurementRpc(MeasurementService& service, MeasurementStore& store,
                               ChangeNotifier& notifier, Executor& scans,
                               const CallEnvironment& environment)
    : service_(service),
      store_(store),
      notifier_(notifier),
      scans_(scans),
      dispatcher_("kpisuite.v1.MeasurementService", environment) {}

template <typename Request, typename Response>
grpc::ServerUnaryReactor* MeasurementRpc::Ingest(
    grpc::CallbackServerContext* context, absl::string_view method, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response,
    void (MeasurementService::*start)(const Request&, absl::Time,
                                      std::function<void(absl::StatusOr<Response>)>)) {
  return dispatcher_.Async<grpc::ByteBuffer, grpc::ByteBuffer>(
      context, method, request, response,
      [this, start](CallContext& call, const grpc::ByteBuffer& bytes,
                    Completion<grpc::ByteBuffer> done) {
        const absl::Time deadline = call.deadline();
        const auto work = [this, start, bytes, deadline, done](const absl::Status& status) {
          if (!status.ok()) return done(status);
          Request message;
          if (const absl::Status parsed = ParseRaw(bytes, message); !parsed.ok()) {
            return done(parsed);
          }
          (service_.*start)(message, deadline, [done](absl::StatusOr<Response> result) {
            if (!result.ok()) return done(result.status());
            done(SerializeRaw(*result));
          });
        };
        const absl::Status submitted =
            dispatcher_.executor().Submit(bytes.Length(), deadline, work);
        if (!submitted.ok()) done(submitted);
      });
}

grpc::ServerUnaryReactor* MeasurementRpc::WriteSamples(grpc::CallbackServerContext* context,
                                                       const grpc::ByteBuffer* request,
                                                       grpc::ByteBuffer* response) {
  return Ingest(context, "WriteSamples", request, response, &MeasurementService::Write);
}

grpc::ServerUnaryReactor* MeasurementRpc::RetractSamples(grpc::CallbackServerContext* context,
                                                         const grpc::ByteBuffer* request,
                                                         grpc::ByteBuffer* response) {
  return Ingest(context, "RetractSamples", request, response, &MeasurementService::Retract);
}

grpc::ServerUnaryReactor* MeasurementRpc::AdvanceWatermark(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* request,
                                                           grpc::ByteBuffer* response) {
  return Ingest(context, "AdvanceWatermark", request, response,
                &MeasurementService::AdvanceWatermark);
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* MeasurementRpc::StreamSamples(
    grpc::CallbackServerContext* context) {
  return dispatcher_.Bidi<grpc::ByteBuffer, grpc::ByteBuffer>(
      context, "StreamSamples",
      [this](CallContext&, std::shared_ptr<BidiStream<grpc::ByteBuffer>> stream) {
        return SampleStream::Open(service_, dispatcher_.executor(), std::move(stream));
      });
}

grpc::ServerWriteReactor<v1::QueryAggregatesResponse>* MeasurementRpc::QueryAggregates(
    grpc::CallbackServerContext* context, const v1::QueryAggregatesRequest* request) {
  return dispatcher_.ServerStream<v1::QueryAggregatesRequest, v1::QueryAggregatesResponse>(
      context, "QueryAggregates", request, SourceThread::kCaller,
      [this](CallContext& call, const v1::QueryAggregatesRequest& query, StreamWaker waker) {
        return AggregateStream::Create(service_, query, call.deadline(), scans_, std::move(waker));
      });
}

grpc::ServerUnaryReactor* MeasurementRpc::ReadSamples(grpc::CallbackServerContext* context,
                                                      const v1::ReadSamplesRequest* request,
                                                      v1::ReadSamplesResponse* response) {
  return dispatcher_.Unary<v1::ReadSamplesRequest, v1::ReadSamplesResponse>(
      context, "ReadSamples", request, response,
      [this](CallContext& call, const v1::ReadSamplesRequest& read) {
        return service_.ReadSamples(read, call.deadline());
      });
}

grpc::ServerUnaryReactor* MeasurementRpc::ListSeries(grpc::CallbackServerContext* context,
                                                     const v1::ListSeriesRequest* request,
                                                     v1::ListSeriesResponse* response) {
  return dispatcher_.Unary<v1::ListSeriesRequest, v1::ListSeriesResponse>(
      context, "ListSeries", request, response,
      [this](CallContext& call, const v1::ListSeriesRequest& list) {
        return service_.ListSeries(list, call.deadline());
      });
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* MeasurementRpc::ReadChanges(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) {
  return dispatcher_.ServerStream<grpc::ByteBuffer, grpc::ByteBuffer>(
      context, "ReadChanges", request, SourceThread::kExecutor,
      [this](CallContext&, const grpc::ByteBuffer& bytes,
             StreamWaker waker) -> absl::StatusOr<std::unique_ptr<StreamSource<grpc::ByteBuffer>>> {
        v1::ReadChangesRequest message;
        RETURN_IF_ERROR(ParseRaw(bytes, message));
        return ChangeReader::Create(message, store_, notifier_, std::move(waker));
      });
}

grpc::ServerUnaryReactor* MeasurementRpc::GetMeasurementServerInfo(
    grpc::CallbackServerContext* context, const v1::GetMeasurementServerInfoRequest* request,
    v1::ServerInfo* response) {
  return dispatcher_.Unary<v1::GetMeasurementServerInfoRequest, v1::ServerInfo>(
      context, "GetMeasurementServerInfo", request, response,
      [this](CallContext&, const v1::GetMeasurementServerInfoRequest&)
          -> absl::StatusOr<v1::ServerInfo> { return service_.Info(); });
}

}  // namespace kpisuite
