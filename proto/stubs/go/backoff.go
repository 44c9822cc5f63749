package kpisuite

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	firstDelay = 100 * time.Millisecond
	mostDelay  = 5 * time.Second
	jitter     = 0.2
)

// delays says how long to wait before a stream is opened again: 0.1 s to 5 s, doubling.
type delays struct {
	failures int // since it last worked
}

// Counts a failure and says how long to wait; not less than the server asked for.
func (d *delays) next(atLeast time.Duration) time.Duration {
	delay := min(mostDelay, firstDelay<<min(d.failures, 10))
	d.failures++
	spread := 1 - jitter + 2*jitter*rand.Float64()
	return max(atLeast, time.Duration(float64(delay)*spread))
}

// Begins anew: it worked.
func (d *delays) reset() { d.failures = 0 }

// pause waits; the error is that of a context that ended first.
func pause(ctx context.Context, delay time.Duration) error {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return contextError(ctx)
	}
}
