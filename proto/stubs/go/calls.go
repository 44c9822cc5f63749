package kpisuite

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const actorHeader = "x-kpi-actor"

// bearer is the token of a call, asked for each time. gRPC itself keeps it off connections without
// TLS.
type bearer func(context.Context) (string, error)

func (b bearer) GetRequestMetadata(ctx context.Context, _ ...string) (map[string]string, error) {
	token, err := b(ctx)
	if err == nil {
		err = checkToken(token)
	}
	if err != nil {
		return nil, status.Error(codes.Unauthenticated, err.Error())
	}
	return map[string]string{"authorization": "Bearer " + token}, nil
}

func (b bearer) RequireTransportSecurity() bool { return true }

// callOnce gives a unary call its deadline and the name of the actor, and types its error.
func (s *settings) callOnce(ctx context.Context, method string, request, response any,
	connection *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
	ctx = s.withActor(ctx)
	if _, limited := ctx.Deadline(); !limited {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.timeout)
		defer cancel()
	}
	return typed(ctx, invoke(ctx, method, request, response, connection, options...))
}

// openStream gives a stream the name of the actor, and types its errors. Streams have no deadline
// but that of their context.
func (s *settings) openStream(ctx context.Context, description *grpc.StreamDesc,
	connection *grpc.ClientConn, method string, open grpc.Streamer, options ...grpc.CallOption,
) (grpc.ClientStream, error) {
	ctx = s.withActor(ctx)
	stream, err := open(ctx, description, connection, method, options...)
	if err != nil {
		return nil, typed(ctx, err)
	}
	return &typedStream{stream}, nil
}

func (s *settings) withActor(ctx context.Context) context.Context {
	if s.actor == "" {
		return ctx
	}
	if told, _ := metadata.FromOutgoingContext(ctx); len(told.Get(actorHeader)) > 0 {
		return ctx
	}
	return metadata.AppendToOutgoingContext(ctx, actorHeader, s.actor)
}

// typedStream is a stream whose errors are an *Error; io.EOF stays what it is.
type typedStream struct {
	grpc.ClientStream
}

func (t *typedStream) Header() (metadata.MD, error) {
	header, err := t.ClientStream.Header()
	return header, typed(t.Context(), err)
}

func (t *typedStream) CloseSend() error { return typed(t.Context(), t.ClientStream.CloseSend()) }

func (t *typedStream) SendMsg(message any) error {
	return typed(t.Context(), t.ClientStream.SendMsg(message))
}

func (t *typedStream) RecvMsg(message any) error {
	return typed(t.Context(), t.ClientStream.RecvMsg(message))
}
