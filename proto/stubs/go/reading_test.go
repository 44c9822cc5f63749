package kpisuite_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"

	kpisuite "kpisuite.com/go"
	"kpisuite.com/go/kpisuitev1"
)

func TestAWatchGoesOnAfterTheLastMessageThatWasHandedOut(t *testing.T) {
	var tokens []string
	server := &fake{watchStates: func(
		request *kpisuitev1.WatchStatesRequest, stream watchStream) error {
		tokens = append(tokens, request.GetResumeToken())
		token := fmt.Sprintf("after-%d", len(tokens))
		if err := stream.Send(&kpisuitev1.WatchStatesResponse{ResumeToken: token}); err != nil {
			return err
		}
		if len(tokens) == 3 {
			return status.Error(codes.PermissionDenied, "no more")
		}
		return status.Error(codes.Unavailable, "restart")
	}}
	request := &kpisuitev1.WatchStatesRequest{Parent: "workspaces/default"}
	messages := 0
	var end error
	for message, err := range server.connect(t).WatchStates(context.Background(), request) {
		if err != nil {
			end = err
			continue // nothing follows an error
		}
		messages++
		if want := fmt.Sprintf("after-%d", messages); message.GetResumeToken() != want {
			t.Errorf("got %q, want %q", message.GetResumeToken(), want)
		}
	}
	if got := strings.Join(tokens, ","); got != ",after-1,after-2" || messages != 3 {
		t.Errorf("got %d messages after tokens %q", messages, got)
	}
	if status.Code(end) != codes.PermissionDenied || request.GetResumeToken() != "" {
		t.Errorf("got end %v, request %v", end, request)
	}
}

func TestAWatchEndsWithItsRangeOrItsContext(t *testing.T) {
	ended := make(chan error, 2)
	server := &fake{watchStates: func(_ *kpisuitev1.WatchStatesRequest, stream watchStream) error {
		if err := stream.Send(&kpisuitev1.WatchStatesResponse{InSync: true}); err != nil {
			return err
		}
		<-stream.Context().Done()
		ended <- stream.Context().Err()
		return stream.Context().Err()
	}}
	client := server.connect(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for range client.WatchStates(ctx, &kpisuitev1.WatchStatesRequest{}) {
		break
	}
	<-ended
	var end error
	for message, err := range client.WatchStates(ctx, &kpisuitev1.WatchStatesRequest{}) {
		if message.GetInSync() {
			cancel()
		}
		end = err
	}
	<-ended
	if !errors.Is(end, context.Canceled) || status.Code(end) != codes.Canceled {
		t.Errorf("got %v", end)
	}
}

func TestPagesAreReadToTheEndFromTheTokenOfTheRequestOn(t *testing.T) {
	pages := map[string]*kpisuitev1.ListStatesResponse{
		"":  {NextPageToken: "a", States: []*kpisuitev1.KpiState{{Kpi: "1"}, {Kpi: "2"}}},
		"a": {NextPageToken: "b"}, // empty, and not the last
		"b": {States: []*kpisuitev1.KpiState{{Kpi: "3"}}},
	}
	calls := 0
	server := &fake{listStates: func(request *kpisuitev1.ListStatesRequest,
	) (*kpisuitev1.ListStatesResponse, error) {
		calls++
		if page, known := pages[request.GetPageToken()]; known {
			return page, nil
		}
		return nil, status.Error(codes.InvalidArgument, "token")
	}}
	client := server.connect(t)
	for token, want := range map[string]string{
		"": "1 2 3", "b": "3", "x": "InvalidArgument: token"} {
		var got []string
		request := &kpisuitev1.ListStatesRequest{PageToken: token}
		for state, err := range client.ListStates(context.Background(), request) {
			if err != nil {
				got = append(got, err.Error())
				break
			}
			got = append(got, state.GetKpi())
		}
		if text := strings.Join(got, " "); text != want || request.GetPageToken() != token {
			t.Errorf("got %q, want %q; token %q", text, want, request.GetPageToken())
		}
	}
	calls = 0
	for range client.ListStates(context.Background(), &kpisuitev1.ListStatesRequest{}) {
		break
	}
	if calls != 1 {
		t.Errorf("got %d calls for the first entry", calls)
	}
}

func TestEveryListOfTheContractCanBeReadToItsEndAndEveryWatchResumes(t *testing.T) {
	client := reflect.TypeOf(&kpisuite.Client{})
	for _, file := range []protoreflect.FileDescriptor{
		kpisuitev1.File_kpisuite_v1_definition_service_proto,
		kpisuitev1.File_kpisuite_v1_measurement_service_proto,
		kpisuitev1.File_kpisuite_v1_evaluation_service_proto,
	} {
		methods := file.Services().Get(0).Methods()
		for i := range methods.Len() {
			method := methods.Get(i)
			paged := method.Output().Fields().ByName("next_page_token") != nil
			watched := method.IsStreamingServer() && !method.IsStreamingClient() &&
				method.Name() != "QueryAggregates"
			if _, found := client.MethodByName(string(method.Name())); found != (paged || watched) {
				t.Errorf("%s: an iterator is there: %v", method.FullName(), found)
			}
		}
	}
}
