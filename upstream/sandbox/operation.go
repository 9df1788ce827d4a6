package sandbox

import (
	"net/http"
	"strconv"
	"time"

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
func operations() []operation {
	const certifications, tasks, campaigns, people = "certifications", "certification-tasks", "campaigns", "public-identities"
	return []operation{
		{"listIdentityCertifications", "GET", certifications, "", readScopes, listCertifications},
		{"getIdentityCertification", "GET", certifications, "/{id}", readScopes, getCertification},
		{"listIdentityAccessReviewItems", "GET", certifications, "/{id}/access-review-items", readScopes, listItems},
		{
			"getIdentityCertificationItemPermissions", "GET", certifications,
			"/{id}/access-review-items/{itemId}/permissions", readScopes, listPermissions,
		},
		{"listCertificationReviewers", "GET", certifications, "/{id}/reviewers", readScopes, listReviewers},
		{"makeIdentityDecision", "POST", certifications, "/{id}/decide", manageScopes, makeDecisions},
		{"reassignIdentityCertifications", "POST", certifications, "/{id}/reassign", manageScopes, reassignNow},
		{"submitReassignCertsAsync", "POST", certifications, "/{id}/reassign-async", manageScopes, reassignLater},
		{"signOffIdentityCertification", "POST", certifications, "/{id}/sign-off", manageScopes, signOffNow},
		{"getCertificationTask", "GET", tasks, "/{id}", readScopes, getTask},
		{"getPendingCertificationTasks", "GET", tasks, "", readScopes, listTasks},
		{
			"getIdentityAccessSummaries", "GET", certifications, "/{id}/access-summaries/{type}", readScopes,
			listAccessSummaries,
		},
		{"getIdentityDecisionSummary", "GET", certifications, "/{id}/decision-summary", readScopes, getDecisionSummary},
		{"getIdentitySummaries", "GET", certifications, "/{id}/identity-summaries", readScopes, listIdentitySummaries},
		{
			"getIdentitySummary", "GET", certifications, "/{id}/identity-summaries/{identitySummaryId}", readScopes,
			getIdentitySummary,
		},
		{"getActiveCampaigns", "GET", campaigns, "", campaignListScopes, listCampaigns},
		{"getCampaign", "GET", campaigns, "/{id}", campaignScopes, getCampaign},
		{"getPublicIdentities", "GET", people, "", userScopes, listPublicIdentities},
	}
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
		body, err := o.handle(&call{w, r, o.name, version, caller, &s.config, s.state.Load()})
		if err != nil {
			response.Error(w, err)
			return
		}
		response.JSON(w, http.StatusOK, body)
	})
}
