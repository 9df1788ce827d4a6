package graphtest

import (
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/upstream/sandbox"
)

// A Walk is a connection under one filter and order, and the REST listing whose rows it has to show.
type Walk struct {
	Name string
	// Arguments are those of the connection field, such as `filter: {phase: ACTIVE}`.
	Arguments string
	Rest      url.Values // query of the listing
	Client    string     // by default the administrator
	Empty     bool       // the listing has no rows
}

// A Place is a connection field at a place of the graph, and the REST listing that it shows.
type Place struct {
	Open, Close string // the text of the operation around the connection field
	Field       string
	Path        []any  // of the connection in the data
	Rest        string // path of the listing
	Operation   string // that serves it
	Type        string // the argument of that name, if there is one
	row         string // the fields to select of a row
	key         func(row any) string
	keyOfRest   func(Object) string
}

func rawIDOf(row any) string { return fmt.Sprint(At(row, "rawId")) }

func idOfRest(row Object) string { return fmt.Sprint(row["id"]) }

// PermissionsPath is the path of the longest listing of permissions.
const PermissionsPath = "/certifications/" + sandbox.LargeCertification + "/access-review-items/" + sandbox.LargePermissionsItem + "/permissions"

// The places of all connections of the schema.
var (
	CertificationsPlace = Place{
		Open: "{ ", Close: " }", Field: "certifications", Path: []any{"certifications"},
		Rest: "/certifications", Operation: "listIdentityCertifications", row: "rawId", key: rawIDOf, keyOfRest: idOfRest,
	}
	ItemsPlace = Place{
		Open: `{ certification(id: "` + sandbox.LargeCertification + `") { `, Close: " } }", Field: "reviewItems",
		Path: []any{"certification", "reviewItems"}, Rest: "/certifications/" + sandbox.LargeCertification + "/access-review-items", Operation: "listIdentityAccessReviewItems",
		row: "rawId", key: rawIDOf, keyOfRest: idOfRest,
	}
	ReviewersPlace = Place{
		Open: `{ certifications(filter: {ids: ["` + sandbox.CrowdCertification + `"]}) { nodes { `, Close: " } } }", Field: "reviewers",
		Path: []any{"certifications", "nodes", 0, "reviewers"}, Rest: "/certifications/" + sandbox.CrowdCertification + "/reviewers", Operation: "listCertificationReviewers",
		row: "rawId", key: rawIDOf, keyOfRest: idOfRest,
	}
	PermissionsPlace = Place{
		Open:  `{ node(id: "` + ItemID(sandbox.LargeCertification, sandbox.LargePermissionsItem) + `") { ... on AccessReviewItem { `,
		Close: " } } }", Field: "permissions", Path: []any{"node", "permissions"}, Rest: PermissionsPath, row: "target rights", Operation: "getIdentityCertificationItemPermissions",
		key:       func(row any) string { return fmt.Sprint(At(row, "target"), At(row, "rights")) },
		keyOfRest: func(row Object) string { return fmt.Sprint(row["target"], row["rights"]) },
	}
	TasksPlace = Place{
		Open: "{ ", Close: " }", Field: "pendingCertificationTasks", Path: []any{"pendingCertificationTasks"},
		Rest: "/certification-tasks", Operation: "getPendingCertificationTasks", row: "rawId", key: rawIDOf, keyOfRest: idOfRest,
	}
	CampaignsPlace = Place{
		Open: "{ ", Close: " }", Field: "campaigns", Path: []any{"campaigns"},
		Rest: "/campaigns", Operation: "getActiveCampaigns", row: "rawId", key: rawIDOf, keyOfRest: idOfRest,
	}
	IdentitiesPlace = Place{
		Open: "{ ", Close: " }", Field: "identities", Path: []any{"identities"},
		Rest: "/public-identities", Operation: "getPublicIdentities", row: "rawId", key: rawIDOf, keyOfRest: idOfRest,
	}
	IdentitySummariesPlace = Place{
		Open: `{ certification(id: "` + sandbox.LargeCertification + `") { `, Close: " } }", Field: "identitySummaries",
		Path: []any{"certification", "identitySummaries"}, Rest: "/certifications/" + sandbox.LargeCertification + "/identity-summaries", Operation: "getIdentitySummaries",
		row: "rawId", key: rawIDOf, keyOfRest: idOfRest,
	}
)

// AccessSummariesPlace returns the place of the access of one type.
func AccessSummariesPlace(kind string) Place {
	return Place{
		Open: `{ certification(id: "` + sandbox.LargeCertification + `") { `, Close: " } }", Field: "accessSummaries",
		Path: []any{"certification", "accessSummaries"}, Rest: "/certifications/" + sandbox.LargeCertification + "/access-summaries/" + kind, Operation: "getIdentityAccessSummaries",
		Type: kind, row: "access { rawId }",
		key:       func(row any) string { return fmt.Sprint(At(row, "access", "rawId")) },
		keyOfRest: func(row Object) string { return fmt.Sprint(At(row, "access", "id")) },
	}
}

// Below returns the place of a field below the first row of a page of this one, and the listing that it shows.
func (p Place) Below(arguments string, below Place) Place {
	below.Open = p.Open + p.Field + "(" + arguments + ") { nodes { "
	below.Close = " } }" + p.Close
	below.Path = append(slices.Clone(p.Path), "nodes", 0, below.Field)
	return below
}

// A Page is one page of a connection.
type Page struct {
	Keys, Cursors []string // of its rows
	Info          Object   // pageInfo
	Total         any      // totalCount
}

// Arguments returns arguments of the connection field, with those that it must have.
func (p Place) Arguments(others string) string {
	if p.Type == "" {
		return others
	}
	return "type: " + p.Type + " " + others
}

// Page reads a connection with paging arguments such as `first: 10`. If they have an offset, as tables
// with page numbers do, it also reads the rows without their edges and compares the two.
func (p Place) Page(t *testing.T, w *Tenant, walk Walk, paging string) Page {
	t.Helper()
	client := walk.Client
	if client == "" {
		client = Admin
	}
	selection := "edges { cursor node { " + p.row + " } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount "
	withNodes := strings.Contains(paging, "offset")
	if withNodes {
		selection += "nodes { " + p.row + " } "
	}
	query := p.Open + p.Field + "(" + p.Arguments(paging+" "+walk.Arguments) + ") { " + selection + "}" + p.Close
	a := w.Ask(t, client, query, nil)
	a.OK(t)
	connection := a.At(p.Path...)
	got := Page{Info: At(connection, "pageInfo").(Object), Total: At(connection, "totalCount")}
	edges := At(connection, "edges").([]any)
	for _, edge := range edges {
		got.Keys = append(got.Keys, p.key(At(edge, "node")))
		got.Cursors = append(got.Cursors, At(edge, "cursor").(string))
	}
	if nodes := Column(edges, "node"); withNodes && !reflect.DeepEqual(nodes, At(connection, "nodes")) {
		t.Errorf("%s: nodes are not the nodes of the edges", paging)
	}
	return got
}

// Check fails the test unless a page has the rows of the listing from one position to before another.
func (got Page) Check(t *testing.T, paging string, all []string, from, to int) {
	t.Helper()
	if want := all[from:to]; len(want)+len(got.Keys) > 0 && !reflect.DeepEqual(want, got.Keys) {
		t.Errorf("%s (-REST +GraphQL):\n%.1500s", paging, gocmp.Diff(want, got.Keys))
		return
	}
	want := Object{"hasNextPage": to < len(all), "hasPreviousPage": from > 0, "startCursor": nil, "endCursor": nil}
	if n := len(got.Cursors); n > 0 {
		want["startCursor"], want["endCursor"] = got.Cursors[0], got.Cursors[n-1]
	}
	if diff := gocmp.Diff(want, got.Info); diff != "" {
		t.Errorf("%s: pageInfo (-want +got):\n%s", paging, diff)
	}
	if got.Total != float64(len(all)) {
		t.Errorf("%s: totalCount is %v, want %d", paging, got.Total, len(all))
	}
}

// Forwards reads and checks all pages of a connection by first and after.
func (p Place) Forwards(t *testing.T, w *Tenant, walk Walk, all []string, size int) {
	t.Helper()
	paging := fmt.Sprintf("first: %d", size)
	for from := 0; ; from += size {
		to := min(from+size, len(all))
		got := p.Page(t, w, walk, paging)
		got.Check(t, paging, all, from, to)
		if to == len(all) || t.Failed() {
			return
		}
		paging = fmt.Sprintf("first: %d, after: %q", size, got.Cursors[len(got.Cursors)-1])
	}
}

// Backwards reads and checks all pages of a connection by last and before.
func (p Place) Backwards(t *testing.T, w *Tenant, walk Walk, all []string, size int) {
	t.Helper()
	paging := fmt.Sprintf("last: %d", size)
	for to := len(all); ; to -= size {
		from := max(0, to-size)
		got := p.Page(t, w, walk, paging)
		got.Check(t, paging, all, from, to)
		if from == 0 || t.Failed() {
			return
		}
		paging = fmt.Sprintf("last: %d, before: %q", size, got.Cursors[0])
	}
}

// ByOffset reads and checks all pages of a connection by first and offset, and one after the last.
func (p Place) ByOffset(t *testing.T, w *Tenant, walk Walk, all []string, size int) {
	t.Helper()
	for from := 0; !t.Failed(); from += size {
		paging := fmt.Sprintf("first: %d, offset: %d", size, from)
		p.Page(t, w, walk, paging).Check(t, paging, all, min(from, len(all)), min(from+size, len(all)))
		if from >= len(all) {
			return
		}
	}
}

// run compares the whole connection with the listing, in all ways of paging.
func (p Place) run(t *testing.T, w *Tenant, walk Walk) {
	t.Helper()
	all := p.Keys(t, w, walk)
	if (len(all) == 0) != walk.Empty {
		t.Errorf("the listing has %d rows", len(all))
	}
	size := max(1, len(all)*3/5)
	p.Forwards(t, w, walk, all, size)
	p.Backwards(t, w, walk, all, size)
	p.ByOffset(t, w, walk, all, size)
}

// Keys returns the keys of all rows of the listing.
func (p Place) Keys(t *testing.T, w *Tenant, walk Walk) []string {
	t.Helper()
	client := walk.Client
	if client == "" {
		client = Admin
	}
	rows := w.List(t, client, p.Rest, maps.Clone(walk.Rest))
	keys := make([]string, len(rows))
	for i, row := range rows {
		keys[i] = p.keyOfRest(row)
	}
	return keys
}

// RunAll compares the connection with the listing for each of the walks, in subtests.
func (p Place) RunAll(t *testing.T, w *Tenant, walks []Walk) {
	for _, walk := range walks {
		t.Run(walk.Name, func(t *testing.T) {
			t.Parallel()
			p.run(t, w, walk)
		})
	}
}
