package graph_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/upstream/sandbox"
)

// A walk is a connection under one filter and order, and the REST listing that it is to show.
type walk struct {
	name string
	// arguments are those of the connection field, such as `filter: {phase: ACTIVE}`.
	arguments string
	rest      url.Values
	client    string // by default the administrator
	empty     bool   // the listing has no rows
}

// A place is where a connection stands in the graph.
type place struct {
	open, close string // around the connection field
	field       string
	path        []any
	rest        string // path of the listing
	row         string // what to select of a row
	key         func(row any) string
	keyOfRest   func(object) string
}

func byID(field string) func(any) string {
	return func(row any) string { return fmt.Sprint(at(row, field)) }
}

func idOfRest(row object) string { return fmt.Sprint(row["id"]) }

var (
	certificationsPlace = place{
		open: "{ ", close: " }", field: "certifications", path: []any{"certifications"},
		rest: "/certifications", row: "rawId", key: byID("rawId"), keyOfRest: idOfRest,
	}
	itemsPlace = place{
		open: `{ certification(id: "` + sandbox.LargeCertification + `") { `, close: " } }", field: "reviewItems",
		path: []any{"certification", "reviewItems"}, rest: "/certifications/" + sandbox.LargeCertification + "/access-review-items",
		row: "rawId", key: byID("rawId"), keyOfRest: idOfRest,
	}
	reviewersPlace = place{
		open: `{ certifications(filter: {ids: ["` + sandbox.CrowdCertification + `"]}) { nodes { `, close: " } } }", field: "reviewers",
		path: []any{"certifications", "nodes", 0, "reviewers"}, rest: "/certifications/" + sandbox.CrowdCertification + "/reviewers",
		row: "id", key: byID("id"), keyOfRest: idOfRest,
	}
	permissionsPlace = place{
		open:  `{ node(id: "` + itemID(sandbox.LargeCertification, sandbox.LargePermissionsItem) + `") { ... on AccessReviewItem { `,
		close: " } } }", field: "permissions", path: []any{"node", "permissions"}, rest: permissionsPath, row: "target rights",
		key:       func(row any) string { return fmt.Sprint(at(row, "target"), at(row, "rights")) },
		keyOfRest: func(row object) string { return fmt.Sprint(row["target"], row["rights"]) },
	}
	tasksPlace = place{
		open: "{ ", close: " }", field: "pendingCertificationTasks", path: []any{"pendingCertificationTasks"},
		rest: "/certification-tasks", row: "rawId", key: byID("rawId"), keyOfRest: idOfRest,
	}
)

// A page is a connection as it was answered.
type page struct {
	keys, cursors []string
	info          object
	total         any
}

// page reads a connection with paging arguments such as `first: 10`. Where they name an
// offset, as tables with page numbers do, it reads the rows without their edges as well.
func (p place) page(t *testing.T, w *tenant, walk walk, paging string) page {
	t.Helper()
	client := walk.client
	if client == "" {
		client = admin
	}
	selection := "edges { cursor node { " + p.row + " } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount "
	withNodes := strings.Contains(paging, "offset")
	if withNodes {
		selection += "nodes { " + p.row + " } "
	}
	query := p.open + p.field + "(" + paging + " " + walk.arguments + ") { " + selection + "}" + p.close
	a := w.ask(t, client, query, nil)
	a.data(t)
	connection := a.at(p.path...)
	got := page{info: at(connection, "pageInfo").(object), total: at(connection, "totalCount")}
	edges := at(connection, "edges").([]any)
	for _, edge := range edges {
		got.keys = append(got.keys, p.key(at(edge, "node")))
		got.cursors = append(got.cursors, at(edge, "cursor").(string))
	}
	if nodes := column(edges, "node"); withNodes && !reflect.DeepEqual(nodes, at(connection, "nodes")) {
		t.Errorf("%s: nodes are not the nodes of the edges", paging)
	}
	return got
}

// check compares a page with the rows that belong on it, from one position of the listing to
// before another.
func (got page) check(t *testing.T, paging string, all []string, from, to int) {
	t.Helper()
	if want := all[from:to]; len(want)+len(got.keys) > 0 && !reflect.DeepEqual(want, got.keys) {
		t.Errorf("%s (-REST +GraphQL):\n%.1500s", paging, gocmp.Diff(want, got.keys))
		return
	}
	want := object{"hasNextPage": to < len(all), "hasPreviousPage": from > 0, "startCursor": nil, "endCursor": nil}
	if n := len(got.cursors); n > 0 {
		want["startCursor"], want["endCursor"] = got.cursors[0], got.cursors[n-1]
	}
	if diff := gocmp.Diff(want, got.info); diff != "" {
		t.Errorf("%s: pageInfo (-want +got):\n%s", paging, diff)
	}
	if got.total != float64(len(all)) {
		t.Errorf("%s: totalCount is %v, want %d", paging, got.total, len(all))
	}
}

// forwards reads all pages of a connection by first and after.
func (p place) forwards(t *testing.T, w *tenant, walk walk, all []string, size int) {
	t.Helper()
	paging := fmt.Sprintf("first: %d", size)
	for from := 0; ; from += size {
		to := min(from+size, len(all))
		got := p.page(t, w, walk, paging)
		got.check(t, paging, all, from, to)
		if to == len(all) || t.Failed() {
			return
		}
		paging = fmt.Sprintf("first: %d, after: %q", size, got.cursors[len(got.cursors)-1])
	}
}

// backwards reads all pages of a connection by last and before.
func (p place) backwards(t *testing.T, w *tenant, walk walk, all []string, size int) {
	t.Helper()
	paging := fmt.Sprintf("last: %d", size)
	for to := len(all); ; to -= size {
		from := max(0, to-size)
		got := p.page(t, w, walk, paging)
		got.check(t, paging, all, from, to)
		if from == 0 || t.Failed() {
			return
		}
		paging = fmt.Sprintf("last: %d, before: %q", size, got.cursors[0])
	}
}

// byOffset reads all pages of a connection by first and offset, and one more.
func (p place) byOffset(t *testing.T, w *tenant, walk walk, all []string, size int) {
	t.Helper()
	for from := 0; !t.Failed(); from += size {
		paging := fmt.Sprintf("first: %d, offset: %d", size, from)
		p.page(t, w, walk, paging).check(t, paging, all, min(from, len(all)), min(from+size, len(all)))
		if from >= len(all) {
			return
		}
	}
}

// run compares the whole connection, page by page, with the listing.
func (p place) run(t *testing.T, w *tenant, walk walk) {
	t.Helper()
	all := p.keys(t, w, walk)
	if (len(all) == 0) != walk.empty {
		t.Errorf("the listing has %d rows", len(all))
	}
	size := max(1, len(all)*3/5)
	p.forwards(t, w, walk, all, size)
	p.backwards(t, w, walk, all, size)
	p.byOffset(t, w, walk, all, size)
}

// keys answers the keys of all rows of the listing.
func (p place) keys(t *testing.T, w *tenant, walk walk) []string {
	t.Helper()
	client := walk.client
	if client == "" {
		client = admin
	}
	rows := w.list(t, client, p.rest, maps.Clone(walk.rest))
	keys := make([]string, len(rows))
	for i, row := range rows {
		keys[i] = p.keyOfRest(row)
	}
	return keys
}

func (p place) runAll(t *testing.T, w *tenant, walks []walk) {
	for _, walk := range walks {
		t.Run(walk.name, func(t *testing.T) {
			t.Parallel()
			p.run(t, w, walk)
		})
	}
}

// quoted writes a text as a string of the filter language of the REST API.
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

func quotedList(texts []string) string {
	list := make([]string, len(texts))
	for i, text := range texts {
		list[i] = quoted(text)
	}
	return "(" + strings.Join(list, ",") + ")"
}

// literal writes a text, a list of texts or another plain value as GraphQL has it.
func literal(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // of what tests write there, nothing
	}
	return string(text)
}
