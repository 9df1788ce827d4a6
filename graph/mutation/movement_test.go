package mutation_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph"
	"certql/graph/graphtest"
	"certql/graph/relay"
	"certql/upstream"
	"certql/upstream/sandbox"
)

// movedMutation selects everything that a payload shows of a reassignment.
const movedMutation = `mutation ($input: ReassignReviewItemsInput!) { reassignReviewItems(input: $input) {
	certification { rawId decisionsTotal } newCertification { rawId decisionsTotal reviewer { rawId } reassignment { comment } }
	reassignedItemIds reassignedIdentitySummaryIds errors { code message field ids trackingId } } }`

// summaryReferences returns references to identity summaries of the large certification, as an input has them:
// in either form, of both types.
func summaryReferences(ids ...string) []any {
	refs := make([]any, len(ids))
	for i, id := range ids {
		refs[i] = graphtest.Object{"id": id, "type": "IDENTITY_SUMMARY"}
		if i%2 == 1 {
			refs[i] = graphtest.Object{"id": globalSummaries(id)[0], "type": "TARGET_SUMMARY"}
		}
	}
	return refs
}

// bySummary returns the undecided items of the large certification, by their summaries in the order of the
// items.
func bySummary(t *testing.T, w *graphtest.Tenant) (summaries []string, items map[string][]string) {
	t.Helper()
	items = map[string][]string{}
	for _, row := range w.List(t, graphtest.Admin, graphtest.ItemsPlace.Rest, graphtest.Filters("completed eq false")) {
		id := graphtest.At(row, "identitySummary", "id").(string)
		if items[id] == nil {
			summaries = append(summaries, id)
		}
		items[id] = append(items[id], row["id"].(string))
	}
	return summaries, items
}

// globalItems returns the global ids of items of the large certification.
func globalItems(ids ...string) []any {
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = graphtest.ItemID(sandbox.LargeCertification, id)
	}
	return list
}

// globalSummaries returns the global ids of summaries of the large certification.
func globalSummaries(ids ...string) []any {
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = relay.EncodeID("IdentitySummary", sandbox.LargeCertification, id)
	}
	return list
}

// several returns the summaries that have more than one undecided item.
func several(summaries []string, items map[string][]string) []string {
	return slices.DeleteFunc(slices.Clone(summaries), func(id string) bool { return len(items[id]) < 2 })
}

// A payload shows which items and which identities left the certification, and where they went. What is
// decided stays, and so does the summary that it belongs to.
func TestAMoveShowsWhatLeft(t *testing.T) {
	t.Parallel()
	for _, target := range []bool{false, true} {
		t.Run(fmt.Sprintf("the upstream returns the new certification=%v", target), func(t *testing.T) {
			t.Parallel()
			w := graphtest.NewTenant(t, graphtest.Setup{Sandbox: sandbox.Config{Certifications: 40, Items: 2_000, ReassignReturnsTarget: target}})
			summaries, items := bySummary(t, w)
			some := several(summaries, items)
			whole, decided, parted, emptied := some[0], some[1], some[2], some[3]
			w.Clock.Advance(time.Minute)
			w.Ask(t, graphtest.Admin, graphtest.DecideMutation, decisions(items[decided][:1], nil)).OK(t)
			before := w.Read(t, graphtest.Admin, "/certifications/"+sandbox.LargeCertification)["decisionsTotal"].(float64)

			w.Clock.Advance(time.Minute)
			single := append([]string{items[parted][0]}, items[emptied]...)
			single[1] = graphtest.ItemID(sandbox.LargeCertification, single[1]) // in either form
			input := graphtest.References(graphtest.Reviewer2, "On leave", append(graphtest.ItemReferences(single), summaryReferences(whole, decided)...)...)
			payload := graphtest.At(w.Ask(t, graphtest.Admin, movedMutation, input).OK(t), "reassignReviewItems")
			wantRefusals(t, payload)

			left := slices.Concat([]string{items[parted][0]}, items[emptied], items[whole], items[decided][1:])
			got, _ := graphtest.At(payload, "reassignedItemIds").([]any)
			byText := func(a, b any) int { return strings.Compare(a.(string), b.(string)) }
			want := globalItems(left...)
			slices.SortFunc(want, byText)
			slices.SortFunc(got, byText)
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("reassignedItemIds (-want +got):\n%s", diff)
			}
			w.WantWritten(t, append(left, items[decided][0])) // and no other
			if diff := gocmp.Diff(any(globalSummaries(whole, emptied)), graphtest.At(payload, "reassignedIdentitySummaryIds")); diff != "" {
				t.Errorf("reassignedIdentitySummaryIds (-want +got):\n%s", diff)
			}
			moved := float64(len(left))
			if diff := gocmp.Diff(any(graphtest.Object{"rawId": sandbox.LargeCertification, "decisionsTotal": before - moved}), graphtest.At(payload, "certification")); diff != "" {
				t.Errorf("certification (-want +got):\n%s", diff)
			}
			writes := w.Sandbox.Writes()
			wantNew := graphtest.Object{
				"rawId": writes[len(writes)-1].MovedTo, "decisionsTotal": moved,
				"reviewer": graphtest.Object{"rawId": graphtest.Reviewer2}, "reassignment": graphtest.Object{"comment": "On leave"},
			}
			if diff := gocmp.Diff(any(wantNew), graphtest.At(payload, "newCertification")); diff != "" {
				t.Errorf("newCertification (-want +got):\n%s", diff)
			}
		})
	}
}

// Nothing is said to have left if nothing was moved, and nothing is said at all if that is not known.
func TestARefusedMoveShowsNothing(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	item := w.UndecidedItem(t)
	show := func(to string, faults ...sandbox.Fault) any {
		t.Helper()
		w.Fault(t, faults...)
		payload := graphtest.At(w.Ask(t, graphtest.Admin, movedMutation, graphtest.References(to, "On leave", graphtest.ItemReferences([]string{item})...)).OK(t), "reassignReviewItems")
		if graphtest.At(payload, "errors", 0) == nil {
			t.Error("there is no error")
		}
		delete(payload.(graphtest.Object), "errors")
		return payload
	}
	nothing := graphtest.Object{"certification": nil, "newCertification": nil, "reassignedItemIds": []any{}, "reassignedIdentitySummaryIds": []any{}}
	unknown := graphtest.Object{"certification": nil, "newCertification": nil, "reassignedItemIds": nil, "reassignedIdentitySummaryIds": nil}
	for _, each := range []struct {
		name string
		got  any
		want graphtest.Object
	}{
		{"refused by the gateway", show(""), nothing},
		{"refused by the upstream", show("nobody"), nothing},
		{"not applied so far", show(graphtest.Reviewer2, cut("reassignIdentityCertifications", sandbox.BeforeApplying)), unknown},
	} {
		if diff := gocmp.Diff(any(each.want), each.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", each.name, diff)
		}
	}
}

// A move whose response was lost, but which has proved to be applied, shows the same as one with a response.
func TestAMoveWithoutResponseShowsWhatLeft(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	summaries, items := bySummary(t, w)
	w.Clock.Advance(time.Minute)
	w.Fault(t, cut("reassignIdentityCertifications", sandbox.AfterApplying))
	payload := graphtest.At(w.Ask(t, graphtest.Admin, movedMutation, graphtest.References(graphtest.Reviewer2, "On leave", graphtest.ItemReferences(items[summaries[0]])...)).OK(t), "reassignReviewItems")
	wantRefusals(t, payload)
	if diff := gocmp.Diff(any(globalItems(items[summaries[0]]...)), graphtest.At(payload, "reassignedItemIds")); diff != "" {
		t.Errorf("reassignedItemIds (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff(any(globalSummaries(summaries[0])), graphtest.At(payload, "reassignedIdentitySummaryIds")); diff != "" {
		t.Errorf("reassignedIdentitySummaryIds (-want +got):\n%s", diff)
	}
	if got, want := graphtest.At(payload, "newCertification", "rawId"), w.Sandbox.Writes()[0].MovedTo; got != want {
		t.Errorf("newCertification is %v, want %v", got, want)
	}
}

// What cannot be read of a move is null, with an error at its place if there is a reason that the caller can
// see. The move itself is not affected.
func TestWhatCannotBeReadOfAMoveIsNull(t *testing.T) {
	t.Parallel()
	failing := func(operation string, status int) sandbox.Fault {
		return sandbox.Fault{Operation: operation, Kind: sandbox.FaultStatus, Status: status}
	}
	const items, summaries, certifications = "listIdentityAccessReviewItems", "getIdentitySummaries", "listIdentityCertifications"
	for _, each := range []struct {
		name   string
		caller string
		fault  sandbox.Fault
		member string
		want   []string // problems
	}{
		{"items", graphtest.Admin, failing(items, 403), "reassignedItemIds", []string{"FORBIDDEN at a", "FORBIDDEN at b"}},
		{"the summaries of items", graphtest.Admin, failing(items, 403), "reassignedIdentitySummaryIds", []string{"FORBIDDEN at a", "FORBIDDEN at b"}},
		{"summaries", graphtest.Admin, failing(summaries, 500), "reassignedIdentitySummaryIds", []string{"UPSTREAM_UNAVAILABLE at a", "UPSTREAM_UNAVAILABLE at b"}},
		{
			"a summary that the upstream hides", graphtest.Admin,
			sandbox.Fault{Operation: summaries, Kind: sandbox.FaultListing, Listing: sandbox.ListingFault{HideEvery: 1}},
			"reassignedIdentitySummaryIds", nil,
		},
		{
			"a summary that the upstream hides and does not count", graphtest.Admin,
			sandbox.Fault{Operation: summaries, Kind: sandbox.FaultListing, Listing: sandbox.ListingFault{HideEvery: 1, Uncounted: true}},
			"reassignedIdentitySummaryIds", nil,
		},
		{
			"the summary of an item that the upstream hides", graphtest.Admin,
			sandbox.Fault{Operation: items, Kind: sandbox.FaultListing, Listing: sandbox.ListingFault{HideEvery: 1}},
			"reassignedIdentitySummaryIds", nil,
		},
		{"a row without an identifier", graphtest.Admin, sandbox.Fault{Operation: summaries, Kind: sandbox.FaultAbsent, Fields: []string{".id"}}, "reassignedIdentitySummaryIds", []string{"UPSTREAM_INVALID at a", "UPSTREAM_INVALID at b"}},
		{"the new certification", graphtest.Admin, failing(certifications, 500), "newCertification { id }", []string{"UPSTREAM_UNAVAILABLE at a", "UPSTREAM_UNAVAILABLE at b"}},
		{"the new certification, which is refused", graphtest.Admin, failing(certifications, 403), "newCertification { id }", nil},
		{"another reviewer's certifications", "reviewer-1", sandbox.Fault{}, "newCertification { id }", nil},
	} {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			w := graphtest.NewTenant(t, graphtest.Setup{})
			ids, byID := bySummary(t, w)
			some := several(ids, byID)
			refs := append(graphtest.ItemReferences(byID[some[0]][:1]), summaryReferences(some[1])...)
			w.Clock.Advance(time.Minute)
			if each.fault.Kind != "" {
				w.Fault(t, each.fault)
			}
			a := w.Ask(t, each.caller, `mutation ($input: ReassignReviewItemsInput!) { reassignReviewItems(input: $input) { certification { rawId } errors { code }
				a: `+each.member+" b: "+each.member+" } }", graphtest.References(graphtest.Reviewer2, "On leave", refs...))
			for i := range each.want {
				each.want[i] = strings.Replace(each.want[i], " at ", " at reassignReviewItems.", 1)
			}
			a.WantProblems(t, each.want...)
			if diff := gocmp.Diff(any(graphtest.Object{"certification": graphtest.Object{"rawId": sandbox.LargeCertification}, "errors": []any{}, "a": nil, "b": nil}), a.At("reassignReviewItems")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			w.WantWritten(t, append(byID[some[1]], byID[some[0]][0]))
		})
	}
}

// The new certification is found among those of the new reviewer, whether the move made it or an earlier one
// did.
func TestTheNewCertificationIsTheOneOfTheMove(t *testing.T) {
	t.Parallel()
	for _, split := range []bool{false, true} {
		for _, off := range []bool{false, true} {
			t.Run(fmt.Sprintf("each move makes one=%v, precheck=%v", split, !off), func(t *testing.T) {
				t.Parallel()
				w := graphtest.NewTenant(t, graphtest.Setup{
					Sandbox:   sandbox.Config{Certifications: 40, Items: 2_000, SplitSummaries: split},
					ToGateway: func(c *graph.Config) { c.Precheck = !off },
				})
				items := w.UndecidedItems(t, 3)
				made := map[any]bool{}
				for i, reason := range []string{"On leave", "On leave", "Back again"} {
					w.Clock.Advance(time.Minute)
					payload := graphtest.At(w.Ask(t, graphtest.Admin, movedMutation, graphtest.References(graphtest.Reviewer2, reason, graphtest.ItemReferences(items[i:i+1])...)).OK(t), "reassignReviewItems")
					want := any(w.Sandbox.Writes()[i].MovedTo)
					made[want] = true
					if split && off && i == 1 {
						want = nil // both say the same of where they come from
					}
					if got := graphtest.At(payload, "newCertification", "rawId"); got != want {
						t.Errorf("after move %d it is %v, want %v", i, got, want)
					}
				}
				if want := map[bool]int{true: 3, false: 1}[split]; len(made) != want {
					t.Errorf("%d certifications were made", len(made))
				}
			})
		}
	}
}

// More items than a payload lists are moved all the same. The sandbox has no identity with so many: their
// number is that of a tenant which says so.
func TestAMoveOfVeryManyItemsListsNone(t *testing.T) {
	t.Parallel()
	for total, lists := range map[string]bool{"1000": true, "1001": false, "": true} {
		t.Run("of "+total, func(t *testing.T) {
			t.Parallel()
			w := graphtest.NewTenant(t, graphtest.Setup{Front: func(sandbox http.Handler) http.Handler {
				return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					if strings.Contains(r.URL.Query().Get("filters"), "identitySummary.id") {
						rw = counted{rw, total}
					}
					sandbox.ServeHTTP(rw, r)
				})
			}})
			summaries, items := bySummary(t, w)
			payload := graphtest.At(w.Ask(t, graphtest.Admin, movedMutation, graphtest.References(graphtest.Reviewer2, "On leave", summaryReferences(summaries[0])...)).OK(t), "reassignReviewItems")
			wantRefusals(t, payload)
			w.WantWritten(t, items[summaries[0]])
			var want any
			if lists {
				want = globalItems(items[summaries[0]]...)
			}
			if diff := gocmp.Diff(want, graphtest.At(payload, "reassignedItemIds")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A counted response says how many rows its list has, or nothing of it if the total is empty.
type counted struct {
	http.ResponseWriter
	total string
}

func (c counted) WriteHeader(status int) {
	c.Header().Del("X-Total-Count")
	if c.total != "" {
		c.Header().Set("X-Total-Count", c.total)
	}
	c.ResponseWriter.WriteHeader(status)
}

// What a payload shows of a move takes the calls that the schema says.
func TestWhatAMoveShowsTakesItsCalls(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{Sandbox: sandbox.Config{Certifications: 1, Items: 3_000}})
	summaries, items := bySummary(t, w)
	slices.SortFunc(summaries, func(a, b string) int { return len(items[a]) - len(items[b]) })
	few := summaryReferences(summaries[0])
	many, count := []any{}, 0
	for i := len(summaries) - 1; count <= 250; i-- {
		many, count = append(many, summaryReferences(summaries[i])...), count+len(items[summaries[i]])
	}
	single := graphtest.ItemReferences(items[summaries[0]][:1])
	const precheckAndMove = 2
	for _, each := range []struct {
		name, shown string
		refs        []any
		calls       int
	}{
		{"the certification", "certification { id }", many, 0},
		{"single items", "reassignedItemIds", single, 0},
		{"the items of an identity", "reassignedItemIds", few, 1},
		{"more than 250 items of identities", "a: reassignedItemIds b: reassignedItemIds", many, (count + 249) / 250},
		{"identities", "reassignedIdentitySummaryIds", many, 1},
		{"the identities of single items", "a: reassignedIdentitySummaryIds b: reassignedIdentitySummaryIds", single, 2},
		{"the new certification", "a: newCertification { id } b: newCertification { name }", few, 1},
		{"everything", "certification { id } newCertification { id } reassignedItemIds reassignedIdentitySummaryIds", slices.Concat(single, summaryReferences(summaries[1])), 1 + 2 + 1},
		{"what is below the new certification", "newCertification { reviewItems { nodes { certification { name } } } reassignment { from { certification { name } } } }", few, 1 + 1},
	} {
		t.Run(each.name, func(t *testing.T) {
			w.Sandbox.Reset()
			w.Clock.Advance(time.Minute)
			query := `mutation ($input: ReassignReviewItemsInput!) { reassignReviewItems(input: $input) { errors { code } ` + each.shown + " } }"
			a := w.Extended(t, nil, graphtest.Object{"query": query, "variables": graphtest.References(graphtest.Reviewer2, "On leave", each.refs...)})
			if a.Data == nil || len(a.Errors) > 0 || strings.Contains(a.Text, `"code"`) {
				t.Fatal(a.Text)
			}
			if got := w.Calls(); got != precheckAndMove+each.calls || a.Extensions.Upstream.EstimatedCalls < got {
				t.Errorf("%d calls, want %d; estimated %d: %v", got, precheckAndMove+each.calls, a.Extensions.Upstream.EstimatedCalls, w.Sandbox.Requests().Counts)
			}
		})
	}
}

// Where an identity is shown with the decided items, it is completed once its last item is decided, whatever
// was in the cache before.
func TestAnIdentityIsCompletedWithItsLastItem(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{ToUpstream: func(c *upstream.Config) { c.CacheTTL = time.Hour }})
	summaries, items := bySummary(t, w)
	one := items[several(summaries, items)[0]]
	for i, id := range one {
		node := graphtest.Object{"id": graphtest.ItemID(sandbox.LargeCertification, id)}
		const read = "query ($id: ID!) { node(id: $id) { ... on AccessReviewItem { identity { completed } } } }"
		if before := w.Ask(t, graphtest.Admin, read, node).At("node", "identity", "completed"); before != false {
			t.Errorf("before decision %d it is %v", i, before)
		}
		a := w.Ask(t, graphtest.Admin, `mutation ($input: DecideReviewItemsInput!) { decideReviewItems(input: $input) { decidedItems { identity { completed } } } }`, decisions([]string{id}, nil))
		a.OK(t)
		if got, want := a.At("decideReviewItems", "decidedItems", 0, "identity", "completed"), i == len(one)-1; got != want {
			t.Errorf("after decision %d of %d it is %v", i+1, len(one), got)
		}
	}
}
