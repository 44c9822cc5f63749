package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	kpisuite "kpisuite.com/go"
)

func TestTheExampleEndsOnTarget(t *testing.T) {
	file := os.Getenv("KPI_CONFORMANCE")
	if file == "" {
		t.Skip("KPI_CONFORMANCE is not set; see tests/conformance")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var settings struct{ Servers map[string]string }
	if err := json.Unmarshal(text, &settings); err != nil {
		t.Fatal(err)
	}
	client, err := kpisuite.NewClient(settings.Servers["suite"], kpisuite.WithPlaintext())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	workspace := fmt.Sprintf("workspaces/quickstart-go-%d", time.Now().UnixNano())
	var out strings.Builder
	if err := run(ctx, client, workspace, &out); err != nil {
		t.Fatal(err)
	}
	want := "today 870.75 EUR is STATUS_OFF_TARGET\nnow 1270.75 EUR is STATUS_ON_TARGET\n"
	if out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}
