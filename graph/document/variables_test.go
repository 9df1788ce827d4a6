package document_test

import (
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph/graphtest"
	"certql/upstream/sandbox"
)

const (
	lowerType = "mutation ($to: ID!, $r: [ReassignReferenceInput!]!) { reassignReviewItems(input: {certificationId: \"" + sandbox.LargeCertification +
		"\", reassignTo: $to, reason: \"on leave\", references: $r}) { errors { code } } }"
	byOrder     = `query ($o: [CertificationOrder!]) { certifications(orderBy: $o) { totalCount } }`
	byDirection = `query ($d: OrderDirection) { certifications(orderBy: [{field: NAME, direction: $d}]) { totalCount } }`
	byID        = `query ($id: ID!) { certification(id: $id) { rawId } }`
)

// What is wrong with the variables is told before anything is sent, in the words of graphql-js and
// with the place, over every transport.
func TestVariablesAreRefusedBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	socket := w.Connect(t, graphtest.Admin)
	before := w.Sandbox.Requests().Total
	for name, each := range map[string]struct {
		query     string
		variables graphtest.Object
		message   string
		path      []any
		column    int
	}{
		"enum of a write in lower case": {
			lowerType,
			graphtest.Object{"to": "x", "r": []any{graphtest.Object{"type": "item", "id": "1"}}},
			`Variable "$r" got invalid value "item" at "r[0].type"; Value "item" does not exist in "ReassignReferenceType" enum. Did you mean the enum value "ITEM"?`,
			[]any{"variable", "r", float64(0), "type"},
			21,
		},
		"enum of an order in lower case": {
			byOrder,
			graphtest.Object{"o": graphtest.Object{"field": "due"}},
			`Variable "$o" got invalid value "due" at "o.field"; Value "due" does not exist in "CertificationOrderField" enum. Did you mean the enum value "DUE"?`,
			[]any{"variable", "o", "field"},
			8,
		},
		"direction in lower case": {
			byDirection,
			graphtest.Object{"d": "asc"},
			`Variable "$d" got invalid value "asc"; Value "asc" does not exist in "OrderDirection" enum. Did you mean the enum value "ASC" or "DESC"?`,
			[]any{"variable", "d"},
			8,
		},
		"missing": {byID, nil, `Variable "$id" of required type "ID!" was not provided.`, []any{"variable", "id"}, 8},
		"null":    {byID, graphtest.Object{"id": nil}, `Variable "$id" of non-null type "ID!" must not be null.`, []any{"variable", "id"}, 8},
		"text for a number": {
			"query ($n: Int) { certifications(first: $n) { totalCount } }",
			graphtest.Object{"n": "1"},
			`Variable "$n" got invalid value "1"; Int cannot represent non-integer value: "1"`,
			[]any{"variable", "n"},
			8,
		},
		"null in the place of a default": {
			byDirection, graphtest.Object{"d": nil}, `Argument "orderBy" has invalid value [{field: NAME, direction: $d}].`, []any{"certifications"}, 54,
		},
		"null condition": {
			"query ($b: Boolean = true) { certifications { nodes @include(if: $b) { id } } }",
			graphtest.Object{"b": nil},
			`Argument "if" of non-null type "Boolean!" must not be null.`,
			[]any{"certifications"},
			66,
		},
		"date": {
			graphtest.DecideMutation,
			graphtest.Object{"input": graphtest.Object{"certificationId": "x", "decisions": []any{
				graphtest.Object{"itemId": "x", "decision": "REVOKE", "proposedEndDate": "soon"},
			}}},
			`Variable "$input" got invalid value "soon" at "input.decisions[0].proposedEndDate"; ` +
				`DateTime must be a date and time as RFC 3339 has it, such as 2026-11-23T09:30:00Z.`,
			[]any{"variable", "input", "decisions", float64(0), "proposedEndDate"},
			11,
		},
	} {
		parameters := graphtest.Object{"query": each.query, "variables": each.variables}
		answers := map[string]graphtest.Answer{
			"POST":      w.Ask(t, graphtest.Admin, each.query, each.variables),
			"WebSocket": socket.Ask(t, each.query, each.variables),
			"GraphQL":   w.Post(t, "application/graphql-response+json", parameters).Answer(t),
		}
		if !strings.HasPrefix(each.query, "mutation") {
			answers["GET"] = w.ByGET(t, parameters).Answer(t)
		}
		stream := w.Post(t, "text/event-stream", parameters).Text
		if !strings.Contains(stream, "GRAPHQL_VALIDATION_FAILED") || strings.Contains(stream, `"data"`) {
			t.Errorf("%s: as a stream: %s", name, stream)
		}
		for transport, a := range answers {
			if a.Data != nil || len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != "GRAPHQL_VALIDATION_FAILED" {
				t.Errorf("%s by %s: %s", name, transport, a.Text)
				continue
			}
			if transport == "GraphQL" && a.Status != 400 {
				t.Errorf("%s: status %d", name, a.Status)
			}
			if got := a.Errors[0]; got.Message != each.message {
				t.Errorf("%s by %s:\n got %s\nwant %s", name, transport, got.Message, each.message)
			} else if diff := gocmp.Diff(each.path, got.Path); diff != "" {
				t.Errorf("%s by %s: path (-want +got):\n%s", name, transport, diff)
			}
			if place := fmt.Sprintf(`"locations":[{"line":1,"column":%d}]`, each.column); !strings.Contains(a.Text, place) {
				t.Errorf("%s by %s: want %s: %s", name, transport, place, a.Text)
			}
		}
	}
	w.WantWritten(t, nil)
	if after := w.Sandbox.Requests().Total; after != before {
		t.Errorf("%d calls of the upstream", after-before)
	}
}

// Values that are of another kind in JSON but the same value are read as their types.
func TestVariablesAreReadAsTheirTypes(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	for name, body := range map[string]string{
		"1.0 is 1":             `{"query":"query ($n: Int) { certifications(first: $n) { nodes { id } } }","variables":{"n":1.0}}`,
		"1e0 is 1":             `{"query":"query ($n: Int) { certifications(first: $n) { nodes { id } } }","variables":{"n":1e0}}`,
		"one is a list":        `{"query":"query ($o: [CertificationOrder!]) { certifications(first: 1, orderBy: $o) { nodes { id } } }","variables":{"o":{"field":"NAME"}}}`,
		"a default of one":     `{"query":"query ($o: [CertificationOrder!] = {field: NAME}) { certifications(first: 1, orderBy: $o) { nodes { id } } }"}`,
		"missing in an object": `{"query":"query ($d: OrderDirection) { certifications(first: 1, orderBy: {field: NAME, direction: $d}) { nodes { id } } }"}`,
		"a default":            `{"query":"query ($n: Int = 1) { certifications(first: $n) { nodes { id } } }","variables":{}}`,
		"others are ignored":   `{"query":"{ certifications(first: 1) { nodes { id } } }","variables":{"first":"x"}}`,
	} {
		a := w.Send(t, graphtest.Sent{Body: body}).Answer(t)
		if nodes, _ := a.At("certifications", "nodes").([]any); len(nodes) != 1 || len(a.Errors) > 0 {
			t.Errorf("%s: %s", name, a.Text)
		}
	}
}
