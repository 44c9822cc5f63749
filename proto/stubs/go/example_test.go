package kpisuite_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/shopspring/decimal"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	kpisuite "kpisuite.com/go"
	"kpisuite.com/go/kpisuitev1"
)

// A server that knows one KPI, for the examples.
func exampleServer() (target string, stop func()) {
	state := &kpisuitev1.KpiState{Kpi: "workspaces/default/kpis/revenue", Value: "870.75",
		Status: kpisuitev1.Status_STATUS_OFF_TARGET}
	better := &kpisuitev1.KpiState{Kpi: state.Kpi, Value: "1270.75",
		Status: kpisuitev1.Status_STATUS_ON_TARGET}
	server := &fake{
		getState: func(context.Context, *kpisuitev1.GetStateRequest) (*kpisuitev1.KpiState, error) {
			return state, nil
		},
		getDefinition: func(context.Context, getRequest) (definition, error) {
			missing, _ := status.New(codes.NotFound, "no such definition").WithDetails(
				&errdetails.ErrorInfo{Domain: "kpisuite.v1", Reason: "NOT_FOUND"})
			return nil, missing.Err()
		},
		listStates: func(*kpisuitev1.ListStatesRequest) (*kpisuitev1.ListStatesResponse, error) {
			return &kpisuitev1.ListStatesResponse{States: []*kpisuitev1.KpiState{state}}, nil
		},
		watchStates: func(_ *kpisuitev1.WatchStatesRequest, stream watchStream) error {
			return errors.Join(
				stream.Send(&kpisuitev1.WatchStatesResponse{State: state}),
				stream.Send(&kpisuitev1.WatchStatesResponse{InSync: true}),
				stream.Send(&kpisuitev1.WatchStatesResponse{State: better}))
		},
		streamSamples: func(stream sampleStream) error {
			return each(stream, func(request *kpisuitev1.StreamSamplesRequest) error {
				return settle(stream, request, codes.OK)
			})
		},
	}
	return server.serve()
}

func Example() {
	target, stop := exampleServer() // "localhost:7000"
	defer stop()

	client, err := kpisuite.NewClient(target, kpisuite.WithPlaintext())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	state, err := client.Evaluations.GetState(context.Background(), &kpisuitev1.GetStateRequest{
		Key: &kpisuitev1.StateKey{Kpi: "workspaces/default/kpis/revenue", Window: "DAY"},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(state.GetStatus(), state.GetValue())
	// Output: STATUS_OFF_TARGET 870.75
}

func ExampleClient_OpenWriter() {
	target, stop := exampleServer()
	defer stop()
	client, err := kpisuite.NewClient(target, kpisuite.WithPlaintext())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	ctx := context.Background()
	writer, err := client.OpenWriter(ctx, "workspaces/default", nil)
	if err != nil {
		log.Fatal(err)
	}
	web := writer.Series("sales", map[string]string{"channel": "web"})
	for i, price := range []string{"750.25", "120.50"} {
		id := kpisuite.ID(fmt.Sprintf("order-%d", i))
		err := web.Decimal(ctx, time.Now(), decimal.RequireFromString(price), id)
		if err != nil {
			log.Fatal(err)
		}
	}
	if err := writer.Close(ctx); err != nil {
		log.Fatal(err)
	}
	fmt.Println(writer.Summary().Inserted, "inserted")
	// Output: 2 inserted
}

func ExampleClient_WatchStates() {
	target, stop := exampleServer()
	defer stop()
	client, err := kpisuite.NewClient(target, kpisuite.WithPlaintext())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	request := &kpisuitev1.WatchStatesRequest{Parent: "workspaces/default"}
	for message, err := range client.WatchStates(context.Background(), request) {
		if err != nil {
			log.Fatal(err)
		}
		if state := message.GetState(); state != nil {
			fmt.Println(state.GetStatus(), state.GetValue())
		}
		if message.GetState().GetStatus() == kpisuitev1.Status_STATUS_ON_TARGET {
			break
		}
	}
	// Output:
	// STATUS_OFF_TARGET 870.75
	// STATUS_ON_TARGET 1270.75
}

func ExampleClient_ListStates() {
	target, stop := exampleServer()
	defer stop()
	client, err := kpisuite.NewClient(target, kpisuite.WithPlaintext())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	request := &kpisuitev1.ListStatesRequest{Parent: "workspaces/default"}
	for state, err := range client.ListStates(context.Background(), request) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(state.GetKpi(), state.GetStatus())
	}
	// Output: workspaces/default/kpis/revenue STATUS_OFF_TARGET
}

func ExampleError() {
	target, stop := exampleServer()
	defer stop()
	client, err := kpisuite.NewClient(target, kpisuite.WithPlaintext())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	_, err = client.Definitions.GetDefinition(context.Background(),
		&kpisuitev1.GetDefinitionRequest{Name: "workspaces/default/kpis/none"})
	var failure *kpisuite.Error
	if errors.As(err, &failure) {
		fmt.Println(failure.Code, failure.Reason, status.Code(err) == codes.NotFound)
	}
	// Output: NotFound NOT_FOUND true
}

func ExampleParseDecimal() {
	value, err := kpisuite.ParseDecimal("1234567890123456789012345678901234")
	if err != nil {
		log.Fatal(err)
	}
	text, err := kpisuite.DecimalText(value)
	fmt.Println(text, err)
	_, err = kpisuite.ParseDecimal("")
	fmt.Println(errors.Is(err, kpisuite.ErrNoValue))
	// Output:
	// 1234567890123456789012345678901234 <nil>
	// true
}
