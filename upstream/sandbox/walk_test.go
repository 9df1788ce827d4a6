package sandbox

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"certql/testenv"

	gocmp "github.com/google/go-cmp/cmp"
)

// The tests of this file compare what filters and sorters select with a naive model, which knows only what the
// unfiltered listing sends.

// A modelField is a field as the model sees it: its operators, where it stands in a row, and whether letter case counts.
type modelField struct {
	operators string
	value     func(row map[string]any) (any, bool)
	folded    bool
}

// at returns the value at a path of JSON members, and false if there is none or it is null.
func at(path string) func(map[string]any) (any, bool) {
	return func(row map[string]any) (any, bool) {
		var value any = row
		for name := range strings.SplitSeq(path, ".") {
			object, ok := value.(map[string]any)
			if !ok {
				return nil, false
			}
			value = object[name]
		}
		return value, value != nil
	}
}

// bundledSource returns the source of an access profile in its entitlements, since it has none of its own.
func bundledSource(path string) func(map[string]any) (any, bool) {
	return func(row map[string]any) (any, bool) {
		bundled, ok := at(path)(row)
		if !ok || len(bundled.([]any)) == 0 {
			return nil, false
		}
		return at("sourceName")(bundled.([]any)[0].(map[string]any))
	}
}

// A modelListing is a listing with its fields and sort keys.
type modelListing struct {
	name    string
	target  string
	fields  map[string]modelField
	sorters map[string]func(map[string]any) (any, bool)
}

func modelListings() []modelListing {
	items := map[string]modelField{
		"id":                       {"eq in", at("id"), false},
		"type":                     {"eq", at("accessSummary.access.type"), false},
		"access.type":              {"eq", at("accessSummary.access.type"), false},
		"completed":                {"eq ne", at("completed"), false},
		"identitySummary.id":       {"eq in", at("identitySummary.id"), false},
		"identitySummary.name":     {"eq sw", at("identitySummary.name"), true},
		"access.id":                {"eq in", at("accessSummary.access.id"), false},
		"access.name":              {"eq sw", at("accessSummary.access.name"), true},
		"entitlement.sourceName":   {"eq sw", at("accessSummary.entitlement.sourceName"), true},
		"accessProfile.sourceName": {"eq sw", bundledSource("accessSummary.accessProfile.entitlements"), true},
	}
	itemSorters := map[string]func(map[string]any) (any, bool){}
	for _, name := range []string{"identitySummary.name", "access.name", "access.type", "entitlement.sourceName", "accessProfile.sourceName"} {
		itemSorters[name] = items[name].value
	}
	return []modelListing{
		{
			"certifications", listings[0],
			map[string]modelField{
				"id": {"eq in", at("id"), false}, "campaign.id": {"eq in", at("campaign.id"), false},
				"phase": {"eq", at("phase"), false}, "completed": {"eq", at("completed"), false},
			},
			map[string]func(map[string]any) (any, bool){"name": at("name"), "due": at("due"), "signed": at("signed")},
		},
		{"undecided items", listings[1], items, itemSorters},
		{"decided items", "/v3/certifications/" + DecidedCertification + "/access-review-items", items, itemSorters},
		{
			"reviewers", listings[3],
			map[string]modelField{
				"id": {"eq in", at("id"), false}, "name": {"eq sw", at("name"), true}, "email": {"eq sw", at("email"), true},
			},
			map[string]func(map[string]any) (any, bool){"name": at("name"), "email": at("email")},
		},
		{
			"tasks", listings[4],
			map[string]modelField{
				"id": {"eq in", at("id"), false}, "targetId": {"eq in", at("targetId"), false}, "type": {"eq in", at("type"), false},
			},
			nil,
		},
		{
			"identity summaries", listings[5],
			map[string]modelField{
				"id": {"eq in", at("id"), false}, "completed": {"eq ne", at("completed"), false}, "name": {"eq sw", at("name"), true},
			},
			map[string]func(map[string]any) (any, bool){"name": at("name")},
		},
		summarised("ENTITLEMENT", listings[6]), summarised("ACCESS_PROFILE", listings[7]), summarised("ROLE", listings[8]),
		{
			"campaigns", listings[9],
			map[string]modelField{
				"id": {"eq in", at("id"), false}, "name": {"eq sw", at("name"), true}, "status": {"eq in", at("status"), false},
			},
			map[string]func(map[string]any) (any, bool){"name": at("name"), "created": at("created")},
		},
		{
			"people", listings[11],
			map[string]modelField{
				"id": {"eq in", at("id"), false}, "alias": {"eq sw", at("alias"), true}, "email": {"eq sw", at("email"), true},
			},
			map[string]func(map[string]any) (any, bool){"name": at("name")},
		},
	}
}

// summarised returns the listing of the access of a kind. The sources of the other kinds are no value of any row.
func summarised(kind, target string) modelListing {
	fields := map[string]modelField{
		"access.id": {"eq in", at("access.id"), false}, "access.name": {"eq sw", at("access.name"), true},
	}
	switch kind {
	case "ENTITLEMENT":
		fields["entitlement.sourceName"] = modelField{"eq sw", at("entitlement.sourceName"), true}
	case "ACCESS_PROFILE":
		fields["accessProfile.sourceName"] = modelField{"eq sw", bundledSource("accessProfile.entitlements"), true}
	}
	return modelListing{kind, target, fields, map[string]func(map[string]any) (any, bool){"access.name": at("access.name")}}
}

// quoted writes a value as a literal of the filter language.
func quoted(value any) string {
	if text, ok := value.(string); ok {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
	}
	return fmt.Sprint(value)
}

// samples returns different values of a field: all awkward ones, up to eight others, and one that no row has.
func samples(rows []map[string]any, field modelField) []any {
	distinct := map[string]any{}
	for _, row := range rows {
		if value, ok := field.value(row); ok {
			distinct[fmt.Sprint(value)] = value
		}
	}
	var chosen []any
	plain := 0
	for _, key := range slices.Sorted(maps.Keys(distinct)) {
		awkward := strings.ContainsAny(key, `"\,%&#+;=?/'`) || strings.ContainsFunc(key, func(r rune) bool { return r > 127 })
		if !awkward {
			plain++
		}
		if awkward || plain <= 8 {
			chosen = append(chosen, distinct[key])
		}
	}
	if _, isFlag := chosen[0].(bool); isFlag {
		return []any{true, false}
	}
	return append(chosen, "nothing is called this")
}

// selected returns the rows for which the model's field satisfies the test.
func selected(rows []map[string]any, field modelField, holds func(value any, ok bool) bool) []map[string]any {
	matching := []map[string]any{}
	for _, row := range rows {
		if holds(field.value(row)) {
			matching = append(matching, row)
		}
	}
	return matching
}

// same compares values as the field does.
func (f modelField) same(a, b any) bool {
	if f.folded {
		return cmp.Compare(strings.ToLower(a.(string)), strings.ToLower(b.(string))) == 0
	}
	return a == b
}

func TestFiltersSelectWhatTheModelSelects(t *testing.T) {
	t.Parallel()
	testenv.Long(t, "values are compared one after the other")
	n := newTenant(t, Config{})
	for _, listing := range modelListings() {
		rows := n.listAll("org-admin", listing.target)
		for name, field := range listing.fields {
			t.Run(listing.name+"/"+name, func(t *testing.T) {
				n := &tenant{n.Sandbox, t, n.clock, n.server, n.tokens}
				check := func(filter string, want []map[string]any) {
					t.Helper()
					got := n.listAll("org-admin", withQuery(listing.target, "filters", filter))
					if diff := gocmp.Diff(ids(want), ids(got)); diff != "" {
						t.Errorf("%s: %s", filter, diff)
					}
				}
				values := samples(rows, field)
				for _, value := range values {
					check(name+" eq "+quoted(value), selected(rows, field, func(got any, ok bool) bool { return ok && field.same(got, value) }))
					if strings.Contains(field.operators, "ne") {
						check(name+" ne "+quoted(value), selected(rows, field, func(got any, ok bool) bool { return !ok || got != value }))
					}
					text, isText := value.(string)
					if isText && field.folded {
						check(name+" eq "+quoted(strings.ToUpper(text)), selected(rows, field, func(got any, ok bool) bool {
							return ok && field.same(got, strings.ToUpper(text))
						}))
					}
					if strings.Contains(field.operators, "sw") {
						prefix := strings.ToLower(string([]rune(text)[:min(3, len([]rune(text)))]))
						check(name+" sw "+quoted(prefix), selected(rows, field, func(got any, ok bool) bool {
							return ok && strings.HasPrefix(strings.ToLower(got.(string)), prefix)
						}))
					}
				}
				if strings.Contains(field.operators, "in") {
					var list []string
					for _, value := range values {
						list = append(list, quoted(value))
					}
					check(name+" in ("+strings.Join(list, ",")+")", selected(rows, field, func(got any, ok bool) bool {
						return ok && slices.Contains(values, got)
					}))
				}
				for _, operator := range []string{"eq", "ne", "in", "sw", "co", "gt", "ge", "lt", "le", "ca"} {
					if strings.Contains(field.operators, operator) {
						continue
					}
					literal := quoted(values[0])
					if operator == "in" || operator == "ca" {
						literal = "(" + literal + ")"
					}
					n.do("org-admin", "GET", withQuery(listing.target, "filters", name+" "+operator+" "+literal), nil).refused(400, "400.1")
				}
			})
		}
	}
}

func TestFiltersJoinWithAnd(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	rows := n.listAll("org-admin", listings[0])
	campaign := rows[0]["campaign"].(map[string]any)["id"].(string)
	var want []map[string]any
	for _, row := range rows {
		if row["completed"] == false && row["campaign"].(map[string]any)["id"] == campaign {
			want = append(want, row)
		}
	}
	both := `campaign.id eq "` + campaign + `" and completed eq false`
	for _, filter := range []string{both, "(" + both + ")", `completed eq false and (campaign.id in ("` + campaign + `","x"))`} {
		if diff := gocmp.Diff(ids(want), ids(n.listAll("org-admin", withQuery(listings[0], "filters", filter)))); diff != "" || len(want) == 0 {
			t.Errorf("%s: %s", filter, diff)
		}
	}
	for _, filter := range []string{`completed eq false or phase eq "SIGNED"`, "not completed eq true", `campaign.id eq "x" and not phase eq "SIGNED"`} {
		n.do("org-admin", "GET", withQuery(listings[0], "filters", filter), nil).refused(400, "400.1")
	}
}

func TestPermissionFilters(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	listing := listings[2]
	rows := n.listAll("org-admin", listing)
	has := func(row map[string]any, rights ...string) bool {
		for _, right := range rights {
			if !slices.Contains(row["rights"].([]any), any(right)) {
				return false
			}
		}
		return true
	}
	target := func(row map[string]any) string { return row["target"].(string) }
	for filter, holds := range map[string]func(map[string]any) bool{
		`target eq "SYS.OBJAUTH2"`:                               func(r map[string]any) bool { return target(r) == "SYS.OBJAUTH2" },
		`target eq "sys.objauth2"`:                               func(r map[string]any) bool { return target(r) == "SYS.OBJAUTH2" },
		`target eq "FIN.\"Q4 %plan & budget\""`:                  func(r map[string]any) bool { return target(r) == `FIN."Q4 %plan & budget"` },
		`target eq "SHARE\\\\\\\\finance$"`:                      func(map[string]any) bool { return false },
		`target eq "SHARE\\\\finance$"`:                          func(r map[string]any) bool { return target(r) == `SHARE\\finance$` },
		`target sw "sap.tcode.01"`:                               func(r map[string]any) bool { return strings.HasPrefix(target(r), "SAP.TCODE.01") },
		`rights ca ("CREATE")`:                                   func(r map[string]any) bool { return has(r, "CREATE") },
		`rights ca ("read","Delete")`:                            func(r map[string]any) bool { return has(r, "READ", "DELETE") },
		`rights ca ("CREATE") and target eq "SYS.OBJAUTH2"`:      func(r map[string]any) bool { return has(r, "CREATE") && target(r) == "SYS.OBJAUTH2" },
		`target sw "SAP" or rights ca ("ALTER")`:                 func(r map[string]any) bool { return has(r, "ALTER") || strings.HasPrefix(target(r), "SAP") },
		`(target sw "SAP") and (rights ca ("ALTER", "EXECUTE"))`: func(r map[string]any) bool { return has(r, "ALTER", "EXECUTE") && strings.HasPrefix(target(r), "SAP") },
	} {
		want := []string{}
		for _, row := range rows {
			if holds(row) {
				want = append(want, target(row))
			}
		}
		got := []string{}
		for _, row := range n.listAll("org-admin", withQuery(listing, "filters", filter)) {
			got = append(got, target(row))
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", filter, diff)
		}
	}
	for _, filter := range []string{
		`rights ca ("CREATE") and rights ca ("READ")`, `target eq "a" or target eq "b"`, `not target eq "a"`, `rights eq "READ"`,
		`target co "a"`, `target in ("a")`, `rights ca ("A") and target eq "b" and target sw "c"`, `rights ca ()`,
	} {
		n.do("org-admin", "GET", withQuery(listing, "filters", filter), nil).refused(400, "400.1")
	}
}

func TestSortersOrderAsTheModelDoes(t *testing.T) {
	t.Parallel()
	testenv.Long(t, "values are compared one after the other")
	n := newTenant(t, Config{})
	for _, listing := range modelListings() {
		rows := n.listAll("org-admin", listing.target)
		names := slices.Sorted(maps.Keys(listing.sorters))
		for i, first := range names {
			orders := []string{first, "-" + first}
			if len(names) > 1 {
				next := names[(i+1)%len(names)]
				orders = append(orders, first+",-"+next, "-"+first+","+next)
			}
			for _, sorters := range orders {
				want := slices.Clone(rows)
				slices.SortStableFunc(want, listing.order(sorters))
				got := n.listAll("org-admin", withQuery(listing.target, "sorters", sorters))
				if diff := gocmp.Diff(ids(want), ids(got)); diff != "" {
					t.Errorf("%s by %s: %s", listing.name, sorters, diff)
				}
			}
		}
	}
}

// order returns the order that the sorters mean in the model.
func (l modelListing) order(sorters string) func(a, b map[string]any) int {
	return func(a, b map[string]any) int {
		for each := range strings.SplitSeq(sorters, ",") {
			name, descending := strings.CutPrefix(each, "-")
			left, leftOK := l.sorters[name](a)
			right, rightOK := l.sorters[name](b)
			result := 0
			switch {
			case leftOK && rightOK:
				left, right := left.(string), right.(string)
				result = cmp.Or(cmp.Compare(strings.ToLower(left), strings.ToLower(right)), cmp.Compare(left, right))
			case leftOK:
				result = -1
			case rightOK:
				result = 1
			}
			if descending {
				result = -result
			}
			if result != 0 {
				return result
			}
		}
		return 0
	}
}

func TestItemsPertainToNestedAccess(t *testing.T) {
	t.Parallel()
	testenv.Long(t, "values are compared one after the other")
	n := newTenant(t, Config{})
	rows := n.listAll("org-admin", listings[1])
	// inside lists the ids of one type in a row, found by walking its JSON.
	inside := func(row map[string]any, kind string) map[any]bool {
		found := map[any]bool{}
		summary := row["accessSummary"].(map[string]any)
		var bundle func(value any)
		bundle = func(value any) {
			object, ok := value.(map[string]any)
			if !ok {
				return
			}
			if list, ok := object["accessProfiles"].([]any); ok {
				for _, profile := range list {
					if kind == "access-profiles" {
						found[profile.(map[string]any)["id"]] = true
					}
					bundle(profile)
				}
			}
			if list, ok := object["entitlements"].([]any); ok && kind == "entitlements" {
				for _, entitlement := range list {
					found[entitlement.(map[string]any)["id"]] = true
				}
			}
		}
		for member, of := range map[string]string{"entitlement": "entitlements", "accessProfile": "access-profiles", "role": "roles"} {
			if object, ok := summary[member].(map[string]any); ok {
				if kind == of {
					found[object["id"]] = true
				}
				bundle(object)
			}
		}
		return found
	}
	for _, kind := range []string{"entitlements", "access-profiles", "roles"} {
		all := map[string]int{}
		for _, row := range rows {
			for id := range inside(row, kind) {
				all[id.(string)]++
			}
		}
		some := slices.Sorted(maps.Keys(all))
		some = some[:min(12, len(some))]
		for _, wanted := range append([][]string{some[:3], {some[0], "unknown"}, {"unknown"}}, slices.Collect(slices.Chunk(some, 1))...) {
			want := []map[string]any{}
			for _, row := range rows {
				held := inside(row, kind)
				if slices.ContainsFunc(wanted, func(id string) bool { return held[id] }) {
					want = append(want, row)
				}
			}
			got := n.listAll("org-admin", withQuery(listings[1], kind, strings.Join(wanted, ", ")))
			if diff := gocmp.Diff(ids(want), ids(got)); diff != "" {
				t.Errorf("%s %v: %s", kind, wanted, diff)
			}
		}
	}
}

// ids returns the ids of rows, or of the access that they are about, in their order.
func ids(rows []map[string]any) []any {
	list := make([]any, len(rows))
	for i, row := range rows {
		list[i] = row["id"]
		if access, ok := row["access"].(map[string]any); ok {
			list[i] = access["id"]
		}
	}
	return list
}
