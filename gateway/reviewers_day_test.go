package gateway

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
)

// A day is a reviewer's work with the operations of docs/portals.md, and what each of them cost.
type day struct {
	*program
	operations []string
	token      string
	calls      []int
}

// send sends one of the operations, reads its data, and notes its calls.
func (d *day) send(t *testing.T, operation int, variables map[string]any, data any) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": d.operations[operation], "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	r := request(t, http.MethodPost, d.url(t, "GraphQL")+"/graphql", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+d.token)
	var got struct {
		Data       json.RawMessage
		Errors     []any
		Extensions struct{ Upstream struct{ Calls int } }
	}
	status, text := d.program.send(t, r)
	if json.Unmarshal(text, &got) != nil || len(got.Errors) > 0 || json.Unmarshal(got.Data, data) != nil {
		t.Fatalf("operation %d: status %d: %.2000s", operation, status, text)
	}
	d.calls = append(d.calls, got.Extensions.Upstream.Calls)
}

// The four operations of a reviewer's day do what docs/portals.md says, by as many calls as it says.
func TestAReviewersDayTakesFourOperations(t *testing.T) {
	p := start(t, "--sandbox-certifications=12", "--sandbox-items=3200")
	d := &day{program: p, operations: blocksOf(t, "docs/portals.md", "graphql with variables"), token: p.token(t, strings.TrimSuffix(p.url(t, "Upstream"), "/v3"), "reviewer-1")}
	if len(d.operations) != 4 {
		t.Fatalf("docs/portals.md has %d operations with variables", len(d.operations))
	}

	type numbers struct{ Made, Total, Approved, Revoked int }
	var queue struct {
		Viewer         struct{ PublicIdentity struct{ Name string } }
		Certifications struct {
			Nodes []struct {
				ID                            string
				DecisionsMade, DecisionsTotal int
			}
		}
	}
	d.send(t, 0, nil, &queue)
	if queue.Viewer.PublicIdentity.Name != "Priya Raman" {
		t.Errorf("the viewer is %q", queue.Viewer.PublicIdentity.Name)
	}
	rows := queue.Certifications.Nodes
	i := slices.IndexFunc(rows, func(c struct {
		ID                            string
		DecisionsMade, DecisionsTotal int
	},
	) bool {
		return c.DecisionsTotal >= 200 && c.DecisionsTotal < 250
	})
	if i < 0 {
		t.Fatalf("no certification has about 200 items: %+v", rows)
	}
	id, total := rows[i].ID, rows[i].DecisionsTotal

	var review struct {
		Certification struct {
			IdentitySummaries struct {
				Nodes []struct {
					ID string
				}
			}
			DecisionSummary struct{ All numbers }
			ReviewItems     struct {
				Nodes []struct {
					ID       string
					Identity struct{ ID string }
				}
			}
		}
	}
	d.send(t, 1, map[string]any{"id": id}, &review)
	sidebar := map[string]bool{}
	for _, each := range review.Certification.IdentitySummaries.Nodes {
		sidebar[each.ID] = true
	}
	var decisions []any
	revoked := 0
	for i, item := range review.Certification.ReviewItems.Nodes {
		if !sidebar[item.Identity.ID] {
			t.Fatalf("item %s is of nobody in the sidebar", item.ID)
		}
		decision := "APPROVE"
		if i%7 == 0 {
			decision = "REVOKE"
			revoked++
		}
		decisions = append(decisions, map[string]any{"itemId": item.ID, "decision": decision, "comment": "As discussed", "bulk": true})
	}
	if len(decisions) != total || review.Certification.DecisionSummary.All.Total != total {
		t.Errorf("%d items, and %d are counted, of %d", len(decisions), review.Certification.DecisionSummary.All.Total, total)
	}

	var decided struct {
		DecideReviewItems struct {
			DecidedItemIDs []string `json:"decidedItemIds"`
			Certification  struct {
				DecisionsMade   int
				DecisionSummary struct{ All numbers }
			}
		}
	}
	d.send(t, 2, map[string]any{"input": map[string]any{"certificationId": id, "decisions": decisions}}, &decided)
	want := numbers{total, total, total - revoked, revoked}
	if got := decided.DecideReviewItems; len(got.DecidedItemIDs) != total || got.Certification.DecisionsMade != total || got.Certification.DecisionSummary.All != want {
		t.Errorf("%d decided, %d made, %+v; want %+v", len(got.DecidedItemIDs), got.Certification.DecisionsMade, got.Certification.DecisionSummary.All, want)
	}

	var signed struct {
		SignOffCertification struct {
			Certification struct{ Phase string }
		}
	}
	d.send(t, 3, map[string]any{"id": id}, &signed)
	if phase := signed.SignOffCertification.Certification.Phase; phase != "SIGNED" {
		t.Errorf("the phase is %q", phase)
	}
	told, err := os.ReadFile("docs/portals.md")
	if err != nil {
		t.Fatal(err)
	}
	if want := []int{2, 4, 3, 2}; !slices.Equal(d.calls, want) || !bytes.Contains(told, []byte("they take 2, 4, 3 and 2 REST calls.")) {
		t.Errorf("the operations took %v calls, want %v as docs/portals.md says", d.calls, want)
	}
}
