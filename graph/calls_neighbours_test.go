package graph_test

import (
	"fmt"
	"testing"

	"certql/graph/graphtest"
	"certql/graph/load"
	"certql/graph/relay"
	"certql/upstream/sandbox"
)

// few returns the calls that it takes to read so many objects by lists of their ids.
func few(n int) int { return load.Parts(n, load.BatchSize) }

// A people is a set of identifiers in the REST API.
type people map[string]bool

// of adds what stands at a path of each row.
func (p people) of(rows []graphtest.Object, path ...any) people {
	for _, id := range texts(rows, path...) {
		p[id] = true
	}
	return p
}

func (w *world) items(t *testing.T, certificationID string, n int) []graphtest.Object {
	t.Helper()
	return w.list(t, fmt.Sprintf("/certifications/%s/access-review-items?limit=%d", certificationID, n))
}

// Campaigns, summaries and people take no more calls than the lists of their ids need.
func TestUpstreamCallsForNeighboursAreExact(t *testing.T) {
	w := newWorld(t)
	const large = sandbox.LargeCertification
	campaigns := w.list(t, "/campaigns?limit=250")
	var campaignIDs, sixtyCampaigns, summaryIDs []string
	for _, row := range campaigns {
		campaignIDs = append(campaignIDs, row["id"].(string))
		sixtyCampaigns = append(sixtyCampaigns, relay.EncodeID("Campaign", row["id"].(string)))
	}
	for i := len(sixtyCampaigns); i < 60; i++ {
		sixtyCampaigns = append(sixtyCampaigns, relay.EncodeID("Campaign", fmt.Sprint("nobody-", i)))
	}
	summaries := w.list(t, "/certifications/"+large+"/identity-summaries?limit=250")
	for _, row := range summaries[:60] {
		summaryIDs = append(summaryIDs, relay.EncodeID("IdentitySummary", large, row["id"].(string)))
	}
	persons := w.list(t, "/public-identities?limit=250")
	var sixtyPeople []string
	for _, row := range persons[100:160] {
		sixtyPeople = append(sixtyPeople, relay.EncodeID("PublicIdentity", row["id"].(string)))
	}

	certifications := w.list(t, "/certifications?limit=50")
	var reviewers []graphtest.Object
	for _, row := range certifications {
		if graphtest.At(row, "reviewer", "type") == "IDENTITY" {
			reviewers = append(reviewers, row)
		}
	}
	reviewing := people{}.of(reviewers, "reviewer", "id")
	itemsOfTen := people{}
	for _, id := range w.certificationIDs[:10] {
		itemsOfTen.of(w.items(t, id, 50), "identitySummary", "identityId")
	}
	ten := graphtest.Literal(w.certificationIDs[:10])
	inPage, managers := people{}.of(persons[:50], "id"), 0
	for id := range (people{}).of(persons[:50], "manager", "id") {
		if !inPage[id] {
			managers++
		}
	}
	withPeople := people{}.of(w.items(t, large, 60), "identitySummary", "identityId").of(summaries[150:], "identityId").of(reviewers, "reviewer", "id")
	const person = "publicIdentity { name }"

	w.tryRows(t, []callsRow{
		{"details of the campaigns of 50 certifications", `{ certifications(first: 50) { nodes { campaign { name details { status } } } } }`, 2, false},
		{"details of the campaigns of 250 certifications", `{ certifications(first: 250) { nodes { campaign { details { status } } } } }`, 2, false},
		{"settings of the campaigns of 50 certifications", `{ certifications(first: 50) { nodes { campaign { settings { modified } mandatoryCommentRequirement } } } }`, 2, false},
		{"details and settings", `{ certifications(first: 50) { nodes { campaign { details { status } settings { modified } } } } }`, 3, false},
		{"what a certification tells of its campaign", fmt.Sprintf(`{ certification(id: %q) { campaign { id name type description mandatoryCommentRequirement correlatedStatus } } }`, large), 1, false},
		{"campaigns with their details", `{ campaigns(first: 50) { totalCount nodes { name details { status totalCertifications alerts { level } } } } }`, 1, false},
		{"campaigns with their settings", `{ campaigns(first: 50) { nodes { mandatoryCommentRequirement settings { modified } } } }`, 2, false},
		{"campaigns with their comment requirement", `{ campaigns(first: 50) { nodes { mandatoryCommentRequirement } } }`, 2, false},
		{"all campaigns by id", `{` + aliases(len(campaignIDs), func(i int) string { return fmt.Sprintf(`campaign(id: %q) { name details { status } }`, campaignIDs[i]) }) + `}`, 1, false},
		{"60 campaigns by id", fmt.Sprintf(`{ nodes(ids: %s) { id ... on Campaign { details { status } } } }`, graphtest.Literal(sixtyCampaigns)), 2, false},
		{"60 campaigns by id with their settings", fmt.Sprintf(`{ nodes(ids: %s) { id ... on Campaign { settings { modified } mandatoryCommentRequirement } } }`, graphtest.Literal(sixtyCampaigns)), 4, false},
		{"a campaign that does not exist", `{ campaign(id: "nobody") { name details { status } } }`, 1, false},
		{"the certifications of three campaigns", `{ campaigns(first: 3) { nodes { certifications(first: 2) { nodes { name campaign { name } } } } } }`, 4, false},
		{"how many certifications campaigns have", `{ campaigns(first: 50) { nodes { details { totalCertifications completedCertifications } } } }`, 1, false},

		{"300 people", `{ identities(first: 300) { totalCount nodes { name } } }`, 2, false},
		{"people by any of four texts", `{ identities(filter: {match: ANY, alias: {startsWith: "a"}, email: {startsWith: "b"}, firstName: {startsWith: "c"}, lastName: {eq: "d"}}) { totalCount nodes { name } } }`, 1, false},
		{"people by a search", `{ identities(search: "ana", completeOnly: true) { nodes { name } } }`, 1, false},
		{"people by a search for two words", `{ identities(search: "an pe") { nodes { name } } }`, 1, false},
		{"60 people by id", fmt.Sprintf(`{ nodes(ids: %s) { ... on PublicIdentity { name } } }`, graphtest.Literal(sixtyPeople)), 2, false},
		{"people and their managers", `{ identities(first: 50) { nodes { name manager { name publicIdentity { name } } } } }`, 1 + few(managers), false},
		{"who asks", `{ viewer { credential identityId userName authorities expiresAt } }`, 0, false},
		{"who asks, by name", `{ viewer { publicIdentity { name } } again: viewer { publicIdentity { alias } } }`, 1, false},
		{"who asks, with others by id", fmt.Sprintf(`{ viewer { %s } nodes(ids: %s) { ... on PublicIdentity { name } } }`, person, graphtest.Literal(sixtyPeople[:49])), 1, false},

		{"the reviewers of 50 certifications", `{ certifications(first: 50) { nodes { reviewer { ` + person + ` } } } }`, 1 + few(len(reviewing)), false},
		{"50 identities under review", fmt.Sprintf(`{ certification(id: %q) { identitySummaries(first: 50) { nodes { %s } } } }`, large, person), 3, false},
		{"219 identities under review", fmt.Sprintf(`{ certification(id: %q) { identitySummaries(first: 250) { totalCount nodes { name completed } } } }`, large), 2, false},
		{
			"people under review, twice", fmt.Sprintf(`{ certification(id: %q) { reviewItems(first: 50) { nodes { a: identity { %s } b: identity { %s } } } } }`, large, person, person),
			2 + few(len(people{}.of(w.items(t, large, 50), "identitySummary", "identityId"))), false,
		},
		{
			"people of the items of ten certifications", fmt.Sprintf(`{ certifications(filter: {ids: %s}) { nodes { reviewItems(first: 50) { nodes { identity { %s } } } } } }`, ten, person),
			1 + 10 + few(len(itemsOfTen)), false,
		},
		{
			"people in three places", fmt.Sprintf(`{ certifications(first: 50) { nodes { reviewer { %[1]s } } }
			certification(id: %[2]q) { identitySummaries(last: 69) { nodes { %[1]s } } reviewItems(first: 60) { nodes { identity { %[1]s } } } } }`, person, large),
			1 + 1 + 2 + 1 + few(len(withPeople)), false,
		},
		{"60 summaries by id", fmt.Sprintf(`{ nodes(ids: %s) { ... on IdentitySummary { name } } }`, graphtest.Literal(summaryIDs)), 2, false},
		{"60 summaries by id with their people", fmt.Sprintf(`{ nodes(ids: %s) { ... on IdentitySummary { name %s } } }`, graphtest.Literal(summaryIDs), person), 4, false},
		{"numbers of decisions of ten certifications", fmt.Sprintf(`{ certifications(filter: {ids: %s}) { nodes { decisionSummary { all { made total } } } } }`, ten), 11, false},
		{"numbers of decisions of ten identities", fmt.Sprintf(`{ certification(id: %q) { identitySummaries(first: 10) { nodes { decisionSummary { all { made } } } } } }`, large), 12, false},
		{"the same numbers twice", fmt.Sprintf(`{ certification(id: %q) { a: decisionSummary { all { made } } b: decisionSummary { roles { total } } } }`, large), 2, false},
		{"numbers of no decisions", fmt.Sprintf(`{ certification(id: %q) { decisionSummary(filter: {identitySummaryIds: []}) { all { made } } } }`, large), 1, false},
		{"access under review of each type", fmt.Sprintf(`{ certification(id: %q) { a: accessSummaries(type: ROLE, first: 250) { nodes { access { name } } }
			b: accessSummaries(type: ACCESS_PROFILE, first: 250) { totalCount } c: accessSummaries(type: ENTITLEMENT, first: 250) { nodes { access { name } } } d: accessSummaries(type: ROLE, first: 250) { totalCount } } }`, large), 4, false},
		{"items of five pieces of access", fmt.Sprintf(`{ certification(id: %q) { accessSummaries(type: ROLE, first: 5) { nodes { reviewItems { totalCount nodes { decision } } } } } }`, large), 7, false},
		{"a page of the new connections of which nothing is read", fmt.Sprintf(`{ campaigns { __typename } identities(first: 0) { nodes { id } } certification(id: %q) {
			identitySummaries(filter: {ids: []}) { totalCount } accessSummaries(type: ROLE, filter: {accessIds: []}) { nodes { access { name } } } } }`, large), 1, false},
	})
}
