package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"certql/upstream/sandbox/oauth"
	"certql/upstream/sandbox/response"
)

// An operation is one of the API, with the paths that follow the base path of its service.
type operation struct {
	name    string // the vendor's operationId under /v3
	method  string
	service string
	path    string
	scope   string
	handle  func(*call) (any, error)
}

// operations lists the eleven operations.
func (s *Sandbox) operations() []operation {
	const certifications, tasks = "certifications", "certification-tasks"
	return []operation{
		{"listIdentityCertifications", "GET", certifications, "", readScope, s.listCertifications},
		{"getIdentityCertification", "GET", certifications, "/{id}", readScope, s.getCertification},
		{"listIdentityAccessReviewItems", "GET", certifications, "/{id}/access-review-items", readScope, s.listItems},
		{
			"getIdentityCertificationItemPermissions", "GET", certifications,
			"/{id}/access-review-items/{itemId}/permissions", readScope, s.listPermissions,
		},
		{"listCertificationReviewers", "GET", certifications, "/{id}/reviewers", readScope, s.listReviewers},
		{"makeIdentityDecision", "POST", certifications, "/{id}/decide", manageScope, s.makeDecisions},
		{"reassignIdentityCertifications", "POST", certifications, "/{id}/reassign", manageScope, s.reassignNow},
		{"submitReassignCertsAsync", "POST", certifications, "/{id}/reassign-async", manageScope, s.reassignLater},
		{"signOffIdentityCertification", "POST", certifications, "/{id}/sign-off", manageScope, s.signOffNow},
		{"getCertificationTask", "GET", tasks, "/{id}", readScope, s.getTask},
		{"getPendingCertificationTasks", "GET", tasks, "", readScope, s.listTasks},
	}
}

// A call is one request to an operation, from a caller who is known and within budget.
type call struct {
	w         http.ResponseWriter
	r         *http.Request
	operation string
	version   string
	caller    oauth.Claims
	state     *state
}

// serve checks a request in the order of the service (token, budget, scope; what follows depends on the operation),
// and answers what the operation returns with status 200.
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
		if !caller.Allows(o.scope) {
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

// administrator tells whether the caller's user level reaches every certification.
func (c *call) administrator() bool {
	return slices.Contains(c.caller.Authorities, "ORG_ADMIN") || slices.Contains(c.caller.Authorities, "CERT_ADMIN")
}

// mayReview tells whether the caller may use a certification: as an administrator or as its reviewer.
func (c *call) mayReview(on *certification) bool {
	return c.administrator() || on.reviewer.includes(c.caller.IdentityID)
}

// certification returns the certification that the path names: 404 where there is none, and 403 where there is one
// that the caller does not review.
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

// personal is certification for the operations that are documented not to support governance groups.
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

// author names the caller for the write journal.
func (c *call) author() author {
	return author{c.operation, c.caller.ClientID, c.r.Header.Get("X-Request-Id")}
}

// locale returns the language of the answer's localised texts.
func (c *call) locale() string { return response.Locale(c.r.Header.Get("Accept-Language")) }

// announce sends the total of a collection with the answer, where the request asked for it.
func (c *call) announce(count bool, total int) {
	if count {
		c.w.Header().Set("X-Total-Count", strconv.Itoa(total))
	}
}

// reviewerScope returns a test for what a listing shows to the caller: everything to an administrator, otherwise what
// the caller reviews, and of that only what the identity named by reviewer-identity reviews, if one is named. A caller
// who is no administrator and asks for another identity is shown nothing. The test takes nil for what belongs to no
// certification: only an administrator who names no reviewer sees that.
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
