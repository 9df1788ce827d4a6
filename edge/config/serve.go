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
	CORSOrigins            []string  `name:"cors-origin" sep:"," placeholder:"ORIGIN" help:"Origin of web pages that may call the gateway from a browser, as scheme://host[:port]; several are separated by commas. None by default, and there is no wildcard."`
	CORSHeaders            []string  `name:"cors-header" sep:"," placeholder:"NAME" help:"Header that these pages may send beside those that the gateway reads and those that common libraries add (for tracing, Apollo Client and others); several are separated by commas."`
	Upstream               `embed:""`
	Operations             `embed:""`
	Introspection          string        `default:"auto" enum:"auto,on,off" help:"Whether callers may ask for the schema, and get the playground and names of the schema in errors: on, off, or auto (on with the embedded sandbox, off before a tenant)."`
	Documents              Documents     `embed:""`
	MCP                    MCPEndpoint   `embed:""`
	TaskPollMin            time.Duration `default:"1s" help:"Wait between the first and the second read of a watched task; later waits grow."`
	TaskPollMax            time.Duration `default:"10s" help:"Longest wait between two reads of a watched task."`
	MaxWebSockets          int           `name:"max-websockets" default:"5000" help:"Most WebSocket connections that may be open."`
	MaxWebSocketsPerSender int           `name:"max-websockets-per-sender" default:"2500" help:"Most WebSocket connections of one address (of IPv6, of one network of 64 bits) that may be open."`
	MaxWebSocketOperations int           `name:"max-websocket-operations" default:"100" help:"Most operations that may be under way on one WebSocket connection, subscriptions included."`
	Calls                  `embed:""`
	Redis                  Redis       `embed:""`
	Auth                   []string    `default:"auto" sep:"," enum:"auto,bearer,service,session" help:"Who is let in, separated by commas: bearer (callers with an access token of the tenant), service (callers who may use the gateway's own credentials), session (browsers in which a person has signed in), auto (bearer and, on the embedded sandbox, service)."`
	Access                 Access      `embed:""`
	TenantKeys             TenantKeys  `embed:"" prefix:"tenant-"`
	Clients                Clients     `embed:""`
	TokenURL               string      `placeholder:"URL" help:"Where the gateway exchanges its own credentials for a token. By default /oauth/token on the upstream's host."`
	PublicURL              string      `name:"public-url" placeholder:"ORIGIN" help:"Origin at which browsers reach the gateway, as scheme://host[:port]. By default that of the address to listen on, which is enough only for sessions on localhost."`
	TLS                    TLS         `embed:"" prefix:"tls-"`
	Session                Session     `embed:"" prefix:"session-"`
	Pages                  string      `placeholder:"DIR" help:"Directory of files to serve under /pages/, for a portal on the gateway's own origin. An address that is no file shows the nearest index.html above it."`
	PagesCSP               string      `name:"pages-csp" placeholder:"DIRECTIVES" help:"Directives of the Content-Security-Policy of these pages, separated by semicolons; they replace those of the usual policy or are added. The usual one allows only what the gateway's own origin serves, and no page elsewhere may frame these."`
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
