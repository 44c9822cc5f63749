package kpisuite

import (
	"context"
	"iter"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// pages reads a list page by page, from the page_token of the request on: the next page is read
// when the one before is used up. An error ends the sequence; each range reads the list anew.
func pages[Q proto.Message, R interface{ GetNextPageToken() string }, T any](
	ctx context.Context, request Q,
	call func(context.Context, Q, ...grpc.CallOption) (R, error), entries func(R) []T,
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		next := proto.Clone(request).(Q)
		message := next.ProtoReflect()
		token := message.Descriptor().Fields().ByName("page_token")
		for {
			page, err := call(ctx, next)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, entry := range entries(page) {
				if !yield(entry, nil) {
					return
				}
			}
			// A page may be empty and not the last.
			if page.GetNextPageToken() == "" {
				return
			}
			message.Set(token, protoreflect.ValueOfString(page.GetNextPageToken()))
		}
	}
}
