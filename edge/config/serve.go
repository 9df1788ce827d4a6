package config

import (
	"cmp"
	"net/url"
	"time"

	"github.com/alecthomas/kong"

	"certql/edge/pages"
)

// Settings are what the command line and the environment say.
type Settings struct {
	PrintConfig bool             `env:"-" help:"Print the effective settings of the command, with secrets masked, and where each comes from, instead of running it."`
	Version     kong.VersionFlag `env:"-" help:"Print the version."`

	Serve   Serve   `cmd:"" default:"withargs" help:"Run the gateway. This is the default command."`
	Show    Serve   `cmd:"" name:"config" help:"Check the settings of the gateway, and print them as --print-config does."`
	Sandbox Sandbox `cmd:"" help:"Run only the sandbox, a simulator of the upstream REST API, for any REST client."`
}

// Serve has the settings of the gateway.
type Serve struct {
	Addr                    string        `default:"localhost:8080" help:"Host and port to listen on: GraphQL at /graphql, the playground at /."`
	Serving                 Serving       `embed:""`
	FrontDoor               FrontDoor     `embed:""`
	CORSOrigins             []string      `name:"cors-origin" sep:"," placeholder:"ORIGIN" help:"Origin of web pages that may call the gateway from a browser, as scheme://host[:port]; several are separated by commas. None by default, and there is no wildcard."`
	CORSHeaders             []string      `name:"cors-header" sep:"," placeholder:"NAME" help:"Header that these pages may send beside those that the gateway reads and those that common libraries add (for tracing, Apollo Client and others); several are separated by commas."`
	UpstreamURL             string        `name:"upstream-url" placeholder:"URL" help:"Base URL of the upstream API, such as https://TENANT.api.identitynow.com/v3. By default the gateway runs on an embedded sandbox."`
	UpstreamLayout          string        `default:"auto" enum:"auto,versioned,current" help:"Where the version stands in the upstream's paths: versioned (first, in the base URL: /v3/certifications/…), current (after the service: /certifications/v1/…), or auto (versioned if the base URL ends in a version)."`
	UpstreamHTTP2           bool          `name:"upstream-http2" help:"Speak only HTTP/2 to the upstream, even without TLS. Otherwise HTTP/2 is spoken if TLS offers it."`
	UpstreamPageSize        int           `name:"upstream-page-size" default:"250" help:"Most rows that the upstream returns at once. One that returns fewer than this loses the rows between its pages; the log says so."`
	UpstreamTimeout         time.Duration `default:"30s" help:"Longest time that one upstream call may take."`
	OperationTimeout        time.Duration `default:"60s" help:"Longest time that one GraphQL operation may take."`
	Introspection           string        `default:"auto" enum:"auto,on,off" help:"Whether callers may ask for the schema, and get the playground and names of the schema in errors: on, off, or auto (on with the embedded sandbox, off before a tenant)."`
	Documents               Documents     `embed:""`
	Limits                  Limits        `embed:"" prefix:"max-"`
	MaxResponse             int           `default:"8388608" help:"Most bytes in a response, all its parts and all operations of a batch included."`
	MaxUnsent               int           `default:"33554432" help:"Most bytes of all responses that are being made or written; others wait, and are refused after 20 s. Those of one connection have --max-response."`
	MaxWriteBatch           int           `default:"10000" help:"Most decisions or references in one mutation."`
	Precheck                bool          `default:"true" negatable:"" help:"Read a certification before a write to it, so that a write which it is not open for is refused without being sent. Costs one upstream call for each mutation."`
	MaxEstimatedCalls       int           `default:"500" help:"Most upstream calls that a GraphQL operation may be expected to make in the worst case; one that may make more is refused before it makes any."`
	MaxUpstreamCalls        int           `default:"200" help:"Most upstream calls that a GraphQL operation makes; fields that need more are null."`
	TaskPollMin             time.Duration `default:"1s" help:"Wait between the first and the second read of a watched task; later waits grow."`
	TaskPollMax             time.Duration `default:"10s" help:"Longest wait between two reads of a watched task."`
	MaxWebSockets           int           `name:"max-websockets" default:"5000" help:"Most WebSocket connections that may be open."`
	MaxWebSocketsPerSender  int           `name:"max-websockets-per-sender" default:"2500" help:"Most WebSocket connections of one address (of IPv6, of one network of 64 bits) that may be open."`
	MaxWebSocketOperations  int           `name:"max-websocket-operations" default:"100" help:"Most operations that may be under way on one WebSocket connection, subscriptions included."`
	MaxInFlight             int           `default:"256" help:"Most upstream calls under way at once; others wait, and operations take turns."`
	MaxInFlightPerOperation int           `default:"64" help:"Most upstream calls under way at once for one GraphQL operation."`
	Budget                  Budget        `embed:""`
	Redis                   Redis         `embed:""`
	Auth                    []string      `default:"auto" sep:"," enum:"auto,bearer,service,session" help:"Who is let in, separated by commas: bearer (callers with an access token of the tenant), service (callers who may use the gateway's own credentials), session (browsers in which a person has signed in), auto (bearer and, on the embedded sandbox, service)."`
	Access                  Access        `embed:""`
	TenantKeys              TenantKeys    `embed:"" prefix:"tenant-"`
	Clients                 Clients       `embed:""`
	TokenURL                string        `placeholder:"URL" help:"Where the gateway exchanges its own credentials for a token. By default /oauth/token on the upstream's host."`
	PublicURL               string        `name:"public-url" placeholder:"ORIGIN" help:"Origin at which browsers reach the gateway, as scheme://host[:port]. By default that of the address to listen on, which is enough only for sessions on localhost."`
	TLS                     TLS           `embed:"" prefix:"tls-"`
	Session                 Session       `embed:"" prefix:"session-"`
	Pages                   string        `placeholder:"DIR" help:"Directory of files to serve under /pages/, for a portal on the gateway's own origin. An address that is no file shows the nearest index.html above it."`
	PagesCSP                string        `name:"pages-csp" placeholder:"DIRECTIVES" help:"Directives of the Content-Security-Policy of these pages, separated by semicolons; they replace those of the usual policy or are added. The usual one allows only what the gateway's own origin serves, and no page elsewhere may frame these."`
	Log                     Log           `embed:"" prefix:"log-"`
	Data                    SandboxData   `embed:"" prefix:"sandbox-"`
}

// Embedded reports whether the gateway runs on the embedded sandbox.
func (c Serve) Embedded() bool { return c.UpstreamURL == "" }

// ReturnPaths returns the paths that a sign-in or a sign-out may lead back to; the first is the usual one.
// Those of the pages are among them, unless others are given.
func (c Serve) ReturnPaths() []string {
	switch {
	case len(c.Session.ReturnPaths) > 0:
		return c.Session.ReturnPaths
	case c.Pages != "":
		return []string{pages.Path + "*", "/"}
	default:
		return []string{"/"}
	}
}

// ShowsSchema reports whether callers may ask for the schema, and get the playground.
func (c Serve) ShowsSchema() bool {
	if c.Documents.Only {
		return false
	}
	return c.Introspection == "on" || c.Introspection == "auto" && c.Embedded()
}

// EffectiveTokenURL returns where the gateway gets its own token.
func (c Serve) EffectiveTokenURL() string {
	return cmp.Or(c.TokenURL, c.onUpstreamsHost("/oauth/token"))
}

// EffectiveInfoURL returns where the tenant says how people sign in.
func (c Serve) EffectiveInfoURL() string {
	return cmp.Or(c.Session.InfoURL, c.onUpstreamsHost("/oauth/info"))
}

// onUpstreamsHost returns the URL of a path on the host of the upstream.
func (c Serve) onUpstreamsHost(path string) string {
	base, err := url.Parse(c.UpstreamURL)
	if err != nil {
		return "" // validate has refused it
	}
	return (&url.URL{Scheme: base.Scheme, Host: base.Host, Path: path}).String()
}
