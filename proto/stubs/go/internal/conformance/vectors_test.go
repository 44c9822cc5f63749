// Package conformance runs the vectors of tests/conformance and the load against the servers of its
// fixture. README.md there says what the steps are.
package conformance

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

const patience = 60 * time.Second

// TestVectors runs each vector as a test of its own.
func TestVectors(t *testing.T) {
	settings := load(t)
	var given object
	readJSON(t, settings.Given, &given)
	files, err := filepath.Glob(filepath.Join(settings.Vectors, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no vectors in %s: %v", settings.Vectors, err)
	}
	slices.Sort(files)
	passed, failed := []string{}, map[string]string{}
	letters := randomLetters()
	for _, file := range files {
		var vectors []object
		readJSON(t, file, &vectors)
		for _, vector := range vectors {
			id := vector["id"].(string)
			t.Run(id, func(t *testing.T) {
				workspace := fmt.Sprintf("workspaces/%s-%s-%s", language, letters, id)
				if err := check(settings, given, vector, workspace); err != nil {
					failed[id] = err.Error()
					t.Errorf("%v: %v", vector["proves"], err)
					return
				}
				passed = append(passed, id)
			})
		}
	}
	settings.report(t, map[string]any{
		"passed": passed, "failed": failed, "skipped": map[string]string{}})
}

func check(settings *settings, given, vector object, workspace string) (err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("panic: %v", panicked)
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	server, named := vector["server"].(string)
	if !named {
		server = "suite"
	}
	var token *string
	if text, found := vector["token"].(string); found {
		token = &text
	}
	client, err := settings.connect(server, token)
	if err != nil {
		return err
	}
	run := &run{settings: settings, stub: stub{client}, known: variables{"ws": &workspace}}
	names, _ := vector["given"].([]any)
	for _, name := range names {
		if err := run.steps(ctx, given[name.(string)].([]any)); err != nil {
			return errors.Join(err, client.Close())
		}
	}
	return errors.Join(run.steps(ctx, vector["steps"].([]any)), client.Close())
}

// randomLetters are letters that no other run has.
func randomLetters() string {
	letters := make([]byte, 4)
	for i := range letters {
		letters[i] = byte('a' + rand.IntN(26))
	}
	return string(letters)
}
