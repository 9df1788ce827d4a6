package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"certql/upstream/sandbox/oauth"
	"certql/upstream/sandbox/response"
)

// An operation is one operation of the API, with the path that follows the base path of its service.
type operation struct {
	name    string // the vendor's operationId under /v3
	method  string
	service string
	path    string
	scopes  []string // any of which is enough
	handle  func(*call) (any, error)
}

// operations returns the operations on certifications and their neighbours: summaries, campaigns and people.
func (s *Sandbox) operations() []operation {
	const certifications, tasks, campaigns, people = "certifications", "certification-tasks", "campaigns", "public-identities"
	return []operation{
		{"listIdentityCertifications", "GET", certifications, "", readScopes, s.listCertifications},
		{"getIdentityCertification", "GET", certifications, "/{id}", readScopes, s.getCertification},
		{"listIdentityAccessReviewItems", "GET", certifications, "/{id}/access-review-items", readScopes, s.listItems},
		{
			"getIdentityCertificationItemPermissions", "GET", certifications,
			"/{id}/access-review-items/{itemId}/permissions", readScopes, s.listPermissions,
		},
		{"listCertificationReviewers", "GET", certifications, "/{id}/reviewers", readScopes, s.listReviewers},
		{"makeIdentityDecision", "POST", certifications, "/{id}/decide", manageScopes, s.makeDecisions},
		{"reassignIdentityCertifications", "POST", certifications, "/{id}/reassign", manageScopes, s.reassignNow},
		{"submitReassignCertsAsync", "POST", certifications, "/{id}/reassign-async", manageScopes, s.reassignLater},
		{"signOffIdentityCertification", "POST", certifications, "/{id}/sign-off", manageScopes, s.signOffNow},
		{"getCertificationTask", "GET", tasks, "/{id}", readScopes, s.getTask},
		{"getPendingCertificationTasks", "GET", tasks, "", readScopes, s.listTasks},
		{
			"getIdentityAccessSummaries", "GET", certifications, "/{id}/access-summaries/{type}", readScopes,
			s.listAccessSummaries,
		},
		{"getIdentityDecisionSummary", "GET", certifications, "/{id}/decision-summary", readScopes, s.getDecisionSummary},
		{"getIdentitySummaries", "GET", certifications, "/{id}/identity-summaries", readScopes, s.listIdentitySummaries},
		{
			"getIdentitySummary", "GET", certifications, "/{id}/identity-summaries/{identitySummaryId}", readScopes,
			s.getIdentitySummary,
		},
		{"getActiveCampaigns", "GET", campaigns, "", campaignListScopes, s.listCampaigns},
		{"getCampaign", "GET", campaigns, "/{id}", campaignScopes, s.getCampaign},
		{"getPublicIdentities", "GET", people, "", userScopes, s.listPublicIdentities},
	}
}

// A call is one request to an operation, from a client that is known and within budget.
type call struct {
	w         http.ResponseWriter
	r         *http.Request
	operation string
	version   string
	caller    oauth.Claims
	state     *state
}

// serve returns the handler of an operation. It checks a request in the order of the service (token, budget, scope; the
// rest depends on the operation), and sends what the operation returns with status 200.
func (s *Sandbox) serve(o operation, version string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller, err := s.oauth.Verify(r.Header.Get("Authorization"))
		if err != nil {
			response.Unauthenticated(w, err)
			return
		}
		if retryAfter, ok := s.limiter.admit(caller.ClientID + " " + version); !ok {
			w.Header().Set("Retry-After", strconv.FormatInt(int64(retryAfter/time.Second), 10))
			response.Throttled(w)
			return
		}
		if !caller.Allows(o.scopes...) {
			response.Error(w, response.ErrForbidden)
			return
		}
		body, err := o.handle(&call{w, r, o.name, version, caller, s.state.Load()})
		if err != nil {
			response.Error(w, err)
			return
		}
		response.JSON(w, http.StatusOK, body)
	})
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
func (s *Sandbox) personal(c *call) (*certification, error) {
	found, err := c.certification()
	if err != nil {
		return nil, err
	}
	refused := s.config.GovernanceGroups == GovernanceGroupsRefused ||
		s.config.GovernanceGroups == GovernanceGroupsByVersion && c.version == "v3"
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
