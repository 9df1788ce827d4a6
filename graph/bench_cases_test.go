package graph_test

import (
	"fmt"
	"net/url"
	"strings"
)

// benchRateLimit is a budget of requests that nothing here uses up.
const benchRateLimit = 1 << 30

// A benchCase is an operation that is measured.
type benchCase struct {
	name  string
	query string
	// tailcall selects the same of testdata/tailcall.graphql, if query itself does not.
	tailcall string
	// reads are the fewest reads of the REST API that hold what the operation selects: at
	// first those that can be made at once, then those that need an answer of the first.
	reads [][]string
}

// calls is how many reads there are.
func (c benchCase) calls() int {
	calls := 0
	for _, round := range c.reads {
		calls += len(round)
	}
	return calls
}

// benchCertification selects ten fields of a certification.
const benchCertification = ` { id name phase completed created due decisionsMade decisionsTotal campaign { name } reviewer { name } }`

// benchItem selects 21 fields of a review item.
const benchItem = ` {
	id completed newAccess decision comment
	identity { id identityId name completed }
	access {
		rawId type name description privileged
		... on Entitlement { attributeName attributeValue sourceName sourceType hasPermissions revocable account { nativeIdentity } }
	}
}`

// tailcallItem selects the same of testdata/tailcall.graphql.
const tailcallItem = ` {
	id completed newAccess decision comments
	identitySummary { id identityId name completed }
	accessSummary {
		access { id type name }
		entitlement { description privileged attributeName attributeValue sourceName sourceType hasPermissions revocable account { nativeIdentity } }
	}
}`

func benchCases() []benchCase {
	list := func(limit int) []string { return []string{fmt.Sprintf("/certifications?limit=%d", limit)} }
	return []benchCase{{
		name:  "one certification",
		query: `{ certification(id: "` + stubID(0) + `")` + benchCertification + ` }`,
		reads: [][]string{{"/certifications/" + stubID(0)}},
	}, {
		name:     "50 certifications",
		query:    `{ certifications(first: 50) { nodes` + benchCertification + ` } }`,
		tailcall: `{ certifications(limit: 50)` + benchCertification + ` }`,
		reads:    [][]string{list(50)},
	}, {
		name:     "50 certifications with reviewers",
		query:    `{ certifications(first: 50) { nodes { id name phase due reviewers { nodes { rawId name email } } } } }`,
		tailcall: `{ certifications(limit: 50) { id name phase due reviewers(limit: 50) { id name email } } }`,
		reads:    [][]string{list(50), benchPaths(50, func(i int) string { return "/certifications/" + stubID(i) + "/reviewers?limit=50" })},
	}, {
		name: "a certification with 250 items",
		query: `{ certification(id: "` + stubID(0) + `") {
			id name phase due reviewItems(first: 250) { nodes` + benchItem + ` }
		} }`,
		tailcall: `{ certification(id: "` + stubID(0) + `") { id name phase due items(limit: 250)` + tailcallItem + ` } }`,
		reads:    [][]string{{"/certifications/" + stubID(0), "/certifications/" + stubID(0) + "/access-review-items?limit=250"}},
	}, {
		name: "50 items with permissions",
		query: `{ certification(id: "` + stubID(0) + `") {
			id name phase due reviewItems(first: 50) { nodes { id access { rawId name } permissions { nodes { target rights } } } }
		} }`,
		tailcall: `{ certification(id: "` + stubID(0) + `") {
			id name phase due items(limit: 50) { id accessSummary { access { id name } } permissions(limit: 50) { target rights } }
		} }`,
		reads: [][]string{{"/certifications/" + stubID(0), "/certifications/" + stubID(0) + "/access-review-items?limit=50"}, benchPaths(50, func(i int) string {
			return "/certifications/" + stubID(0) + "/access-review-items/" + stubItemID(i) + "/permissions?limit=50"
		})},
	}, {
		name:  "the same certification 20 times",
		query: `{ ` + benchAliases(20, func(int) string { return stubID(7) }) + ` }`,
		reads: [][]string{{"/certifications/" + stubID(7)}},
	}, {
		name:  "20 different certifications",
		query: `{ ` + benchAliases(20, stubID) + ` }`,
		reads: [][]string{{benchByID(20)}},
	}, {
		name:     "50 tasks with certifications",
		query:    `{ pendingCertificationTasks(first: 50) { nodes { id type status created certification` + benchCertification + ` } } }`,
		tailcall: `{ tasks(limit: 50) { id type status created certification` + benchCertification + ` } }`,
		reads:    [][]string{{"/certification-tasks?limit=50"}, {benchByID(50)}},
	}}
}

// benchAliases selects n certifications, each under a name of its own.
func benchAliases(n int, id func(int) string) string {
	var s strings.Builder
	for i := range n {
		fmt.Fprintf(&s, `c%d: certification(id: %q)%s `, i, id(i), benchCertification)
	}
	return s.String()
}

// benchByID is the read of the first n certifications by their ids.
func benchByID(n int) string {
	ids := benchPaths(n, func(i int) string { return `"` + stubID(i) + `"` })
	query := url.Values{"filters": {"id in (" + strings.Join(ids, ",") + ")"}, "limit": {fmt.Sprint(n)}}
	return "/certifications?" + query.Encode()
}

func benchPaths(n int, path func(int) string) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = path(i)
	}
	return list
}
