package upstream

import (
	"net/http"
	"strings"

	"certql/upstream/throttle"
)

// An operation is one of the vendor's operations: its name, its method, and its path as
// the service that it belongs to and a template below that. Each {name} of the template
// stands for one identifier.
type operation struct {
	name    string
	method  string
	service string
	path    string
}

// The operations, named as the vendor names them: the eleven of the Certifications API, and those of its
// neighbours. They are never changed.
var (
	opListIdentityCertifications = &operation{
		"listIdentityCertifications", http.MethodGet, "certifications", "",
	}
	opGetIdentityCertification = &operation{
		"getIdentityCertification", http.MethodGet, "certifications", "/{id}",
	}
	opListIdentityAccessReviewItems = &operation{
		"listIdentityAccessReviewItems", http.MethodGet, "certifications", "/{id}/access-review-items",
	}
	opGetIdentityCertificationItemPermissions = &operation{
		"getIdentityCertificationItemPermissions", http.MethodGet, "certifications",
		"/{certificationId}/access-review-items/{itemId}/permissions",
	}
	opListCertificationReviewers = &operation{
		"listCertificationReviewers", http.MethodGet, "certifications", "/{id}/reviewers",
	}
	opMakeIdentityDecision = &operation{
		"makeIdentityDecision", http.MethodPost, "certifications", "/{id}/decide",
	}
	opReassignIdentityCertifications = &operation{
		"reassignIdentityCertifications", http.MethodPost, "certifications", "/{id}/reassign",
	}
	opSubmitReassignCertsAsync = &operation{
		"submitReassignCertsAsync", http.MethodPost, "certifications", "/{id}/reassign-async",
	}
	opSignOffIdentityCertification = &operation{
		"signOffIdentityCertification", http.MethodPost, "certifications", "/{id}/sign-off",
	}
	opGetCertificationTask = &operation{
		"getCertificationTask", http.MethodGet, "certification-tasks", "/{id}",
	}
	opGetPendingCertificationTasks = &operation{
		"getPendingCertificationTasks", http.MethodGet, "certification-tasks", "",
	}
	opGetIdentitySummaries = &operation{
		"getIdentitySummaries", http.MethodGet, "certifications", "/{id}/identity-summaries",
	}
	opGetIdentityAccessSummaries = &operation{
		"getIdentityAccessSummaries", http.MethodGet, "certifications", "/{id}/access-summaries/{type}",
	}
	opGetIdentityDecisionSummary = &operation{
		"getIdentityDecisionSummary", http.MethodGet, "certifications", "/{id}/decision-summary",
	}
	opGetActiveCampaigns = &operation{
		"getActiveCampaigns", http.MethodGet, "campaigns", "",
	}
	opGetPublicIdentities = &operation{
		"getPublicIdentities", http.MethodGet, "public-identities", "",
	}
)

// operations returns all operations.
func operations() []*operation {
	return []*operation{
		opListIdentityCertifications, opGetIdentityCertification, opListIdentityAccessReviewItems,
		opGetIdentityCertificationItemPermissions, opListCertificationReviewers, opMakeIdentityDecision,
		opReassignIdentityCertifications, opSubmitReassignCertsAsync, opSignOffIdentityCertification,
		opGetCertificationTask, opGetPendingCertificationTasks, opGetIdentitySummaries,
		opGetIdentityAccessSummaries, opGetIdentityDecisionSummary, opGetActiveCampaigns, opGetPublicIdentities,
	}
}

// reads reports whether the operation changes nothing.
func (o *operation) reads() bool { return o.method == http.MethodGet }

// movesItems reports whether the operation changes more certifications than the one in its path.
func (o *operation) movesItems() bool {
	return o.name == opReassignIdentityCertifications.name || o.name == opSubmitReassignCertsAsync.name
}

// touches returns the stripe of the certifications that a write changes.
func (o *operation) touches(ids []string) (stripe int) {
	if o.movesItems() {
		return AllStripes // the service does not say which other certification the items go to
	}
	return stripeOf(ids[0])
}

// subject returns what the result of a read of the operation shows.
func (o *operation) subject(ids []string) subject {
	switch {
	case o.service == "public-identities":
		return subject{of: noCertification}
	case o.service == "certifications" && len(ids) > 0:
		return subject{oneCertification, ids[0]}
	default: // tasks and campaigns belong to certifications that the path does not name
		return subject{of: anyCertifications}
	}
}

// shown returns the identifier of the object that the operation returns, as far as the path names it;
// empty if it does not.
func (o *operation) shown(ids []string) string {
	switch o.name {
	case opSubmitReassignCertsAsync.name: // it returns a new task
		return ""
	case opGetIdentityDecisionSummary.name: // what it returns has no identifier
		return ""
	}
	return ids[len(ids)-1]
}

// class returns how urgent the operation is.
func (o *operation) class() throttle.Class {
	if o.reads() {
		return throttle.Reads
	}
	return throttle.Writes
}

// template returns the operation's path under a base URL of the given layout, with the names
// of its identifiers in braces.
func (o *operation) template(layout Layout) string { return layout.root(o.service) + o.path }

// resolve writes the operation's escaped path under a base URL of the given layout, with ids for the
// {names} of the template, of which there must be as many. It fails if one of them cannot be an identifier.
func (o *operation) resolve(path *strings.Builder, layout Layout, ids []string) error {
	path.WriteString(layout.root(o.service))
	for segment := range strings.SplitSeq(strings.TrimPrefix(o.path, "/"), "/") {
		switch {
		case segment == "":
			continue
		case segment[0] == '{':
			id, err := escapeID(ids[0])
			if err != nil {
				return err
			}
			ids, segment = ids[1:], id
		}
		path.WriteByte('/')
		path.WriteString(segment)
	}
	return nil
}
