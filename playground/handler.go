// Package playground serves GraphiQL, the page on which people explore the graph, from files that
// are built in. It imports the standard library alone and never asks the graph anything itself.
//
// The sources of the page are in src; package.json says how they are built into dist.
package playground

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"
)

//go:embed index.html favicon.svg NOTICES dist/*.gz
var files embed.FS

// policy lets the page use what this host serves and nothing else. Styles may stand in the page,
// since the editor puts them there.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
	"font-src 'self' data:; img-src 'self' data:; connect-src 'self'; worker-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// A Config says what the page offers.
type Config struct {
	// Endpoint is where the page sends operations: a URL or a path, which may be relative to the page.
	Endpoint string
	// Operations are the GraphQL documents that the first tabs hold. Without any, the page begins with an example of
	// its own, which names no object.
	Operations []string
	// Tenant is the host whose data the page shows; empty for the embedded sandbox. What the browser keeps of a page is
	// kept apart for each tenant.
	Tenant string
	// CallsAs is as whom requests act that bring no credential; empty if these are refused.
	CallsAs string
	// Tokens lets the page ask the user for an access token, which it keeps in memory alone.
	Tokens bool
	// Sandbox serves the controls of a simulated tenant, below /sandbox/; nil if there are none. The page, and so
	// everyone who reaches it, can set its faults and reset it.
	Sandbox http.Handler
	// SignIn lets the page act as one of several identities. Without it, the page sends the headers in
	// its editor and no others.
	SignIn *SignIn
	// SessionsAt is where the page leads to sign in at the gateway, such as auth/login?return=/; who is signed in, and
	// the sign-out, are beside that path. Empty if there are no sessions.
	SessionsAt string
}

// NewHandler returns the handler of the page at / and of its files below /playground/. The error is that
// of a file that is built in and cannot be read.
func NewHandler(cfg Config) (http.Handler, error) {
	mux := http.NewServeMux()
	settings, err := cfg.settings()
	if err != nil {
		return nil, fmt.Errorf("playground: %w", err)
	}
	mux.Handle("GET /playground/settings.json", settings)
	built, err := files.ReadDir("dist")
	if err != nil {
		return nil, fmt.Errorf("playground: %w", err)
	}
	names := []string{"index.html", "favicon.svg", "NOTICES"}
	for _, file := range built {
		names = append(names, path.Join("dist", file.Name()))
	}
	for _, name := range names {
		pattern := "GET /playground/" + strings.TrimSuffix(path.Base(name), ".gz")
		if name == "index.html" {
			pattern = "GET /{$}"
		}
		mux.Handle(pattern, newAsset(name, func() (io.ReadSeeker, error) { return open(name) }))
	}
	own := http.NewCrossOriginProtection() // no page of another origin can make a browser do these
	if cfg.SignIn != nil {
		mux.Handle("POST /playground/token", own.Handler(cfg.SignIn))
	}
	if cfg.Sandbox != nil {
		controls := own.Handler(http.StripPrefix("/playground", cfg.Sandbox))
		for _, pattern := range []string{"GET /playground/sandbox/faults", "PUT /playground/sandbox/faults", "POST /playground/sandbox/reset"} {
			mux.Handle(pattern, controls)
		}
	}
	return confined(mux), nil
}

// open returns the content of a file that is built in, without a copy of it.
func open(name string) (io.ReadSeeker, error) {
	file, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	return file.(io.ReadSeeker), nil // as package embed promises of its files
}

// settings returns the settings that the page's scripts read.
func (c Config) settings() (*asset, error) {
	var identities []Identity
	if c.SignIn != nil {
		identities = c.SignIn.Identities
	}
	content, err := json.Marshal(struct {
		Endpoint   string     `json:"endpoint"`
		Operations []string   `json:"operations"`
		Identities []Identity `json:"identities,omitempty"`
		SessionsAt string     `json:"sessionsAt,omitempty"`
		Tenant     string     `json:"tenant,omitempty"`
		CallsAs    string     `json:"callsAs,omitempty"`
		Tokens     bool       `json:"tokens,omitempty"`
		Sandbox    bool       `json:"sandbox,omitempty"`
	}{c.Endpoint, append([]string{}, c.Operations...), identities, c.SessionsAt, c.Tenant, c.CallsAs, c.Tokens, c.Sandbox != nil})
	return newAsset("settings.json", func() (io.ReadSeeker, error) { return bytes.NewReader(content), nil }), err
}

// confined adds the headers that keep the page to its own host.
func confined(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", policy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}
