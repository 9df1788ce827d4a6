package soak

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// A caller sends requests to the gateway as one identity. It is safe for concurrent use.
type caller struct {
	url    string
	token  string
	client *http.Client
	header http.Header // of its requests, beside what all have
}

// An answer is the response to a query or mutation.
type answer struct {
	Data   json.RawMessage
	Errors []struct {
		Message    string
		Extensions struct{ Code string }
	}
}

// troubles are the codes that an upstream fault may cause. INTERNAL is not one of them.
var troubles = []string{"RATE_LIMITED", "UPSTREAM_TIMEOUT", "UPSTREAM_UNAVAILABLE", "UPSTREAM_INVALID"}

// trouble returns what is wrong with an answer. While the upstream has faults, errors that they explain
// are expected; at other times, every error is wrong.
func (a answer) trouble(faulty bool) error {
	for _, e := range a.Errors {
		if !faulty || !slices.Contains(troubles, e.Extensions.Code) {
			return fmt.Errorf("error %s: %s", e.Extensions.Code, e.Message)
		}
	}
	return nil
}

// ask sends a document with variables, and returns the whole answer, or an error.
func (c *caller) ask(ctx context.Context, document string, variables map[string]any) (answer, error) {
	response, err := c.post(ctx, document, variables, "application/json")
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, fmt.Errorf("the answer is cut off after %d bytes: %w", len(body), err)
	}
	var got answer
	if err := json.Unmarshal(body, &got); err != nil {
		return answer{}, fmt.Errorf("status %d: %w: %.200s", response.StatusCode, err, body)
	}
	if got.Data == nil && got.Errors == nil {
		return answer{}, fmt.Errorf("status %d: neither data nor errors: %.200s", response.StatusCode, body)
	}
	return got, nil
}

// follow sends a subscription, and returns the data of its events. The stream has to end with complete.
func (c *caller) follow(ctx context.Context, document string, variables map[string]any) ([]string, error) {
	response, err := c.post(ctx, document, variables, "text/event-stream")
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("the stream is cut off after %d bytes: %w", len(body), err)
	}
	var events []string
	completed := false
	for event := range strings.SplitSeq(string(body), "\n\n") {
		switch {
		case strings.HasPrefix(event, "event: next\n"):
			events = append(events, event)
		case strings.HasPrefix(event, "event: complete"):
			completed = true
		}
	}
	if !completed {
		return events, fmt.Errorf("status %d: the stream is not completed: %.200s", response.StatusCode, body)
	}
	return events, nil
}

func (c *caller) post(ctx context.Context, document string, variables map[string]any, accept string) (*http.Response, error) {
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	maps.Copy(r.Header, c.header)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", accept)
	r.Header.Set("Authorization", "Bearer "+c.token)
	return c.client.Do(r)
}

// errLeft means that a caller left before it had an answer, as intended.
var errLeft = errors.New("the caller has left")
