package config

import (
	"cmp"
	"fmt"
	"net/url"
	"time"

	"github.com/alecthomas/kong"
)

// A Settings is what the command line and the environment say.
type Settings struct {
	PrintConfig bool             `env:"-" help:"Print the effective settings of the command and where each comes from, with secrets masked, instead of running it."`
	Version     kong.VersionFlag `env:"-" help:"Print the version."`

	Serve   Serve   `cmd:"" default:"withargs" help:"Run the gateway. This is what happens when no command is named."`
	Show    Serve   `cmd:"" name:"config" help:"Check the settings of the gateway, and print them as --print-config does."`
	Sandbox Sandbox `cmd:"" help:"Run only the sandbox, a simulator of the upstream REST API, for any REST client."`
}

// Serve are the settings of the gateway.
type Serve struct {
	Addr                    string        `default:"localhost:8080" help:"Host and port to listen on: GraphQL at /graphql, the playground at /."`
	Serving                 Serving       `embed:""`
	CORSOrigins             []string      `name:"cors-origin" sep:"," placeholder:"ORIGIN" help:"Origin of web pages that may call the gateway from a browser, as scheme://host[:port]; several with commas between. None by default, and there is no wildcard."`
	UpstreamURL             string        `name:"upstream-url" placeholder:"URL" help:"Base URL of the upstream API, such as https://TENANT.api.identitynow.com/v3. By default an embedded sandbox."`
	UpstreamLayout          string        `default:"auto" enum:"auto,versioned,current" help:"Where the upstream's paths hold the version: versioned (first, in the base URL: /v3/certifications/…), current (behind the service: /certifications/v1/…), or auto (versioned where the base URL ends in a version)."`
	UpstreamHTTP2           bool          `name:"upstream-http2" help:"Speak HTTP/2 alone upstream, also where there is no TLS. Without it, HTTP/2 is spoken where TLS offers it."`
	UpstreamTimeout         time.Duration `default:"30s" help:"Longest time that one upstream call may take."`
	OperationTimeout        time.Duration `default:"60s" help:"Longest time that one GraphQL operation may take."`
	NoIntrospection         bool          `name:"no-introspection" help:"Hide the schema: it cannot be asked for, and errors suggest no names of it."`
	Documents               Documents     `embed:""`
	Limits                  Limits        `embed:"" prefix:"max-"`
	MaxWriteBatch           int           `default:"10000" help:"Decisions or references that one mutation may hold."`
	Precheck                bool          `default:"true" negatable:"" help:"Read a certification before a write to it, so that what it is not open for is refused without spending the write. Costs one upstream call for each mutation."`
	MaxEstimatedCalls       int           `default:"500" help:"Upstream calls that a GraphQL operation may be expected to make, at worst; one that may make more is refused before it makes any."`
	MaxUpstreamCalls        int           `default:"200" help:"Upstream calls that a GraphQL operation makes; fields that need more are null."`
	TaskPollMin             time.Duration `default:"1s" help:"How long after the first read of a watched task the second comes; later waits grow."`
	TaskPollMax             time.Duration `default:"10s" help:"Longest wait between two reads of a watched task."`
	MaxWebSockets           int           `name:"max-websockets" default:"5000" help:"WebSocket connections that may be open."`
	MaxWebSocketOperations  int           `name:"max-websocket-operations" default:"100" help:"Operations that may be under way on one WebSocket connection, subscriptions included."`
	MaxInFlight             int           `default:"256" help:"Upstream calls under way at once; more wait, and operations take turns."`
	MaxInFlightPerOperation int           `default:"64" help:"Upstream calls under way at once for one GraphQL operation."`
	Budget                  Budget        `embed:""`
	Auth                    []string      `default:"auto" sep:"," enum:"auto,bearer,service,session" help:"Who is let in, several with commas between: bearer (who brings a token of the tenant), service (who may use the gateway's own credentials), session (browsers in which somebody has signed in), auto (bearer and, on the embedded sandbox, service)."`
	Access                  Access        `embed:""`
	ClientID                string        `placeholder:"ID" help:"Client id of the gateway's own credentials."`
	ClientSecret            string        `secret:"" placeholder:"SECRET" help:"Client secret of the gateway's own credentials. Others on the machine can see a flag: better use the variable or a file."`
	ClientSecretFile        string        `placeholder:"PATH" help:"File that holds the client secret."`
	TokenURL                string        `placeholder:"URL" help:"Where the gateway's own credentials are exchanged for a token. By default /oauth/token on the upstream's host."`
	PublicURL               string        `name:"public-url" placeholder:"ORIGIN" help:"Origin by which browsers reach the gateway, as scheme://host[:port]. By default that of the address to listen on, which does for sessions on localhost alone."`
	TLS                     TLS           `embed:"" prefix:"tls-"`
	Session                 Session       `embed:"" prefix:"session-"`
	Pages                   string        `placeholder:"DIR" help:"Directory of files that are served under /pages/, for a portal on the gateway's own origin."`
	Log                     Log           `embed:"" prefix:"log-"`
	Data                    SandboxData   `embed:"" prefix:"sandbox-"`
}

// Sandbox are the settings of the sandbox as a server of its own.
type Sandbox struct {
	Addr string      `default:"localhost:9090" env:"CERTQL_SANDBOX_ADDR" help:"Host and port to listen on."`
	Data SandboxData `embed:""`
}

// SandboxData are the settings of the sandbox, embedded or not.
type SandboxData struct {
	Seed            uint64        `default:"1" env:"CERTQL_SANDBOX_SEED" help:"The same seed makes the same data in the sandbox."`
	Certifications  int           `default:"0" env:"CERTQL_SANDBOX_CERTIFICATIONS" help:"Certifications in the sandbox; 0 for the standard data."`
	Items           int           `default:"0" env:"CERTQL_SANDBOX_ITEMS" help:"Review items in the sandbox; 0 for the standard data."`
	RateLimit       int           `default:"100" env:"CERTQL_SANDBOX_RATE_LIMIT" help:"Requests that the sandbox answers in each window for one client id; 0 for any number."`
	RateWindow      time.Duration `default:"10s" env:"CERTQL_SANDBOX_RATE_WINDOW" help:"Length of the window of the sandbox's rate limit."`
	SlidingWindow   bool          `env:"CERTQL_SANDBOX_SLIDING_WINDOW" help:"Count the sandbox's rate limit over a sliding window instead of fixed ones."`
	TaskPace        time.Duration `default:"3s" env:"CERTQL_SANDBOX_TASK_PACE" help:"How long a task of the sandbox stays queued, and then in progress."`
	TokenLifetime   time.Duration `default:"0s" env:"CERTQL_SANDBOX_TOKEN_LIFETIME" help:"How long an access token of the sandbox is good for; 0 for what is usual: 12h for a client's credentials, 750s for a user who signed in."`
	RefreshLifetime time.Duration `default:"24h" env:"CERTQL_SANDBOX_REFRESH_LIFETIME" help:"How long a refresh token of the sandbox is good for."`
	RefreshRevokes  bool          `env:"CERTQL_SANDBOX_REFRESH_REVOKES" help:"End the access tokens of a user when the sandbox gives out the next one. Without it, they stay good until they expire."`
	RedirectURIs    []string      `name:"redirect-uri" sep:"," placeholder:"URL" env:"CERTQL_SANDBOX_REDIRECT_URI" help:"Where users of the sandbox may be sent back to after they sign in or out; several with commas between. URLs of the local machine always are."`
	Clock           string        `placeholder:"TIME" env:"CERTQL_SANDBOX_CLOCK" help:"Date and time (RFC 3339) at which the sandbox's clock starts. By default it shows the real time."`
}

// Embedded says whether the gateway runs on the embedded sandbox.
func (c Serve) Embedded() bool { return c.UpstreamURL == "" }

// EffectiveTokenURL answers where the gateway's own token comes from.
func (c Serve) EffectiveTokenURL() string {
	return cmp.Or(c.TokenURL, c.onUpstreamsHost("/oauth/token"))
}

// EffectiveInfoURL answers where the tenant says how people sign in.
func (c Serve) EffectiveInfoURL() string {
	return cmp.Or(c.Session.InfoURL, c.onUpstreamsHost("/oauth/info"))
}

func (c Serve) onUpstreamsHost(path string) string {
	base, err := url.Parse(c.UpstreamURL)
	if err != nil {
		return "" // validate has refused it
	}
	return (&url.URL{Scheme: base.Scheme, Host: base.Host, Path: path}).String()
}

// Start answers when the sandbox's clock starts; the zero time where it follows the real one.
func (d SandboxData) Start() (time.Time, error) {
	if d.Clock == "" {
		return time.Time{}, nil
	}
	start, err := time.Parse(time.RFC3339, d.Clock)
	if err != nil {
		return time.Time{}, fmt.Errorf("must be a date and time such as 2026-11-23T09:30:00Z, not %q", d.Clock)
	}
	if start.Year() < 1970 || start.Year() > 2199 {
		return time.Time{}, fmt.Errorf("must be in a year from 1970 to 2199, not %q", d.Clock)
	}
	return start, nil
}
