package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"certql/testenv"

	"github.com/google/go-cmp/cmp"
)

// peopleWhere returns the ids of the people for whom holds returns true, in their order.
func (n *tenant) peopleWhere(holds func(*identity) bool) []any {
	found := []any{}
	for _, each := range n.state.Load().directory {
		if holds(each) {
			found = append(found, each.id)
		}
	}
	return found
}

// starts reports whether a text begins with another, whatever the letter case. What is empty is null.
func starts(text, with string) bool {
	return text != "" && strings.HasPrefix(strings.ToLower(text), strings.ToLower(with))
}

// People are found by names that no row has, and filters may be joined by "or" and parentheses.
func TestPeopleAreFoundAsOneTypes(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	for filter, holds := range map[string]func(*identity) bool{
		`firstname sw "ana"`:         func(i *identity) bool { return starts(i.firstName, "ana") },
		`firstname eq "ANA"`:         func(i *identity) bool { return strings.EqualFold(i.firstName, "ana") },
		`lastname eq "de la cruz"`:   func(i *identity) bool { return strings.EqualFold(i.lastName, "de la cruz") },
		`lastname sw "O'"`:           func(i *identity) bool { return starts(i.lastName, "O'") },
		`lastname eq "\"Smith\""`:    func(i *identity) bool { return i.lastName == `"Smith"` },
		`firstname eq "Back\\slash"`: func(i *identity) bool { return i.firstName == `Back\slash` },
		`alias eq "EXAMPLE\\bsmith"`: func(i *identity) bool { return i.login == `EXAMPLE\bsmith` },
		`firstname sw "ana" or lastname sw "ana" or alias sw "ana" or email sw "ana"`: func(i *identity) bool {
			return starts(i.firstName, "ana") || starts(i.lastName, "ana") || starts(i.login, "ana") || starts(i.email, "ana")
		},
		`(firstname eq "Ana" or firstname sw "Ana María") and lastname sw "de la"`: func(i *identity) bool {
			return (i.firstName == "Ana" || starts(i.firstName, "Ana María")) && starts(i.lastName, "de la")
		},
		`firstname eq "Ana" or firstname eq "Joana" and lastname eq "Prado"`: func(i *identity) bool {
			return i.firstName == "Ana" || i.firstName == "Joana" && i.lastName == "Prado"
		},
		`alias sw ""`:      func(i *identity) bool { return i.login != "" },
		`lastname sw ""`:   func(i *identity) bool { return i.lastName != "" },
		`firstname sw "王"`: func(*identity) bool { return false },
	} {
		want := n.peopleWhere(holds)
		got := ids(n.listAll("reviewer-1", withQuery("/v3/public-identities", "filters", filter)))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", filter, diff)
		}
		if len(want) == 0 && !strings.Contains(filter, "王") {
			t.Errorf("%s finds nobody", filter)
		}
	}
	for _, filter := range []string{
		`name eq "Ana Bauer"`, `name sw "Ana"`, `displayName eq "x"`, `firstname co "ana"`, `alias in ("x")`, `email in ("x")`, `email ne "x"`,
		`manager.id eq "x"`, `status eq "Active"`, `identityState eq "ACTIVE"`, `email isnull`, `pr email`, `not alias eq "x"`,
		`firstName eq "Ana"`, `lastname eq Ana`, `alias eq "x" or`,
	} {
		n.do("org-admin", "GET", withQuery("/v3/public-identities", "filters", filter), nil).refused(400, "400.1")
	}
	for row := range slices.Values(n.listAll("idle", "/v3/public-identities")) {
		for _, member := range []string{"firstname", "lastname", "firstName", "lastName"} {
			if _, ok := row[member]; ok {
				t.Fatalf("a row has %s", member)
			}
		}
	}
}

// The filter by name is one that a tenant may have.
func TestPeopleAreFoundByNameIfTheTenantAllowsIt(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{Certifications: 20, PublicNameFilter: true})
	want := n.peopleWhere(func(i *identity) bool { return starts(i.name, "ana b") || starts(i.email, "ana b") })
	got := ids(n.listAll("idle", withQuery("/public-identities/v1", "filters", `name sw "ana b" or email sw "ana b"`)))
	if diff := cmp.Diff(want, got); diff != "" || len(want) != 2 {
		t.Errorf("%d people (-want +got):\n%s", len(want), diff)
	}
}

func TestCoreFiltersLeaveOutWhoIsNotFit(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	left := map[string]int{}
	want := n.peopleWhere(func(i *identity) bool {
		reasons := map[string]bool{
			"uncorrelated": i.uncorrelated && !i.protected, "spadmin": i.login == "spadmin", "cloudadmin": i.login == "cloudadmin",
			"no user name": i.login == "", "no last name": i.lastName == "", "no email": i.email == "",
		}
		out := false
		for reason, holds := range reasons {
			if holds {
				left[reason]++
				out = true
			}
		}
		return !out
	})
	if diff := cmp.Diff(want, ids(n.listAll("reviewer-1", "/v3/public-identities?add-core-filters=true"))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(left) != 6 {
		t.Errorf("left out: %v", left)
	}
	all := n.peopleWhere(func(*identity) bool { return true })
	for _, path := range []string{"/v3/public-identities", "/v3/public-identities?add-core-filters=false"} {
		if diff := cmp.Diff(all, ids(n.listAll("reviewer-1", path))); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	both := n.get("idle", withQuery("/v3/public-identities", "add-core-filters", "true", "filters", `firstname eq "Ana"`, "count", "true"))
	ana := n.peopleWhere(func(i *identity) bool { return i.isCore() && i.firstName == "Ana" })
	if diff := cmp.Diff(ana, ids(both.rows())); diff != "" || both.header.Get("X-Total-Count") != fmt.Sprint(len(ana)) || len(ana) < 3 {
		t.Errorf("%s of %d: %s", both.header.Get("X-Total-Count"), len(ana), diff)
	}
	for _, value := range []string{"yes", "1", ""} {
		n.do("idle", "GET", withQuery("/v3/public-identities", "add-core-filters", value), nil).refused(400, "400.1.3")
	}
}

// Everybody who takes part in certifications is among the people, and the tenant shows the same of all of them.
func TestPeopleAreThoseOfTheTenant(t *testing.T) {
	t.Parallel()
	testenv.Long(t, "values are compared one after the other")
	for _, config := range []Config{{}, {Certifications: 3, Items: 9}, {OddIDs: true, Seed: 4}} {
		n := newTenant(t, config)
		people := map[any]map[string]any{}
		seen := map[string]int{}
		first := ""
		for _, row := range n.listAll("idle", "/v3/public-identities") {
			if people[row["id"]] != nil {
				t.Errorf("%v is there twice", row["id"])
			}
			people[row["id"]] = row
			var keys []string
			for _, each := range row["attributes"].([]any) {
				attribute := each.(map[string]any)
				keys = append(keys, attribute["key"].(string))
				if attribute["value"] == nil {
					seen["attribute without a value"]++
				}
			}
			if first == "" {
				first = strings.Join(keys, " ")
			}
			if got := strings.Join(keys, " "); got != first || len(keys) > 5 {
				t.Errorf("%v shows %s, the first %s", row["name"], got, first)
			}
			_, hasAlias := row["alias"]
			for what, holds := range map[string]bool{
				"without an email": row["email"] == nil, "without a user name": !hasAlias, "without a manager": row["manager"] == nil,
				"without a status": row["status"] == nil, "active": row["identityState"] == "ACTIVE", "without a state": row["identityState"] == nil,
				"away": row["identityState"] == "INACTIVE_SHORT_TERM", "gone": row["identityState"] == "INACTIVE_LONG_TERM",
				"active by its own word": row["status"] == "Active" && row["identityState"] == nil,
			} {
				if seen[what] += 0; holds {
					seen[what]++
				}
			}
		}
		for what, count := range seen {
			if count == 0 {
				t.Errorf("nobody is %s", what)
			}
		}
		if len(people) <= maxPage {
			t.Errorf("%d people are no more than one page", len(people))
		}
		for _, row := range people {
			manager, ok := row["manager"].(map[string]any)
			if ok && (people[manager["id"]]["name"] != manager["name"] || manager["id"] == row["id"] || manager["type"] != "IDENTITY") {
				t.Errorf("%v reports to %v", row["name"], manager)
			}
		}
		for _, each := range n.Clients() {
			if each.IdentityID != "" && people[each.IdentityID]["alias"] != each.UserName {
				t.Errorf("%s is %v", each.ID, people[each.IdentityID])
			}
		}
		for _, row := range n.listAll("org-admin", "/v3/certifications") {
			if reviewer := row["reviewer"].(map[string]any); reviewer["type"] == "IDENTITY" {
				person := people[reviewer["id"]]
				if person["name"] != reviewer["name"] || person["email"] != reviewer["email"] {
					t.Errorf("the reviewer %v is %v", reviewer, person)
				}
			}
		}
		for _, each := range n.items(LargeCertification) {
			summary := each["identitySummary"].(map[string]any)
			if people[summary["identityId"]]["name"] != summary["name"] {
				t.Errorf("the identity %v is %v", summary, people[summary["identityId"]])
			}
		}
	}
}

// Whoever is listed can be given items.
func TestPeopleCanBeReassignedTo(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	found := n.reviewedBy("reviewer-1")
	to := n.get("reviewer-1", withQuery("/v3/public-identities", "filters", `firstname eq "ana maría"`)).rows()[0]
	moved := n.do("reviewer-1", "POST", "/v3/certifications/"+found.id+"/reassign", reassignment(to["id"].(string), "x", "ITEM", found.items[0].id))
	if moved.status != 200 {
		t.Fatalf("%d %s", moved.status, moved.body)
	}
	made := n.made(found.id)
	if reviewer := made[len(made)-1]["reviewer"].(map[string]any); reviewer["id"] != to["id"] || reviewer["name"] != to["name"] || reviewer["email"] != to["email"] {
		t.Errorf("%v reviews instead of %v", reviewer, to)
	}
}
