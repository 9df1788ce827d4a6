package graph_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"certql/graph/graphtest"
	"certql/upstream/sandbox"
)

// A listing is a field that shows rows of the upstream, one by one.
type listing struct {
	operation, typeName string
	rest                string // path
	query               func(selection string) string
	variables           graphtest.Object
	nodes               []any    // path of the rows
	context             []string // what their global ids hold beside their own
	below               string   // the field of a row that shows the object; empty if it is the row
}

func listings() []listing {
	onCertification := func(field string) func(string) string {
		return func(selection string) string {
			return "query ($id: ID!) { certification(id: $id) { " + field + " { nodes " + selection + "} } }"
		}
	}
	const large = sandbox.LargeCertification
	return []listing{
		{
			operation: "listIdentityCertifications", typeName: "Certification", rest: "/certifications",
			query: func(selection string) string { return "{ certifications(first: 20) { nodes " + selection + "} }" },
			nodes: []any{"certifications", "nodes"},
		},
		{
			operation: "listIdentityAccessReviewItems", typeName: "AccessReviewItem", rest: "/certifications/" + large + "/access-review-items",
			query: onCertification("reviewItems(first: 20)"), variables: certificationVariables,
			nodes: []any{"certification", "reviewItems", "nodes"}, context: []string{large},
		},
		{
			operation: "getIdentityCertificationItemPermissions", typeName: "Permission", rest: graphtest.PermissionsPath,
			query: func(selection string) string {
				return "query ($id: ID!) { node(id: $id) { ... on AccessReviewItem { permissions(first: 20) { nodes " + selection + "} } } }"
			},
			variables: graphtest.Object{"id": graphtest.ItemID(large, sandbox.LargePermissionsItem)}, nodes: []any{"node", "permissions", "nodes"},
		},
		{
			operation: "listCertificationReviewers", typeName: "Identity", rest: "/certifications/" + large + "/reviewers",
			query: onCertification("reviewers(first: 20)"), variables: certificationVariables,
			nodes: []any{"certification", "reviewers", "nodes"},
		},
		{
			operation: "getPendingCertificationTasks", typeName: "CertificationTask", rest: "/certification-tasks",
			query: func(selection string) string {
				return "{ pendingCertificationTasks(first: 20) { nodes " + selection + "} }"
			},
			nodes: []any{"pendingCertificationTasks", "nodes"},
		},
		{
			operation: "getIdentitySummaries", typeName: "IdentitySummary", rest: graphtest.IdentitySummariesPlace.Rest,
			query: onCertification("identitySummaries(first: 20)"), variables: certificationVariables,
			nodes: []any{"certification", "identitySummaries", "nodes"}, context: []string{large},
		},
		{
			operation: "getIdentityAccessSummaries", typeName: "AccessSummary", rest: graphtest.AccessSummariesPlace("ROLE").Rest,
			query: onCertification("accessSummaries(type: ROLE, first: 20)"), variables: certificationVariables,
			nodes: []any{"certification", "accessSummaries", "nodes"},
		},
		{
			operation: "getPublicIdentities", typeName: "PublicIdentity", rest: "/public-identities",
			query: func(selection string) string { return "{ identities(first: 20) { nodes " + selection + "} }" },
			nodes: []any{"identities", "nodes"},
		},
		{
			operation: "getActiveCampaigns", typeName: "CampaignDetails", rest: "/campaigns",
			query: func(selection string) string {
				return "{ campaigns(first: 20) { nodes { details " + selection + "} } }"
			},
			nodes: []any{"campaigns", "nodes"}, below: "details",
		},
	}
}

// check compares the rows of a listing with what the REST API answers at this moment, faults
// and all.
func (l listing) check(t *testing.T, w *graphtest.Tenant, x *graphtest.Expectation) {
	t.Helper()
	_, _, body := w.Get(t, graphtest.Admin, l.rest, nil)
	rows := body.([]any)
	rows = rows[:min(len(rows), 20)]
	want, unreadable := []any{}, 0
	for _, row := range rows {
		if rest, isObject := row.(graphtest.Object); isObject && l.readable(rest) {
			shown := x.Object(l.typeName, rest, l.context...)
			if l.below != "" {
				shown = graphtest.Object{l.below: shown}
			}
			want = append(want, shown)
		} else {
			unreadable++
		}
	}
	a := w.Ask(t, graphtest.Admin, l.query(x.Selection(l.typeName)), l.variables)
	if len(rows) == 0 {
		t.Error("no rows")
	}
	graphtest.Same(t, l.operation, any(want), a.At(l.nodes...))
	for _, e := range a.Errors {
		if e.Extensions["code"] != "UPSTREAM_INVALID" {
			t.Errorf("%s at %s", e.Extensions["code"], graphtest.PathText(e.Path))
		}
		if len(e.Path) == len(l.nodes)-1 {
			unreadable--
		} else if last := e.Path[len(e.Path)-1]; last != "id" && last != "rawId" { // of a reference, which then is null
			t.Errorf("an error at %s", graphtest.PathText(e.Path))
		}
	}
	if unreadable != 0 {
		t.Errorf("%d rows are left out without an error", unreadable)
	}
}

// readable reports whether a row says enough to be shown.
func (l listing) readable(row graphtest.Object) bool {
	if l.typeName == "Permission" {
		target, _ := row["target"].(string)
		_, hasRights := row["rights"].([]any)
		return target != "" || hasRights
	}
	id, _ := row["id"].(string)
	if l.typeName == "AccessSummary" {
		for _, member := range []string{"access", "entitlement", "accessProfile", "role"} {
			if of, _ := graphtest.At(row, member, "id").(string); of != "" {
				id = of
			}
		}
	}
	return id != ""
}

// What the upstream leaves out, or adds to its enums later, costs no more than the field.
func TestOddAnswersShowWhatCanBeShown(t *testing.T) {
	t.Parallel()
	const nulls, enums = sandbox.FaultNulls, sandbox.FaultUnknownEnums
	odd := []struct {
		name  string
		fault sandbox.Fault
	}{
		{"values of enums that are unknown", sandbox.Fault{Kind: enums}},
		{"null for everything plain but ids", sandbox.Fault{Kind: nulls}},
		{"null for ids", sandbox.Fault{Kind: nulls, Fields: []string{"id", "identityId", "targetId", "sourceId"}}},
		{"null for objects", sandbox.Fault{Kind: nulls, Fields: []string{
			"campaign", "reviewer", "reassignment", "entitlement", "accessProfile", "role", "identitySummary", "account", "owner",
		}}},
		{"null for what holds the objects", sandbox.Fault{Kind: nulls, Fields: []string{"accessSummary", "from", "rights", "errors"}}},
		{"null for the lists inside", sandbox.Fault{Kind: nulls, Fields: []string{"entitlements", "accessProfiles", "policies", "categories"}}},
	}
	for _, l := range listings() {
		t.Run(l.operation, func(t *testing.T) {
			t.Parallel()
			w, x := graphtest.NewTenant(t, graphtest.Setup{}), graphtest.NewExpectation()
			for _, each := range odd {
				t.Run(each.name, func(t *testing.T) {
					w.Spoil(t, l.operation, each.fault)
					l.check(t, w, x)
				})
			}
		})
	}
	t.Run("objects by id", func(t *testing.T) {
		t.Parallel()
		w, x := graphtest.NewTenant(t, graphtest.Setup{}), graphtest.NewExpectation()
		for _, each := range odd {
			w.Spoil(t, "*", each.fault)
			a := w.Ask(t, graphtest.Admin, "query ($id: ID!, $task: ID!) { certification(id: $id) "+x.Selection("Certification")+
				"certificationTask(id: $task) "+x.Selection("CertificationTask")+"}",
				graphtest.Object{"id": sandbox.DecidedCertification, "task": sandbox.FailedTask})
			certification := w.Read(t, graphtest.Admin, "/certifications/"+sandbox.DecidedCertification)
			certification["id"] = sandbox.DecidedCertification
			graphtest.Same(t, each.name, any(x.Object("Certification", certification)), a.At("certification"))
			task := w.Read(t, graphtest.Admin, "/certification-tasks/"+sandbox.FailedTask)
			task["id"] = sandbox.FailedTask
			graphtest.Same(t, each.name, any(x.Object("CertificationTask", task)), a.At("certificationTask"))
		}
	})
}

// What stands in place of a row without being one keeps its place, so that the cursors of the
// others stay right.
func TestRowsThatAreNoneKeepTheirPlaces(t *testing.T) {
	t.Parallel()
	w, x := graphtest.NewTenant(t, graphtest.Setup{Front: withOddRows}), graphtest.NewExpectation()
	for _, l := range listings() {
		t.Run(l.operation, func(t *testing.T) {
			if l.operation != "listCertificationReviewers" { // which has a single row
				l.check(t, w, x)
			}
		})
	}
}

// withOddRows puts null in place of the first row of each listing, and others that are no
// objects in place of the following ones.
func withOddRows(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		next.ServeHTTP(recorder, r)
		body := recorder.Body.Bytes()
		var rows []json.RawMessage
		if json.Unmarshal(body, &rows) == nil && len(rows) > 4 {
			for i, odd := range []string{"null", "7", `"row"`, "[]"} {
				rows[i] = json.RawMessage(odd)
			}
			body, _ = json.Marshal(rows)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(body)
	})
}

// A body that is JSON, but not what the operation answers, cannot be read.
func TestOtherJSONIsNoAnswer(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"null": "null", "a text": `"certification"`, "a number": "1", "an error": `{"message":"secret-inside"}`, "nothing": "",
		"an array for an object and the reverse": "swapped", "two values": "[][]", "open": `[{"id":"secret-inside"`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := graphtest.NewTenant(t, graphtest.Setup{Sandbox: sandbox.Config{Certifications: 6, Items: 60}, Front: func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if strings.HasPrefix(r.URL.Path, "/oauth") {
						next.ServeHTTP(w, r)
						return
					}
					text := body
					if text == "swapped" || name == "an error" && strings.Contains(r.URL.Path, "/certification-tasks/") {
						text = map[bool]string{true: "[]", false: "{}"}[strings.Contains(r.URL.Path, "/certification-tasks/")]
					}
					_, _ = io.WriteString(w, text)
				})
			}})
			a := w.Ask(t, graphtest.Admin, `query ($id: ID!) {
				certifications(first: 2) { nodes { rawId } }
				certificationTask(id: $id) { rawId }
			}`, graphtest.Object{"id": sandbox.FailedTask})
			a.WantProblems(t, "UPSTREAM_INVALID at certifications", "UPSTREAM_INVALID at certificationTask")
			if strings.Contains(a.Text, "secret-inside") {
				t.Errorf("the answer repeats the body: %s", a.Text)
			}
		})
	}
}

// An entitlement that does not say whether it has permissions is asked for them.
func TestPermissionsAreReadWhereNothingDeniesThem(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	const operation = "getIdentityCertificationItemPermissions"
	w.Spoil(t, "listIdentityAccessReviewItems", sandbox.Fault{Kind: sandbox.FaultNulls, Fields: []string{"hasPermissions"}})
	a := w.Ask(t, graphtest.Admin, `query ($id: ID!) { node(id: $id) { ... on AccessReviewItem {
		access { ... on Entitlement { hasPermissions } } permissions(first: 1) { totalCount }
	} } }`, graphtest.Object{"id": graphtest.ItemID(sandbox.LargeCertification, sandbox.LargePermissionsItem)})
	a.OK(t)
	if a.At("node", "access", "hasPermissions") != nil || a.At("node", "permissions", "totalCount") != float64(300) {
		t.Errorf("got %s", a.Text)
	}
	if n := w.Sandbox.Requests().Count(operation); n != 1 {
		t.Errorf("%d calls", n)
	}
}

// Where the upstream does not count, the total is null, and what needs it is an error that
// names the operation.
func TestListingsThatAreNotCounted(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{Front: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			query := r.URL.Query()
			query.Del("count")
			r.URL.RawQuery = query.Encode()
			next.ServeHTTP(w, r)
		})
	}})
	a := w.Ask(t, graphtest.Admin, `query ($id: ID!, $item: ID!) {
		whole: certifications(first: 3) { totalCount nodes { rawId } pageInfo { hasNextPage } }
		counted: certifications { totalCount }
		listIdentityCertifications: certifications(last: 3) { nodes { rawId } }
		certification(id: $id) {
			listIdentityAccessReviewItems: reviewItems(last: 3) { nodes { rawId } }
			listCertificationReviewers: reviewers(last: 3) { nodes { name } }
		}
		full: certification(id: $id) { listIdentityAccessReviewItems: reviewItems(first: 250) { pageInfo { hasNextPage } } }
		node(id: $item) { ... on AccessReviewItem { getIdentityCertificationItemPermissions: permissions(last: 3) { nodes { target } } } }
		getPendingCertificationTasks: pendingCertificationTasks(last: 3) { nodes { rawId } }
		getActiveCampaigns: campaigns(last: 3) { nodes { rawId } }
		getPublicIdentities: identities(last: 3) { nodes { rawId } }
		neighbours: certification(id: $id) {
			getIdentitySummaries: identitySummaries(last: 3) { nodes { rawId } }
			getIdentityAccessSummaries: accessSummaries(type: ROLE, last: 3) { nodes { access { rawId } } }
		}
	}`, graphtest.Object{"id": sandbox.LargeCertification, "item": graphtest.ItemID(sandbox.LargeCertification, sandbox.LargePermissionsItem)})
	if len(a.Errors) != 9 {
		t.Errorf("%d errors, want 9", len(a.Errors))
	}
	if a.At("full", "listIdentityAccessReviewItems", "pageInfo", "hasNextPage") != true {
		t.Error("a list that is longer than the page has no next one")
	}

	for _, e := range a.Errors {
		upstream, _ := e.Extensions["upstream"].(map[string]any)
		if e.Extensions["code"] != "UPSTREAM_INVALID" || upstream["operation"] != e.Path[len(e.Path)-1] || a.At(e.Path...) != nil {
			t.Errorf("the error at %s is %s: %q, %v", graphtest.PathText(e.Path), e.Extensions["code"], e.Message, upstream)
		}
	}
	if a.At("counted", "totalCount") != nil || a.At("whole", "totalCount") != nil || a.At("whole", "pageInfo", "hasNextPage") != true || len(graphtest.Column(a.At("whole", "nodes"), "rawId")) != 3 {
		t.Errorf("got %s", a.Text)
	}
	a = w.Ask(t, graphtest.Admin, `query ($id: ID!) { certification(id: $id) { reviewItems(first: 250) { nodes { rawId } } } }`, certificationVariables)
	a.OK(t)
	if n := len(graphtest.Column(a.At("certification", "reviewItems", "nodes"), "rawId")); n != 250 {
		t.Errorf("%d rows of a page of which nobody asks what follows", n)
	}
}
