package conformance

import (
	"context"
	"fmt"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	kpisuite "kpisuite.com/go"
	"kpisuite.com/go/kpisuitev1"
)

const loadStart = 1_743_415_200_000_000_000

// TestLoad is the small load that every language runs: reads one after the other, then samples
// streamed.
func TestLoad(t *testing.T) {
	settings := load(t)
	if raceDetector {
		t.Skip("the race detector would be measured")
	}
	ctx := context.Background()
	client := settings.client(t)
	parent := fmt.Sprintf("workspaces/%s-load-%s", language, randomLetters())
	name := parent + "/metrics/orders"
	_, err := client.Definitions.ApplyDefinitions(ctx, &kpisuitev1.ApplyDefinitionsRequest{
		Parent: parent,
		Definitions: []*kpisuitev1.Definition{{
			Name: name,
			Spec: &kpisuitev1.Definition_Metric{Metric: &kpisuitev1.Metric{
				Unit:     proto.String("count"),
				Scale:    proto.Int32(2),
				Identity: kpisuitev1.SampleIdentity_SAMPLE_IDENTITY_TIME.Enum(),
			}},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}

	begin := time.Now()
	for range settings.Load.Reads {
		_, err := client.Definitions.GetDefinition(
			ctx, &kpisuitev1.GetDefinitionRequest{Name: name})
		if err != nil {
			t.Fatal(err)
		}
	}
	reads := float64(settings.Load.Reads) / time.Since(begin).Seconds()

	begin = time.Now()
	inserted, err := stream(ctx, client, parent, settings.Load.Samples)
	if err != nil {
		t.Fatal(err)
	}
	if inserted != int64(settings.Load.Samples) {
		t.Errorf("got %d samples inserted, want %d", inserted, settings.Load.Samples)
	}
	samples := float64(settings.Load.Samples) / time.Since(begin).Seconds()
	t.Logf("%s: %.0f reads/s, %.0f samples/s", language, reads, samples)
	settings.report(t, map[string]any{"readsPerSecond": reads, "samplesPerSecond": samples})
}

func stream(ctx context.Context, client *kpisuite.Client, parent string, count int) (int64, error) {
	writer, err := client.OpenWriter(ctx, parent, nil)
	if err != nil {
		return 0, err
	}
	orders := writer.Series("orders", nil)
	for i := range int64(count) {
		t := time.Unix(0, loadStart+i*int64(time.Millisecond))
		if err := orders.Mantissa(ctx, t, i); err != nil {
			return 0, err
		}
	}
	if err := writer.Close(ctx); err != nil {
		return 0, err
	}
	return writer.Summary().Inserted, nil
}
