package sandbox

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
)

// summariesAddUp checks that each response is one consistent snapshot.
func (n *tenant) summariesAddUp(decisions, people string) {
	var counted map[string]int
	var rows []map[string]any
	if json.Unmarshal([]byte(decisions), &counted) != nil || json.Unmarshal([]byte(people), &rows) != nil {
		n.t.Errorf("%.200s, %.200s", decisions, people)
	}
	for _, names := range decisionMembers {
		made, total := counted[names[0]+"DecisionsMade"], counted[names[0]+"DecisionsTotal"]
		if made != counted[names[1]+"Approved"]+counted[names[1]+"Revoked"] || made > total {
			n.t.Errorf("%s do not add up in %s", names[1], decisions)
		}
	}
}

// TestConcurrentUseStaysConsistent has many clients read, decide, reassign and sign off at once. Each listing has to be one
// consistent snapshot, and at the end the counters have to agree with the items.
func TestConcurrentUseStaysConsistent(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{Certifications: 60, Items: 3_000, TaskPace: time.Millisecond, GovernanceGroups: GovernanceGroupsServed})
	serve := func(method, path, body string) string {
		request := httptest.NewRequest(method, path, strings.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", "Bearer "+n.tokens["org-admin"])
		recorded := httptest.NewRecorder()
		n.ServeHTTP(recorded, request)
		if recorded.Code >= http.StatusInternalServerError {
			t.Errorf("%s %s: %d", method, path, recorded.Code)
		}
		return recorded.Body.String()
	}
	n.token("org-admin")
	state := n.state.Load()
	var ids []string
	itemsOf := map[string][]string{}
	for _, each := range state.certifications {
		ids = append(ids, each.id)
		for _, one := range each.items {
			itemsOf[each.id] = append(itemsOf[each.id], one.id)
		}
	}
	var workers sync.WaitGroup
	for worker := range 8 {
		workers.Go(func() {
			for i := range 120 {
				id := ids[(worker*31+i*7)%len(ids)]
				path := "/v3/certifications/" + id
				items := itemsOf[id]
				n.clock.advance(time.Millisecond)
				switch (worker + i) % 6 {
				case 0:
					serve("GET", "/v3/certifications?count=true&sorters=-signed,name&limit=20", "")
				case 1:
					serve("GET", path+"/access-review-items?sorters=access.name&count=true", "")
				case 2:
					if len(items) > 0 {
						one := items[i%len(items)]
						serve("POST", path+"/decide", fmt.Sprintf(`[{"id":%q,"decision":"APPROVE","bulk":true,"comments":"%d"}]`, one, i))
					}
				case 3:
					if len(items) > 0 {
						one := items[(i*3)%len(items)]
						serve("POST", path+"/reassign"+[]string{"", "-async"}[i%2],
							fmt.Sprintf(`{"reassign":[{"id":%q,"type":"ITEM"}],"reassignTo":%q,"reason":"x"}`, one, n.Clients()[i%len(n.Clients())].IdentityID))
					}
				case 4:
					serve("POST", path+"/sign-off", "")
				case 5:
					serve("GET", "/v3/certification-tasks", "")
					n.summariesAddUp(serve("GET", path+"/decision-summary", ""), serve("GET", path+"/identity-summaries?limit=250&count=true", ""))
					serve("GET", path+"/access-summaries/"+[]string{"ROLE", "ENTITLEMENT"}[i%2]+"?sorters=-access.name&count=true", "")
					serve("GET", "/v3/campaigns?detail="+[]string{"SLIM", "FULL"}[i%2]+"&sorters=created", "")
					serve("GET", "/v3/public-identities?limit=5&sorters=name", "")
					n.Writes()
					n.Campaigns()
				}
			}
		})
	}
	workers.Wait()
	n.clock.advance(time.Second)
	state.read(func(time.Time) {
		total := 0
		for _, each := range state.certifications {
			total += len(each.items)
			decided, completed, summaries := each.decided, each.identitiesCompleted, len(each.summaries)
			each.recount()
			if decided != each.decided || completed != each.identitiesCompleted || summaries != len(each.summaries) {
				t.Errorf("%s counted %d/%d/%d, its items say %d/%d/%d", each.id, decided, completed, summaries,
					each.decided, each.identitiesCompleted, len(each.summaries))
			}
		}
		if total != 3_000 {
			t.Errorf("%d items at the end of 3000", total)
		}
	})
	// The write journal says of each item where it is now and what was decided last.
	last := map[string]Write{}
	where := map[string]string{}
	for _, each := range n.Writes() {
		if each.Decision != "" {
			last[each.Item] = each
		}
		if each.MovedTo != "" {
			where[each.Item] = each.MovedTo
		}
	}
	if len(last) == 0 || len(where) == 0 {
		t.Fatalf("%d decisions, %d moves", len(last), len(where))
	}
	for _, each := range state.certifications {
		for _, one := range each.items {
			if moved, ok := where[one.id]; ok && moved != each.id {
				t.Errorf("item %s is in %s, the journal says %s", one.id, each.id, moved)
			}
			if write, ok := last[one.id]; ok && (string(one.decision) != write.Decision || *one.comments != write.Comments) {
				t.Errorf("item %s is %v, the journal says %v", one.id, one, write)
			}
		}
	}
}
