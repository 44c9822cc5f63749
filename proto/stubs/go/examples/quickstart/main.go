// Quickstart defines a KPI, writes samples, reads its status and watches it change.
//
//	go run ./examples/quickstart localhost:7000 [WORKSPACE]
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"time"

	"github.com/shopspring/decimal"
	"google.golang.org/protobuf/proto"

	kpisuite "kpisuite.com/go"
	"kpisuite.com/go/kpisuitev1"
)

func main() {
	if len(os.Args) < 2 {
		log.Fatal("usage: quickstart HOST:PORT [WORKSPACE]")
	}
	workspace := "workspaces/quickstart-go"
	if len(os.Args) > 2 {
		workspace = os.Args[2]
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	client, err := kpisuite.NewClient(os.Args[1], kpisuite.WithPlaintext())
	if err != nil {
		log.Fatal(err)
	}
	if err := errors.Join(run(ctx, client, workspace, os.Stdout), client.Close()); err != nil {
		log.Fatal(err)
	}
}

// run goes the whole round in a workspace and tells what it sees.
func run(ctx context.Context, client *kpisuite.Client, workspace string, out io.Writer) error {
	if err := define(ctx, client, workspace); err != nil {
		return err
	}
	writer, err := client.OpenWriter(ctx, workspace, nil)
	if err != nil {
		return err
	}
	now := time.Now()
	web := writer.Series("sales", map[string]string{"channel": "web"})
	err = errors.Join(
		web.Decimal(ctx, now, decimal.RequireFromString("750.25"), kpisuite.ID("order-1")),
		web.Decimal(ctx, now, decimal.RequireFromString("120.50"), kpisuite.ID("order-2")))
	if err != nil {
		return err
	}
	written, err := writer.Flush(ctx)
	if err != nil {
		return err
	}

	today := &kpisuitev1.StateKey{Kpi: workspace + "/kpis/revenue", Window: "DAY"}
	state, err := client.Evaluations.GetState(ctx,
		&kpisuitev1.GetStateRequest{Key: today, AtLeast: written.PositionToken})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "today %s EUR is %v\n", state.GetValue(), state.GetStatus())

	order := func() error {
		value := decimal.RequireFromString("400")
		return errors.Join(web.Decimal(ctx, now, value, kpisuite.ID("order-3")), writer.Close(ctx))
	}
	return watch(ctx, client, workspace, today, order, out)
}

// watch orders once it sees the current state, and waits for what comes of it.
func watch(ctx context.Context, client *kpisuite.Client, workspace string,
	key *kpisuitev1.StateKey, order func() error, out io.Writer) error {
	request := &kpisuitev1.WatchStatesRequest{
		Parent: workspace, Keys: []*kpisuitev1.StateKey{key}}
	for message, err := range client.WatchStates(ctx, request) {
		if err != nil {
			return err
		}
		if message.GetInSync() {
			if err := order(); err != nil {
				return err
			}
		}
		if state := message.GetState(); state.GetValue() == "1270.75" {
			fmt.Fprintf(out, "now %s EUR is %v\n", state.GetValue(), state.GetStatus())
			return nil
		}
	}
	return nil
}

func define(ctx context.Context, client *kpisuite.Client, workspace string) error {
	sales := &kpisuitev1.Metric{
		Unit:       proto.String("EUR"),
		Scale:      proto.Int32(2),
		Dimensions: []string{"channel"},
	}
	revenue := &kpisuitev1.Kpi{
		Owner: proto.String("cfo@example.com"),
		Inputs: map[string]*kpisuitev1.Input{"sales": {
			Metric:      proto.String("sales"),
			Aggregation: kpisuitev1.Aggregation_AGGREGATION_SUM.Enum(),
		}},
		Unit:      proto.String("EUR"),
		Direction: kpisuitev1.Direction_DIRECTION_HIGHER.Enum(),
		Windows:   []string{"DAY"},
		Target:    &kpisuitev1.TargetValue{Kind: &kpisuitev1.TargetValue_Fixed{Fixed: "1000"}},
	}
	_, err := client.Definitions.ApplyDefinitions(ctx, &kpisuitev1.ApplyDefinitionsRequest{
		Parent: workspace,
		Definitions: []*kpisuitev1.Definition{
			{Name: workspace + "/metrics/sales", Spec: &kpisuitev1.Definition_Metric{Metric: sales}},
			{Name: workspace + "/kpis/revenue", Spec: &kpisuitev1.Definition_Kpi{Kpi: revenue}},
		},
	})
	return err
}
