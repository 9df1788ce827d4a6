package sandbox

import (
	"errors"
	"fmt"
	"time"

	"certql/upstream/sandbox/oauth"
)

// Defaults of Config.
const (
	DefaultCertifications  = 360
	DefaultRateLimit       = 100
	DefaultRateWindow      = 10 * time.Second
	DefaultTaskPace        = 3 * time.Second
	DefaultRefreshLifetime = 86_400 * time.Second
	// DefaultTokenLifetime is that of tokens for a client's credentials, DefaultUserTokenLifetime that of tokens for
	// users who sign in to an application.
	DefaultTokenLifetime     = 43_200 * time.Second
	DefaultUserTokenLifetime = 750 * time.Second
	// NoRateLimit as Config.RateLimit admits every request.
	NoRateLimit = -1
)

// Bounds of Config that keep a mistyped size from filling the memory.
const (
	maxCertifications = 1_000_000
	maxItems          = 20_000_000
)

// A Config says how the simulated tenant behaves. The zero value is a tenant of ordinary size with the limits of
// the real service.
type Config struct {
	// Certifications and Items are how many of each there are at the start, over all campaigns. The default is
	// DefaultCertifications, and 100 items for every three certifications. The special cases among the data (a
	// certification with over 1,000 items, one with over 300 reviewers, over 55 pending tasks, …) need about as
	// many as that.
	Certifications, Items int
	// OddIDs makes identifiers end with characters that mean something in paths, queries, filters or JSON, and gives two
	// certifications and two items of LargeCertification the identifiers . and .. as a whole.
	OddIDs bool
	// Seed selects the data: the same seed, sizes and day of the clock give the same data. Default 1.
	Seed uint64

	// RateLimit is how many requests each client may send to each API version in RateWindow: DefaultRateLimit if it is
	// 0, any number if it is NoRateLimit.
	RateLimit int
	// RateWindow is the time over which requests are counted. Default DefaultRateWindow.
	RateWindow time.Duration
	// SlidingWindow counts, at each moment, the requests of the last RateWindow. Otherwise one window follows another.
	SlidingWindow bool
	// Penalties makes a client that exceeds its budget again and again wait longer each time.
	Penalties bool

	// TaskPace is how long an asynchronous task stays QUEUED, and then again how long it stays IN_PROGRESS.
	// Default DefaultTaskPace.
	TaskPace time.Duration
	// TokenLifetime is how long an access token is good for. Default DefaultTokenLifetime or, for users who sign in,
	// DefaultUserTokenLifetime.
	TokenLifetime time.Duration
	// RefreshLifetime is how long a refresh token is good for. Default DefaultRefreshLifetime.
	RefreshLifetime time.Duration
	// RefreshRevokes makes a refresh end the access tokens that came before it. Otherwise they stay good until they
	// expire.
	RefreshRevokes bool
	// RedirectURIs are the addresses, beside any of the local machine, to which an application may have users sent back
	// after they have signed in or out.
	RedirectURIs []string
	// SplitSummaries makes each reassignment start a certification of its own, so that an identity whose items are
	// reassigned by several requests has several summaries at the new reviewer. Otherwise a reassignment joins the
	// certification that an earlier one from the same origin made for the same reviewer.
	SplitSummaries bool
	// ReassignReturnsTarget makes a reassignment return the certification that the items went to. Otherwise it returns
	// the one that they left: the definition does not say which.
	ReassignReturnsTarget bool
	// GovernanceGroups says under which versions certifications that a governance group reviews can be used by id. Default
	// GovernanceGroupsByVersion.
	GovernanceGroups GovernanceGroups
	// PublicNameFilter lets public identities be filtered by name. The vendor documents no such filter, which some tenants
	// serve all the same: otherwise it is refused.
	PublicNameFilter bool

	// Clock tells the time. Default time.Now.
	Clock func() time.Time
}

// GovernanceGroups says under which versions the operations that are documented not to support governance groups (get,
// list items, decide, reassign, sign off) refuse a certification that one reviews. The summaries, of which nothing is
// documented, go with them.
type GovernanceGroups string

// The choices of GovernanceGroups.
const (
	// GovernanceGroupsByVersion refuses under /v3 only, as the definitions of the versions say.
	GovernanceGroupsByVersion GovernanceGroups = "by-version"
	// GovernanceGroupsRefused refuses under every version.
	GovernanceGroupsRefused GovernanceGroups = "refused"
	// GovernanceGroupsServed refuses under none.
	GovernanceGroupsServed GovernanceGroups = "served"
)

// withDefaults returns the configuration with every default filled in.
func (c Config) withDefaults() Config {
	fill(&c.Certifications, DefaultCertifications)
	fill(&c.Items, c.Certifications*100/3)
	fill(&c.Seed, 1)
	fill(&c.RateLimit, DefaultRateLimit)
	fill(&c.RateWindow, DefaultRateWindow)
	fill(&c.TaskPace, DefaultTaskPace)
	fill(&c.RefreshLifetime, DefaultRefreshLifetime)
	fill(&c.GovernanceGroups, GovernanceGroupsByVersion)
	if c.Clock == nil {
		c.Clock = time.Now
	}
	return c
}

// fill sets a setting that has the zero value.
func fill[T comparable](setting *T, otherwise T) {
	var zero T
	if *setting == zero {
		*setting = otherwise
	}
}

// Validate returns one error that names every setting that is out of its bounds, with what is allowed, or nil. Zero
// values are always allowed.
func (c Config) Validate() error {
	var wrong []error
	report := func(bad bool, format string, args ...any) {
		if bad {
			wrong = append(wrong, fmt.Errorf("sandbox: "+format, args...))
		}
	}
	report(c.Certifications < 0 || c.Certifications > maxCertifications,
		"Certifications is %d, allowed are 1 to %d", c.Certifications, maxCertifications)
	report(c.Items < 0 || c.Items > maxItems, "Items is %d, allowed are 1 to %d", c.Items, maxItems)
	report(c.RateLimit < NoRateLimit, "RateLimit is %d, allowed are 1 and more, or %d for none", c.RateLimit, NoRateLimit)
	report(c.RateWindow < 0, "RateWindow is %s, it must be positive", c.RateWindow)
	report(c.TaskPace < 0, "TaskPace is %s, it must be positive", c.TaskPace)
	report(c.TokenLifetime < 0, "TokenLifetime is %s, it must be positive", c.TokenLifetime)
	report(c.RefreshLifetime < 0, "RefreshLifetime is %s, it must be positive", c.RefreshLifetime)
	for _, uri := range c.RedirectURIs {
		_, err := oauth.ParseRedirectURI(uri)
		report(err != nil, "RedirectURIs: %.200q is %v", uri, err)
	}
	switch c.GovernanceGroups {
	case "", GovernanceGroupsByVersion, GovernanceGroupsRefused, GovernanceGroupsServed:
	default:
		report(true, "GovernanceGroups is %q, allowed are %s, %s and %s", c.GovernanceGroups,
			GovernanceGroupsByVersion, GovernanceGroupsRefused, GovernanceGroupsServed)
	}
	return errors.Join(wrong...)
}
