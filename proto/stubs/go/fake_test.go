package kpisuite_test

import (
	"context"
	"net"
	"testing"

	"google.golang.org/grpc"

	kpisuite "kpisuite.com/go"
	"kpisuite.com/go/kpisuitev1"
)

type (
	getRequest   = *kpisuitev1.GetDefinitionRequest
	definition   = *kpisuitev1.Definition
	sampleStream = kpisuitev1.MeasurementService_StreamSamplesServer
	watchStream  = kpisuitev1.EvaluationService_WatchStatesServer
)

// fake serves what a test sets; everything else is UNIMPLEMENTED.
type fake struct {
	kpisuitev1.UnimplementedDefinitionServiceServer
	kpisuitev1.UnimplementedMeasurementServiceServer
	kpisuitev1.UnimplementedEvaluationServiceServer

	getDefinition func(context.Context, getRequest) (definition, error)
	getState      func(context.Context, *kpisuitev1.GetStateRequest) (*kpisuitev1.KpiState, error)
	listStates    func(*kpisuitev1.ListStatesRequest) (*kpisuitev1.ListStatesResponse, error)
	watchStates   func(*kpisuitev1.WatchStatesRequest, watchStream) error
	streamSamples func(sampleStream) error
}

func (f *fake) GetDefinition(ctx context.Context, request getRequest) (definition, error) {
	return f.getDefinition(ctx, request)
}

func (f *fake) GetState(ctx context.Context, request *kpisuitev1.GetStateRequest,
) (*kpisuitev1.KpiState, error) {
	return f.getState(ctx, request)
}

func (f *fake) ListStates(_ context.Context, request *kpisuitev1.ListStatesRequest,
) (*kpisuitev1.ListStatesResponse, error) {
	return f.listStates(request)
}

func (f *fake) WatchStates(request *kpisuitev1.WatchStatesRequest, stream watchStream) error {
	return f.watchStates(request, stream)
}

func (f *fake) StreamSamples(stream sampleStream) error {
	return f.streamSamples(stream)
}

func (f *fake) GetMeasurementServerInfo(
	context.Context, *kpisuitev1.GetMeasurementServerInfoRequest,
) (*kpisuitev1.ServerInfo, error) {
	return &kpisuitev1.ServerInfo{
		MaxBatchSamples: 10_000, MaxMessageBytes: 8 << 20, MaxUnackedBatches: 4}, nil
}

// serve starts the server on a free port of this machine: its address, and what stops it.
func (f *fake) serve(options ...grpc.ServerOption) (string, func()) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	server := grpc.NewServer(append(options, grpc.MaxRecvMsgSize(8<<20))...)
	kpisuitev1.RegisterDefinitionServiceServer(server, f)
	kpisuitev1.RegisterMeasurementServiceServer(server, f)
	kpisuitev1.RegisterEvaluationServiceServer(server, f)
	go func() { _ = server.Serve(listener) }()
	return listener.Addr().String(), server.Stop
}

// connect makes a client of the server; both end with the test.
func (f *fake) connect(t *testing.T, options ...kpisuite.Option) *kpisuite.Client {
	t.Helper()
	target, stop := f.serve()
	t.Cleanup(stop)
	client, err := kpisuite.NewClient(target, append(options, kpisuite.WithPlaintext())...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	})
	return client
}
