package kpisuite

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"time"

	"google.golang.org/grpc"
)

// Option says how to connect.
type Option func(*settings)

type settings struct {
	targets   [3]string // definition, measurement, evaluation
	plaintext bool
	tls       *tls.Config
	token     func(context.Context) (string, error)
	fixed     *string // the token, when it is always the same
	actor     string
	timeout   time.Duration
	extra     []grpc.DialOption
}

// WithServices connects to three services with an address each.
func WithServices(definition, measurement, evaluation string) Option {
	return func(s *settings) { s.targets = [3]string{definition, measurement, evaluation} }
}

// WithPlaintext connects without encryption: for trusted networks. It excludes a token.
func WithPlaintext() Option {
	return func(s *settings) { s.plaintext = true }
}

// WithTLSConfig sets other authorities, or a certificate of one's own.
func WithTLSConfig(config *tls.Config) Option {
	return func(s *settings) { s.plaintext, s.tls = false, config.Clone() }
}

// WithToken sets the bearer token of every call.
func WithToken(token string) Option {
	return func(s *settings) {
		s.fixed = &token
		s.token = func(context.Context) (string, error) { return token, nil }
	}
}

// WithTokenSource sets where the bearer token comes from. It is asked at each call, by many
// goroutines: it must be quick.
func WithTokenSource(source func(context.Context) (string, error)) Option {
	return func(s *settings) { s.fixed, s.token = nil, source }
}

// WithActor names who acts, kept with each revision of a definition.
func WithActor(name string) Option {
	return func(s *settings) { s.actor = name }
}

// WithTimeout limits unary calls whose context has no deadline. Default 30 s.
func WithTimeout(timeout time.Duration) Option {
	return func(s *settings) { s.timeout = timeout }
}

// WithDialOptions adds options of gRPC, for instance interceptors of tracing; they come last.
func WithDialOptions(options ...grpc.DialOption) Option {
	return func(s *settings) { s.extra = append(s.extra, options...) }
}

func (s *settings) check() error {
	for _, target := range s.targets {
		if target == "" {
			return errors.New("kpisuite: a target is missing")
		}
	}
	if s.plaintext && s.token != nil {
		return errors.New("kpisuite: a token is sent over TLS only")
	}
	if s.fixed != nil {
		if err := checkToken(*s.fixed); err != nil {
			return err
		}
	}
	if strings.ContainsFunc(s.actor, func(r rune) bool { return r < ' ' || r > '~' }) {
		return fmt.Errorf("kpisuite: the actor %q is no text of a header", s.actor)
	}
	if s.timeout <= 0 {
		return fmt.Errorf("kpisuite: got timeout %v, want more than 0", s.timeout)
	}
	return nil
}

func checkToken(token string) error {
	invisible := func(r rune) bool { return r <= ' ' || r > '~' }
	if token == "" || strings.ContainsFunc(token, invisible) {
		return errors.New("kpisuite: a token consists of visible ASCII characters")
	}
	return nil
}
