package kpisuite_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	rpcstatus "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	kpisuite "kpisuite.com/go"
	"kpisuite.com/go/kpisuitev1"
)

func get(ctx context.Context, client *kpisuite.Client, name string) error {
	_, err := client.Definitions.GetDefinition(
		ctx, &kpisuitev1.GetDefinitionRequest{Name: name})
	return err
}

func refusal(t *testing.T) error {
	t.Helper()
	refused, err := status.New(codes.InvalidArgument, "two fields").WithDetails(
		&errdetails.ErrorInfo{Domain: "kpisuite.v1", Reason: "INVALID_FIELD",
			Metadata: map[string]string{"count": "2"}},
		&errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{
			{Field: "name", Description: "got nothing"}, {Field: "revision"}}},
		&errdetails.RetryInfo{RetryDelay: durationpb.New(1500 * time.Millisecond)})
	if err != nil {
		t.Fatal(err)
	}
	return refused.Err()
}

func TestErrorsOfStubsAreTypedAndStillAStatus(t *testing.T) {
	server := &fake{getDefinition: func(context.Context, getRequest) (definition, error) {
		return nil, refusal(t)
	}}
	err := get(context.Background(), server.connect(t), "")
	var failure *kpisuite.Error
	if !errors.As(err, &failure) {
		t.Fatalf("got %T, want *kpisuite.Error", err)
	}
	if failure.Code != codes.InvalidArgument || failure.Reason != "INVALID_FIELD" ||
		failure.ErrorReason() != kpisuitev1.ErrorReason_ERROR_REASON_INVALID_FIELD ||
		failure.Metadata["count"] != "2" || failure.RetryDelay != 1500*time.Millisecond {
		t.Errorf("got %+v", failure)
	}
	if len(failure.Violations) != 2 || failure.Violations[0] != (kpisuite.Violation{
		Field: "name", Description: "got nothing"}) {
		t.Errorf("got violations %v", failure.Violations)
	}
	if known, ok := status.FromError(err); !ok || known.Code() != codes.InvalidArgument ||
		len(known.Details()) != 3 {
		t.Errorf("got status %v", known)
	}
	if text := err.Error(); text != "InvalidArgument (INVALID_FIELD): two fields" {
		t.Errorf("got %q", text)
	}
}

func TestAStatusInsideAResponseIsTyped(t *testing.T) {
	inside := status.Convert(refusal(t)).Proto()
	if failure := kpisuite.ErrorOf(inside); failure.Reason != "INVALID_FIELD" {
		t.Errorf("got %v", failure)
	}
	if failure := kpisuite.ErrorOf(nil); failure != nil {
		t.Errorf("got %v, want none", failure)
	}
	if failure := kpisuite.ErrorOf(&rpcstatus.Status{}); failure != nil {
		t.Errorf("got %v, want none", failure)
	}
}

func TestAReasonOfAnotherDomainIsNotTakenForOneOfTheSuite(t *testing.T) {
	foreign, _ := status.New(codes.Aborted, "").WithDetails(
		&errdetails.ErrorInfo{Domain: "example.com", Reason: "ETAG_MISMATCH"})
	failure := kpisuite.ErrorOf(foreign.Proto())
	if failure.ErrorReason() != kpisuitev1.ErrorReason_ERROR_REASON_UNSPECIFIED ||
		failure.Reason != "ETAG_MISMATCH" {
		t.Errorf("got %v, %q", failure.ErrorReason(), failure.Reason)
	}
}

func TestAUnaryCallHasTheDeadlineOfItsContextOrThatOfTheClient(t *testing.T) {
	left := make(chan time.Duration, 1)
	server := &fake{getDefinition: func(ctx context.Context, _ getRequest) (definition, error) {
		deadline, _ := ctx.Deadline()
		left <- time.Until(deadline)
		return &kpisuitev1.Definition{}, nil
	}}
	client := server.connect(t, kpisuite.WithTimeout(20*time.Second))
	if err := get(context.Background(), client, ""); err != nil {
		t.Fatal(err)
	}
	if got := <-left; got < 15*time.Second || got > 20*time.Second {
		t.Errorf("got %v left, want that of the client", got)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := get(ctx, client, ""); err != nil {
		t.Fatal(err)
	}
	if got := <-left; got < 30*time.Second {
		t.Errorf("got %v left, want that of the context", got)
	}
}

func TestTheEndOfTheContextIsFoundInTheError(t *testing.T) {
	server := &fake{getDefinition: func(ctx context.Context, _ getRequest) (definition, error) {
		<-ctx.Done()
		return nil, status.FromContextError(ctx.Err()).Err()
	}}
	client := server.connect(t)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	err := get(ctx, client, "")
	if !errors.Is(err, context.DeadlineExceeded) || status.Code(err) != codes.DeadlineExceeded {
		t.Errorf("got %v", err)
	}
}

func TestUnavailableIsTriedFourTimesWithLargeRequestsToo(t *testing.T) {
	attempts := 0
	server := &fake{getDefinition: func(context.Context, getRequest) (definition, error) {
		attempts++
		return nil, status.Error(codes.Unavailable, "away")
	}}
	err := get(context.Background(), server.connect(t), strings.Repeat("x", 5<<20))
	if status.Code(err) != codes.Unavailable || attempts != 4 {
		t.Errorf("got %d attempts, %v", attempts, err)
	}
}

func TestTheActorIsTheOneOfTheClientUnlessTheCallNamesOne(t *testing.T) {
	var actors []string
	server := &fake{getDefinition: func(ctx context.Context, _ getRequest) (definition, error) {
		told, _ := metadata.FromIncomingContext(ctx)
		actors = append(actors, strings.Join(told.Get("x-kpi-actor"), "+"))
		return &kpisuitev1.Definition{}, nil
	}}
	client := server.connect(t, kpisuite.WithActor("nightly"))
	other := metadata.AppendToOutgoingContext(context.Background(), "x-kpi-actor", "ada")
	for _, ctx := range []context.Context{context.Background(), other} {
		if err := get(ctx, client, ""); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(actors, " "); got != "nightly ada" {
		t.Errorf("got %q", got)
	}
}

func TestWhatCannotConnectSafelyIsRefused(t *testing.T) {
	source := func(context.Context) (string, error) { return "secret", nil }
	for name, options := range map[string][]kpisuite.Option{
		"token in the clear":        {kpisuite.WithPlaintext(), kpisuite.WithToken("secret")},
		"token source in the clear": {kpisuite.WithTokenSource(source), kpisuite.WithPlaintext()},
		"token with a blank":        {kpisuite.WithToken("two words")},
		"token with a line end":     {kpisuite.WithToken("a\r\nb: c")},
		"empty token":               {kpisuite.WithToken("")},
		"actor with a line end":     {kpisuite.WithActor("a\nb")},
		"no timeout":                {kpisuite.WithTimeout(0)},
		"missing target":            {kpisuite.WithServices("localhost:1", "", "localhost:3")},
	} {
		if client, err := kpisuite.NewClient("localhost:1", options...); err == nil {
			t.Errorf("%s is taken", name)
			_ = client.Close()
		}
	}
}

func TestATokenComesFromItsSourceAtEachCall(t *testing.T) {
	web := httptest.NewTLSServer(nil)
	defer web.Close()
	roots := x509.NewCertPool()
	roots.AddCert(web.Certificate())
	var tokens []string
	server := &fake{getDefinition: func(ctx context.Context, _ getRequest) (definition, error) {
		told, _ := metadata.FromIncomingContext(ctx)
		tokens = append(tokens, told.Get("authorization")...)
		return &kpisuitev1.Definition{}, nil
	}}
	target, stop := server.serve(
		grpc.Creds(credentials.NewServerTLSFromCert(&web.TLS.Certificates[0])))
	defer stop()
	next := []string{"one", "two", "two words"}
	client, err := kpisuite.NewClient(target,
		kpisuite.WithTLSConfig(&tls.Config{RootCAs: roots}),
		kpisuite.WithTokenSource(func(context.Context) (token string, err error) {
			token, next = next[0], next[1:]
			return token, nil
		}))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for range 2 {
		if err := get(context.Background(), client, ""); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(tokens, ", "); got != "Bearer one, Bearer two" {
		t.Errorf("got %q", got)
	}
	if err := get(context.Background(), client, ""); status.Code(err) != codes.Unauthenticated {
		t.Errorf("got %v, want that the token is no text of a header", err)
	}
}

func TestThreeServicesHaveAConnectionEach(t *testing.T) {
	server := &fake{getDefinition: func(context.Context, getRequest) (definition, error) {
		return &kpisuitev1.Definition{}, nil
	}}
	target, stop := server.serve()
	defer stop()
	client, err := kpisuite.NewClient("", kpisuite.WithPlaintext(),
		kpisuite.WithServices(target, "localhost:1", "localhost:1"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := get(context.Background(), client, ""); err != nil {
		t.Error(err)
	}
	_, err = client.OpenWriter(context.Background(), "workspaces/default", nil)
	if status.Code(err) != codes.Unavailable {
		t.Errorf("got %v, want that nobody serves samples", err)
	}
}
