package conformance

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	kpisuite "kpisuite.com/go"
)

const language = "go"

// settings are what the file that KPI_CONFORMANCE names tells: servers, vectors, where results go.
type settings struct {
	Vectors string
	Given   string
	Results string
	CA      string
	Servers map[string]string
	Load    struct{ Reads, Samples int }
}

// load skips the test where no servers were started for it.
func load(t *testing.T) *settings {
	t.Helper()
	file := os.Getenv("KPI_CONFORMANCE")
	if file == "" {
		t.Skip("KPI_CONFORMANCE is not set; see tests/conformance")
	}
	var found settings
	readJSON(t, file, &found)
	return &found
}

func readJSON(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// connect makes a client of a server, by its name; nil is no token.
func (s *settings) connect(server string, token *string) (*kpisuite.Client, error) {
	options := []kpisuite.Option{kpisuite.WithPlaintext()}
	if server == "tls" {
		authority, err := os.ReadFile(s.CA)
		if err != nil {
			return nil, err
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(authority) {
			return nil, errors.New("no certificate in " + s.CA)
		}
		options = []kpisuite.Option{kpisuite.WithTLSConfig(&tls.Config{RootCAs: roots})}
	}
	if token != nil {
		options = append(options, kpisuite.WithToken(*token))
	}
	return kpisuite.NewClient(s.Servers[server], options...)
}

// client makes a client of the suite that ends with the test.
func (s *settings) client(t *testing.T) *kpisuite.Client {
	t.Helper()
	client, err := s.connect("suite", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	})
	return client
}

// report adds members to the result file of this language.
func (s *settings) report(t *testing.T, members map[string]any) {
	t.Helper()
	file := filepath.Join(s.Results, language+".json")
	all := map[string]any{}
	if _, err := os.Stat(file); err == nil {
		readJSON(t, file, &all)
	}
	all["language"] = language
	for name, member := range members {
		all[name] = member
	}
	text, err := json.MarshalIndent(all, "", " ")
	if err == nil {
		err = os.WriteFile(file, text, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
