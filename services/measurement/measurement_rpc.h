// MeasurementRpc: the methods of kpisuite.v1.MeasurementService over gRPC: decode, call, encode.
#pragma once

#include <functional>

#include "kpisuite/v1/measurement_service.grpc.pb.h"
#include "libs/base/executor.h"
#include "libs/rpc/dispatcher.h"
#include "services/measurement/change_notifier.h"
#include "services/measurement/measurement_service.h"

namespace kpisuite {

// Methods that carry many bytes are raw: they are parsed on the executor, and the change feed is
// passed on as it is stored.
using MeasurementCallbacks = v1::MeasurementService::WithRawCallbackMethod_WriteSamples<
    v1::MeasurementService::WithRawCallbackMethod_StreamSamples<
        v1::MeasurementService::WithRawCallbackMethod_RetractSamples<
            v1::MeasurementService::WithRawCallbackMethod_AdvanceWatermark<
                v1::MeasurementService::WithCallbackMethod_QueryAggregates<
                    v1::MeasurementService::WithCallbackMethod_ReadSamples<
                        v1::MeasurementService::WithCallbackMethod_ListSeries<
                            v1::MeasurementService::WithRawCallbackMethod_ReadChanges<
                                v1::MeasurementService::WithCallbackMethod_GetMeasurementServerInfo<
                                    v1::MeasurementService::Service>>>>>>>>>;

// Thread-safe. The references outlive the server.
class MeasurementRpc final : public MeasurementCallbacks {
 public:
  // Scans of QueryAggregates run on `scans`, everything else that blocks on the environment's.
  MeasurementRpc(MeasurementService& service, MeasurementStore& store, ChangeNotifier& notifier,
                 Executor& scans, const CallEnvironment& environment);

  grpc::ServerUnaryReactor* WriteSamples(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* StreamSamples(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* RetractSamples(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* AdvanceWatermark(grpc::CallbackServerContext* context,
                                             const grpc::ByteBuffer* request,
                                             grpc::ByteBuffer* response) override;
  grpc::ServerWriteReactor<v1::QueryAggregatesResponse>* QueryAggregates(
      grpc::CallbackServerContext* context, const v1::QueryAggregatesRequest* request) override;
  grpc::ServerUnaryReactor* ReadSamples(grpc::CallbackServerContext* context,
                                        const v1::ReadSamplesRequest* request,
                                        v1::ReadSamplesResponse* response) override;
  grpc::ServerUnaryReactor* ListSeries(grpc::CallbackServerContext* context,
                                       const v1::ListSeriesRequest* request,
                                       v1::ListSeriesResponse* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* ReadChanges(grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer* request) override;
  grpc::ServerUnaryReactor* GetMeasurementServerInfo(
      grpc::CallbackServerContext* context, const v1::GetMeasurementServerInfoRequest* request,
      v1::ServerInfo* response) override;

 private:
  // A call that the store answers later: parsed and started on the executor.
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Ingest(
      grpc::CallbackServerContext* context, absl::string_view method,
      const grpc::ByteBuffer* request, grpc::ByteBuffer* response,
      void (MeasurementService::*start)(const Request&, absl::Time,
                                        std::function<void(absl::StatusOr<Response>)>));

  MeasurementService& service_;
  MeasurementStore& store_;
  ChangeNotifier& notifier_;
  Executor& scans_;
  Dispatcher dispatcher_;
};

}  // namespace kpisuite
