package config

import (
	"cmp"
	"net/url"
	"time"

	"certql/edge/pages"
)

// Serve has the settings of the gateway.
type Serve struct {
	Addr                   string    `default:"localhost:8080" help:"Host and port to listen on: GraphQL at /graphql, the playground at /."`
	Serving                Serving   `embed:""`
	FrontDoor              FrontDoor `embed:""`
	CORSOrigins            []string  `name:"cors-origin" sep:"," placeholder:"ORIGIN" help:"Origins of web pages that may call the gateway from a browser, each as scheme://host[:port], separated by commas. None by default, and there is no wildcard."`
	CORSHeaders            []string  `name:"cors-header" sep:"," placeholder:"NAME" help:"Headers that these pages may send in addition to those that the gateway reads and those that common libraries add (for tracing, Apollo Client and others), separated by commas."`
	Upstream               `embed:""`
	Operations             `embed:""`
	Introspection          string        `default:"auto" enum:"auto,on,off" help:"Whether callers may query the schema, open the playground, and see suggestions from the schema in errors: on, off, or auto (on with the embedded sandbox, off with a tenant)."`
	Federation             bool          `help:"Serve the graph as an Apollo Federation 2 subgraph as well, for a router that composes it with others: entities by their keys, and identities that other subgraphs extend."`
	Documents              Documents     `embed:""`
	MCP                    MCPEndpoint   `embed:""`
	TaskPollMin            time.Duration `default:"1s" help:"Time between the first and the second read of a watched task; it grows with each further read."`
	TaskPollMax            time.Duration `default:"10s" help:"Longest time between two reads of a watched task."`
	MaxWebSockets          int           `name:"max-websockets" default:"5000" help:"Maximum number of open WebSocket connections."`
	MaxWebSocketsPerSender int           `name:"max-websockets-per-sender" default:"2500" help:"Maximum number of open WebSocket connections from one address (for IPv6, from one /64 network)."`
	MaxWebSocketOperations int           `name:"max-websocket-operations" default:"100" help:"Maximum number of operations under way on one WebSocket connection, including subscriptions."`
	Calls                  `embed:""`
	Redis                  Redis       `embed:""`
	Auth                   []string    `default:"auto" sep:"," enum:"auto,bearer,service,session" help:"Who is let in, separated by commas: bearer (callers with an access token of the tenant), service (callers who may use the gateway's own credentials), session (browsers in which a person has signed in), auto (bearer and, on the embedded sandbox, service)."`
	Access                 Access      `embed:""`
	TenantKeys             TenantKeys  `embed:"" prefix:"tenant-"`
	Clients                Clients     `embed:""`
	TokenURL               string      `placeholder:"URL" help:"Where the gateway exchanges its own credentials for a token. By default /oauth/token on the upstream's host."`
	PublicURL              string      `name:"public-url" placeholder:"ORIGIN" help:"Origin at which browsers reach the gateway, as scheme://host[:port]. By default, the address that the gateway listens on, which suffices only for sessions on localhost."`
	TLS                    TLS         `embed:"" prefix:"tls-"`
	Session                Session     `embed:"" prefix:"session-"`
	Pages                  string      `placeholder:"DIR" help:"Directory of files to serve under /pages/, for a portal on the gateway's own origin. An address that is not a file shows the nearest index.html above it."`
	PagesCSP               string      `name:"pages-csp" placeholder:"DIRECTIVES" help:"Directives of the Content-Security-Policy of these pages, separated by semicolons; they replace those of the usual policy or are added. The usual policy allows only what the gateway's own origin serves, and forbids other pages to frame these."`
	Log                    Log         `embed:"" prefix:"log-"`
	Data                   SandboxData `embed:"" prefix:"sandbox-"`
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

// ReturnPaths returns the paths that a sign-in or a sign-out may lead back to; the first is the usual one.
// Unless others are given, a portal's pages come first, since people sign in to use them.
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
