package graph_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"certql/upstream/sandbox"
)

// A listing is a field that shows rows of the upstream, one by one.
type listing struct {
	operation, typeName string
	rest                string // path
	query               func(selection string) string
	variables           object
	nodes               []any    // path of the rows
	context             []string // what their global ids hold beside their own
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
			operation: "getIdentityCertificationItemPermissions", typeName: "Permission", rest: permissionsPath,
			query: func(selection string) string {
				return "query ($id: ID!) { node(id: $id) { ... on AccessReviewItem { permissions(first: 20) { nodes " + selection + "} } } }"
			},
			variables: object{"id": itemID(large, sandbox.LargePermissionsItem)}, nodes: []any{"node", "permissions", "nodes"},
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
	}
}

// check compares the rows of a listing with what the REST API answers at this moment, faults
// and all.
func (l listing) check(t *testing.T, w *tenant, x *expectation) {
	t.Helper()
	_, _, body := w.get(t, admin, l.rest, nil)
	rows := body.([]any)
	rows = rows[:min(len(rows), 20)]
	want := make([]any, len(rows))
	for i, row := range rows {
		rest, _ := row.(object) // what is no object shows like one without members
		want[i] = x.object(l.typeName, rest, l.context...)
	}
	a := w.ask(t, admin, l.query(x.selection(l.typeName)), l.variables)
	a.data(t)
	if len(want) == 0 {
		t.Error("no rows")
	}
	same(t, l.operation, any(want), a.at(l.nodes...))
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
			w, x := newTenant(t, setup{}), newExpectation(t)
			for _, each := range odd {
				t.Run(each.name, func(t *testing.T) {
					w.spoil(t, l.operation, each.fault)
					l.check(t, w, x)
				})
			}
		})
	}
	t.Run("objects by id", func(t *testing.T) {
		t.Parallel()
		w, x := newTenant(t, setup{}), newExpectation(t)
		for _, each := range odd {
			w.spoil(t, "*", each.fault)
			a := w.ask(t, admin, "query ($id: ID!, $task: ID!) { certification(id: $id) "+x.selection("Certification")+
				"certificationTask(id: $task) "+x.selection("CertificationTask")+"}",
				object{"id": sandbox.DecidedCertification, "task": sandbox.FailedTask})
			a.data(t)
			certification := w.read(t, admin, "/certifications/"+sandbox.DecidedCertification)
			same(t, each.name, any(x.object("Certification", certification)), a.at("certification"))
			task := w.read(t, admin, "/certification-tasks/"+sandbox.FailedTask)
			same(t, each.name, any(x.object("CertificationTask", task)), a.at("certificationTask"))
		}
	})
}

// What stands in place of a row without being one keeps its place, so that the cursors of the
// others stay right.
func TestRowsThatAreNoneKeepTheirPlaces(t *testing.T) {
	t.Parallel()
	w, x := newTenant(t, setup{front: withOddRows}), newExpectation(t)
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
			w := newTenant(t, setup{sandbox: sandbox.Config{Certifications: 6, Items: 60}, front: func(next http.Handler) http.Handler {
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
			a := w.ask(t, admin, `query ($id: ID!) {
				certifications(first: 2) { nodes { rawId } }
				certificationTask(id: $id) { rawId }
			}`, object{"id": sandbox.FailedTask})
			a.wantProblems(t, "UPSTREAM_INVALID at certifications", "UPSTREAM_INVALID at certificationTask")
			if strings.Contains(a.text, "secret-inside") {
				t.Errorf("the answer repeats the body: %s", a.text)
			}
		})
	}
}

// An entitlement that does not say whether it has permissions is asked for them.
func TestPermissionsAreReadWhereNothingDeniesThem(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{})
	const operation = "getIdentityCertificationItemPermissions"
	w.spoil(t, "listIdentityAccessReviewItems", sandbox.Fault{Kind: sandbox.FaultNulls, Fields: []string{"hasPermissions"}})
	a := w.ask(t, admin, `query ($id: ID!) { node(id: $id) { ... on AccessReviewItem {
		access { ... on Entitlement { hasPermissions } } permissions(first: 1) { totalCount }
	} } }`, object{"id": itemID(sandbox.LargeCertification, sandbox.LargePermissionsItem)})
	a.data(t)
	if a.at("node", "access", "hasPermissions") != nil || a.at("node", "permissions", "totalCount") != float64(300) {
		t.Errorf("got %s", a.text)
	}
	if n := w.sandbox.Requests().Count(operation); n != 1 {
		t.Errorf("%d calls", n)
	}
}

// Where the upstream does not count, the total is null, and what needs it is an error that
// names the operation.
func TestListingsThatAreNotCounted(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{front: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			query := r.URL.Query()
			query.Del("count")
			r.URL.RawQuery = query.Encode()
			next.ServeHTTP(w, r)
		})
	}})
	a := w.ask(t, admin, `query ($id: ID!, $item: ID!) {
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
	}`, object{"id": sandbox.LargeCertification, "item": itemID(sandbox.LargeCertification, sandbox.LargePermissionsItem)})
	if len(a.Errors) != 6 {
		t.Errorf("%d errors, want 6", len(a.Errors))
	}

	for _, e := range a.Errors {
		upstream, _ := e.Extensions["upstream"].(map[string]any)
		if e.Extensions["code"] != "UPSTREAM_INVALID" || upstream["operation"] != e.Path[len(e.Path)-1] || a.at(e.Path...) != nil {
			t.Errorf("the error at %s is %s: %q, %v", pathText(e.Path), e.Extensions["code"], e.Message, upstream)
		}
	}
	if a.at("counted", "totalCount") != nil || a.at("whole", "totalCount") != nil || a.at("whole", "pageInfo", "hasNextPage") != true || len(column(a.at("whole", "nodes"), "rawId")) != 3 {
		t.Errorf("got %s", a.text)
	}
	a = w.ask(t, admin, `query ($id: ID!) { certification(id: $id) { reviewItems(first: 250) { nodes { rawId } } } }`, certificationVariables)
	a.data(t)
	if n := len(column(a.at("certification", "reviewItems", "nodes"), "rawId")); n != 250 {
		t.Errorf("%d rows of a page of which nobody asks what follows", n)
	}
}
