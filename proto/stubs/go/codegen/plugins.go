//go:build plugins

// Package codegen names the plugins of protoc, so that go.mod pins them. It has no code.
package codegen

import (
	_ "google.golang.org/grpc/cmd/protoc-gen-go-grpc"
	_ "google.golang.org/protobuf/cmd/protoc-gen-go"
)
