package sandbox

import (
	"net/http"
	"slices"
	"strconv"

	"certql/upstream/sandbox/oauth"
	"certql/upstream/sandbox/response"
)

// A call is one request to an operation, from a client that is known and within budget.
type call struct {
	w         http.ResponseWriter
	r         *http.Request
	operation string
	version   string
	caller    oauth.Claims
	config    *Config
	state     *state
}

// The user levels that reach more than what a user reviews.
const (
	orgAdmin    = "ORG_ADMIN"
	certAdmin   = "CERT_ADMIN"
	reportAdmin = "REPORT_ADMIN"
)

// administrator reports whether the caller's user level reaches every certification.
func (c *call) administrator() bool { return c.hasLevel(orgAdmin, certAdmin) }

// hasLevel reports whether the caller has one of the user levels.
func (c *call) hasLevel(levels ...string) bool {
	return slices.ContainsFunc(levels, func(level string) bool { return slices.Contains(c.caller.Authorities, level) })
}

// mayReview reports whether the caller may use a certification: as an administrator or as its reviewer.
func (c *call) mayReview(on *certification) bool {
	return c.administrator() || on.reviewer.includes(c.caller.IdentityID)
}

// certification returns the certification that the path names. The refusal is 404 if there is none, and 403 if there is
// one that the caller does not review.
func (c *call) certification() (*certification, error) {
	found := c.state.certification(c.r.PathValue("id"))
	if found == nil {
		return nil, response.ErrNotFound
	}
	if !c.mayReview(found) {
		return nil, response.ErrForbidden
	}
	return found, nil
}

// personal does what certification does, for the operations that are documented not to support governance groups.
func (c *call) personal() (*certification, error) {
	found, err := c.certification()
	if err != nil {
		return nil, err
	}
	refused := c.config.GovernanceGroups == GovernanceGroupsRefused ||
		c.config.GovernanceGroups == GovernanceGroupsByVersion && c.version == "v3"
	if found.reviewer.group != nil && refused {
		return nil, response.ErrSemantic
	}
	return found, nil
}

// author returns the caller as the journal of writes names it.
func (c *call) author() author {
	return author{c.operation, c.caller.ClientID, c.r.Header.Get("X-Request-Id")}
}

// locale returns the language of the response's localised texts.
func (c *call) locale() string { return response.Locale(c.r.Header.Get("Accept-Language")) }

// announce adds the total of a collection to the response, if the request asked for it.
func (c *call) announce(count bool, total int) {
	if count {
		c.w.Header().Set("X-Total-Count", strconv.Itoa(total))
	}
}

// reviewerScope returns a test of what a listing shows to the caller: everything to an administrator, otherwise what the
// caller reviews; and if the parameter reviewer-identity names an identity, only what that one reviews. A caller who is
// no administrator and names another identity is shown nothing. For something that belongs to no certification, the test
// is given nil: only an administrator who names no reviewer sees it.
func (c *call) reviewerScope(q query) (func(*certification) bool, error) {
	wanted, err := q.text("reviewer-identity")
	if err != nil {
		return nil, err
	}
	own := c.caller.IdentityID
	if wanted == "me" {
		if own == "" {
			return nil, response.ErrForbidden
		}
		wanted = own
	}
	switch {
	case wanted == "" && c.administrator():
		return func(*certification) bool { return true }, nil
	case wanted == "":
		return reviewedBy(own), nil
	case wanted != own && !c.administrator():
		return func(*certification) bool { return false }, nil
	}
	return reviewedBy(wanted), nil
}

func reviewedBy(identityID string) func(*certification) bool {
	return func(on *certification) bool { return on != nil && on.reviewer.includes(identityID) }
}
