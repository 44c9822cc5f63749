// Package kpisuite is the client of the KPI suite: define KPIs, record samples, read and watch
// their states. The messages and the stubs of the three services are in package kpisuitev1; this
// package connects, retries, streams samples, resumes watches, types errors, keeps decimals exact
// and reads pages to their end.
//
// Every error of a call, from the stubs too, is an [*Error] and a gRPC status.
package kpisuite

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"iter"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"

	"kpisuite.com/go/kpisuitev1"
)

const (
	maxMessageBytes  = 8 << 20
	keepaliveTime    = 120 * time.Second
	keepaliveTimeout = 20 * time.Second
	// A restarted server is found again within this time.
	mostReconnectDelay = 2 * time.Second
	connectTimeout     = 10 * time.Second
)

// What all clients do with UNAVAILABLE, and how they spread calls.
//
//go:embed service_config.json
var serviceConfig string

// Client is a connection to the KPI suite, for all goroutines; make one and keep it. Unary calls
// that fail with UNAVAILABLE are tried up to 4 times, over all addresses of the name in turn.
type Client struct {
	// Definitions is the stub of what is measured and what good means.
	Definitions kpisuitev1.DefinitionServiceClient
	// Measurements is the stub of the samples.
	Measurements kpisuitev1.MeasurementServiceClient
	// Evaluations is the stub of the states.
	Evaluations kpisuitev1.EvaluationServiceClient

	connections []*grpc.ClientConn
}

// NewClient returns a client of one address that serves everything, "host:port", or of three
// services ([WithServices]). It connects when it is first used: over TLS with the authorities of
// the system, unless said otherwise.
func NewClient(target string, options ...Option) (*Client, error) {
	settings := settings{timeout: 30 * time.Second}
	for i := range settings.targets {
		settings.targets[i] = target
	}
	for _, option := range options {
		option(&settings)
	}
	if err := settings.check(); err != nil {
		return nil, err
	}
	client := &Client{}
	byTarget := make(map[string]*grpc.ClientConn)
	for _, target := range settings.targets {
		if byTarget[target] != nil {
			continue
		}
		connection, err := grpc.NewClient(target, settings.dialOptions()...)
		if err != nil {
			return nil, errors.Join(
				fmt.Errorf("kpisuite: target %q: %w", target, err), client.Close())
		}
		byTarget[target] = connection
		client.connections = append(client.connections, connection)
	}
	client.Definitions = kpisuitev1.NewDefinitionServiceClient(byTarget[settings.targets[0]])
	client.Measurements = kpisuitev1.NewMeasurementServiceClient(byTarget[settings.targets[1]])
	client.Evaluations = kpisuitev1.NewEvaluationServiceClient(byTarget[settings.targets[2]])
	return client, nil
}

// Close ends the calls that are under way and the connections.
func (c *Client) Close() error {
	var failures []error
	for _, connection := range c.connections {
		failures = append(failures, connection.Close())
	}
	return errors.Join(failures...)
}

func (s *settings) dialOptions() []grpc.DialOption {
	secure := insecure.NewCredentials()
	if !s.plaintext {
		secure = credentials.NewTLS(s.tls)
	}
	options := []grpc.DialOption{
		grpc.WithTransportCredentials(secure),
		grpc.WithDefaultServiceConfig(serviceConfig),
		grpc.WithUserAgent("kpisuite-go/" + Version),
		// What is larger than the retry buffer would be tried once only.
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessageBytes),
			grpc.MaxRetryRPCBufferSize(maxMessageBytes)),
		grpc.WithKeepaliveParams(
			keepalive.ClientParameters{Time: keepaliveTime, Timeout: keepaliveTimeout}),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff: backoff.Config{BaseDelay: firstDelay, Multiplier: 2, Jitter: jitter,
				MaxDelay: mostReconnectDelay},
			MinConnectTimeout: connectTimeout,
		}),
		grpc.WithChainUnaryInterceptor(s.callOnce),
		grpc.WithChainStreamInterceptor(s.openStream),
	}
	if s.token != nil {
		options = append(options, grpc.WithPerRPCCredentials(bearer(s.token)))
	}
	return append(options, s.extra...)
}

// ListDefinitions returns all definitions of a list.
func (c *Client) ListDefinitions(ctx context.Context, request *kpisuitev1.ListDefinitionsRequest,
) iter.Seq2[*kpisuitev1.Definition, error] {
	return pages(ctx, request, c.Definitions.ListDefinitions,
		(*kpisuitev1.ListDefinitionsResponse).GetDefinitions)
}

// ListRevisions returns all revisions of a definition, newest first.
func (c *Client) ListRevisions(ctx context.Context, request *kpisuitev1.ListRevisionsRequest,
) iter.Seq2[*kpisuitev1.Definition, error] {
	return pages(ctx, request, c.Definitions.ListRevisions,
		(*kpisuitev1.ListRevisionsResponse).GetRevisions)
}

// ListTemplates returns all templates of a list.
func (c *Client) ListTemplates(ctx context.Context, request *kpisuitev1.ListTemplatesRequest,
) iter.Seq2[*kpisuitev1.Template, error] {
	return pages(ctx, request, c.Definitions.ListTemplates,
		(*kpisuitev1.ListTemplatesResponse).GetTemplates)
}

// ReadSamples returns all samples of a reading.
func (c *Client) ReadSamples(ctx context.Context, request *kpisuitev1.ReadSamplesRequest,
) iter.Seq2[*kpisuitev1.Sample, error] {
	return pages(ctx, request, c.Measurements.ReadSamples,
		(*kpisuitev1.ReadSamplesResponse).GetSamples)
}

// ListSeries returns all series of a metric.
func (c *Client) ListSeries(ctx context.Context, request *kpisuitev1.ListSeriesRequest,
) iter.Seq2[*kpisuitev1.Series, error] {
	return pages(ctx, request, c.Measurements.ListSeries,
		(*kpisuitev1.ListSeriesResponse).GetSeries)
}

// ListStates returns all states of a list.
func (c *Client) ListStates(ctx context.Context, request *kpisuitev1.ListStatesRequest,
) iter.Seq2[*kpisuitev1.KpiState, error] {
	return pages(ctx, request, c.Evaluations.ListStates,
		(*kpisuitev1.ListStatesResponse).GetStates)
}

// GetHistory returns the whole history of one window and slice.
func (c *Client) GetHistory(ctx context.Context, request *kpisuitev1.GetHistoryRequest,
) iter.Seq2[*kpisuitev1.HistoryEntry, error] {
	return pages(ctx, request, c.Evaluations.GetHistory,
		(*kpisuitev1.GetHistoryResponse).GetEntries)
}

// GetLeaderboard returns all rows of a ranking.
func (c *Client) GetLeaderboard(ctx context.Context, request *kpisuitev1.GetLeaderboardRequest,
) iter.Seq2[*kpisuitev1.LeaderboardRow, error] {
	return pages(ctx, request, c.Evaluations.GetLeaderboard,
		(*kpisuitev1.GetLeaderboardResponse).GetRows)
}

// ListCheckIns returns all check-ins of a KPI.
func (c *Client) ListCheckIns(ctx context.Context, request *kpisuitev1.ListCheckInsRequest,
) iter.Seq2[*kpisuitev1.CheckIn, error] {
	return pages(ctx, request, c.Evaluations.ListCheckIns,
		(*kpisuitev1.ListCheckInsResponse).GetCheckIns)
}

// ListAlerts returns all alerts of a list.
func (c *Client) ListAlerts(ctx context.Context, request *kpisuitev1.ListAlertsRequest,
) iter.Seq2[*kpisuitev1.Alert, error] {
	return pages(ctx, request, c.Evaluations.ListAlerts,
		(*kpisuitev1.ListAlertsResponse).GetAlerts)
}
