package plan_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"certql/graph/document"
	"certql/graph/graphtest"
	"certql/graph/relay"
	"certql/testenv"
	"certql/upstream/sandbox"
)

// An operationWriter writes random operations, all of them valid. Those that are exact select nothing
// whose cost the data could change.
type operationWriter struct {
	r     *rand.Rand
	exact bool

	certificationIDs []string // in the order of the list; an identity reviews each
	itemIDs          []string // global
	taskIDs          []string
	reviewerID       string
	campaignIDs      []string
	personIDs        []string
	summaryIDs       []string // global

	depth     int
	fragments strings.Builder
	names     int
}

// chance returns true once in n times.
func (o *operationWriter) chance(n int) bool { return o.r.IntN(n) == 0 }

// alias returns a new name for a field, or none.
func (o *operationWriter) alias() string {
	if !o.exact && o.chance(3) {
		return ""
	}
	o.names++
	return fmt.Sprintf("f%d: ", o.names)
}

// query writes an operation.
func (o *operationWriter) query() string {
	var roots []string
	if o.exact {
		root := o.exactRoot()
		for range 1 + o.r.IntN(2) {
			roots = append(roots, o.alias()+root) // a twin costs nothing
		}
		roots = append(roots, "rateLimit { limit }")
	} else {
		for range 1 + o.r.IntN(4) {
			o.names++
			roots = append(roots, fmt.Sprintf("f%d: %s", o.names, o.root()))
		}
	}
	return "{ " + strings.Join(roots, " ") + " }" + o.fragments.String()
}

func (o *operationWriter) root() string {
	switch o.r.IntN(11) {
	case 7:
		return "campaigns" + o.arguments(`filter: {statuses: ACTIVE}`, `filter: {ids: []}`, `orderBy: {field: CREATED}`) + " " + o.connection(o.campaign)
	case 8:
		return fmt.Sprintf("campaign(id: %q) ", graphtest.Pick(o.r, append(o.campaignIDs, "nobody")...)) + o.campaign()
	case 9:
		return "identities" + o.arguments(`search: "a"`, `filter: {ids: []}`, `filter: {firstName: {startsWith: "A"}, email: {startsWith: "b"}, match: ANY}`, `completeOnly: true`) + " " + o.connection(o.person)
	case 10:
		return "viewer " + o.fields("Viewer", "credential", o.publicIdentity)
	case 0:
		return fmt.Sprintf("certification(id: %q) ", o.certificationID()) + o.certification()
	case 1:
		return fmt.Sprintf("node(id: %q) ", o.nodeID()) + o.node()
	case 2:
		ids := make([]string, graphtest.Pick(o.r, 1, 2, 3, 3, 9, 9, 51, 60))
		for i := range ids {
			ids[i] = o.nodeID()
		}
		return fmt.Sprintf("nodes(ids: %s) ", graphtest.Literal(ids)) + o.node()
	case 3:
		return "certifications" + o.arguments(`filter: {phase: ACTIVE}`, `filter: {ids: []}`, `orderBy: {field: NAME}`,
			fmt.Sprintf(`filter: {ids: [%q, %q]}`, o.certificationID(), o.certificationID())) + " " + o.connection(o.certification)
	case 4:
		return "pendingCertificationTasks" + o.arguments(`filter: {types: REASSIGN}`, `filter: {targetIds: [`+fmt.Sprintf("%q", o.certificationID())+`]}`) + " " + o.connection(o.task)
	case 5:
		return fmt.Sprintf("certificationTask(id: %q) ", graphtest.Pick(o.r, append(o.taskIDs, "nobody")...)) + o.task()
	default:
		return graphtest.Pick(o.r, "rateLimit { remaining }", "__typename", `__type(name: "Query") { name }`)
	}
}

func (o *operationWriter) certificationID() string {
	id := graphtest.Pick(o.r, append(o.certificationIDs, "nobody", "nobody-2", sandbox.CrowdCertification)...)
	if o.chance(2) {
		return relay.EncodeID("Certification", id)
	}
	return id
}

func (o *operationWriter) nodeID() string {
	switch o.r.IntN(12) {
	case 8:
		return relay.EncodeID("Campaign", graphtest.Pick(o.r, append(o.campaignIDs, "nobody")...))
	case 9:
		return relay.EncodeID("PublicIdentity", graphtest.Pick(o.r, append(o.personIDs, "nobody")...))
	case 10, 11:
		return graphtest.Pick(o.r, o.summaryIDs...)
	case 0:
		return relay.EncodeID("CertificationTask", graphtest.Pick(o.r, append(o.taskIDs, "nobody")...))
	case 1:
		return relay.EncodeID("AccessReviewItem", graphtest.Pick(o.r, o.certificationIDs...), "nobody")
	case 2, 3, 4:
		return graphtest.Pick(o.r, o.itemIDs...)
	case 5:
		return graphtest.Pick(o.r, "", "damaged", relay.EncodeID("Identity", "x"))
	default:
		return relay.EncodeID("Certification", graphtest.Pick(o.r, append(o.certificationIDs, "nobody")...))
	}
}

func (o *operationWriter) node() string {
	return "{ __typename ... on Certification " + o.certification() + " ... on AccessReviewItem " + o.item() +
		" ... on CertificationTask " + o.task() + " ... on IdentitySummary " + o.summary() + " ... on Campaign " + o.campaign() +
		" ... on PublicIdentity " + o.person() + " }"
}

func (o *operationWriter) publicIdentity() string { return "publicIdentity " + o.person() }

func (o *operationWriter) person() string {
	return o.fields("PublicIdentity", "id name", func() string { return "manager " + o.fields("Identity", "name", o.publicIdentity) })
}

func (o *operationWriter) summary() string {
	return o.fields("IdentitySummary", "id name", o.publicIdentity, o.reviewItems, func() string { return "decisionSummary { all { made } }" })
}

func (o *operationWriter) reviewItems() string {
	return "reviewItems" + o.arguments(`filter: {completed: false}`, `filter: {accessIds: []}`, `orderBy: {field: ACCESS_NAME}`) + " " + o.connection(o.item)
}

func (o *operationWriter) owner() string {
	return "owner " + o.fields("Identity", "name", o.publicIdentity)
}

func (o *operationWriter) reviewer() string {
	return "reviewer " + o.fields("Reviewer", "name", o.publicIdentity)
}

func (o *operationWriter) campaign() string {
	return o.fields("Campaign", "id name",
		func() string { return "details { status }" },
		func() string { return "mandatoryCommentRequirement" },
		func() string {
			return "settings { modified search " + o.fields("CampaignSearch", "query", o.reviewer) + " }"
		},
		func() string {
			return "certifications" + o.arguments(`filter: {phase: ACTIVE}`) + " " + o.connection(o.certification)
		},
	)
}

// fields writes a selection of some of the given fields: as they are, in a fragment, or under a
// directive.
func (o *operationWriter) fields(typeName, always string, some ...func() string) string {
	text := "{ " + always
	o.depth++
	for _, field := range some {
		if o.depth > 4 || !o.chance(o.depth) {
			continue
		}
		selected := o.alias() + field()
		switch o.r.IntN(8) {
		case 0:
			text += " ... on " + typeName + " { " + selected + " }"
		case 1:
			text += " ... @skip(if: true) { " + selected + " }"
		case 2:
			text += " ... @include(if: true) { " + selected + " }"
		case 3:
			o.names++
			fmt.Fprintf(&o.fragments, " fragment F%d on %s { %s }", o.names, typeName, selected)
			text += fmt.Sprintf(" ...F%d ...F%d", o.names, o.names)
		default:
			text += " " + selected
		}
	}
	o.depth--
	return text + " }"
}

func (o *operationWriter) certification() string {
	return o.fields("Certification", "id name",
		o.reviewItems,
		func() string {
			return "identitySummaries" + o.arguments(`filter: {completed: false}`, `filter: {ids: []}`, `orderBy: {field: NAME}`) + " " + o.connection(o.summary)
		},
		func() string {
			return "accessSummaries(type: ENTITLEMENT, first: 2) " +
				o.connection(func() string {
					return o.fields("AccessSummary", "__typename", o.reviewItems, func() string { return "access " + o.fields("ReviewableAccess", "name", o.owner) })
				})
		},
		func() string {
			return "decisionSummary" + graphtest.Pick(o.r, "", "(filter: {identitySummaryIds: []})", `(filter: {identitySummaryIds: "nobody"})`) + " { all { total } }"
		},
		func() string { return "campaign " + o.campaign() },
		o.reviewer,
		func() string {
			return "reviewers" + o.arguments(`filter: {name: {startsWith: "A"}}`, `filter: {ids: []}`) + " " + o.connection(func() string { return "{ rawId name }" })
		},
		func() string { return "pendingTasks" + o.arguments() + " " + o.connection(o.task) },
		func() string {
			return "reassignment { comment from { rawId certification " + o.certification() + " } }"
		},
	)
}

func (o *operationWriter) item() string {
	return o.fields("AccessReviewItem", "id decision",
		func() string { return "certification " + o.certification() },
		func() string { return "identity " + o.summary() },
		func() string { return "access " + o.fields("ReviewableAccess", "name", o.owner) },
		func() string {
			return "permissions" + o.arguments(`filter: {rights: []}`, `filter: {target: {startsWith: "S"}}`) + " " + o.connection(func() string { return "{ target }" })
		},
	)
}

func (o *operationWriter) task() string {
	return o.fields("CertificationTask", "id status", func() string { return "certification " + o.certification() })
}

// arguments writes the arguments of a connection, possibly with one of the given ones.
func (o *operationWriter) arguments(some ...string) string {
	rows := graphtest.Pick(o.r, 0, 1, 2, 3, 3, 5, 9)
	if o.depth == 0 && o.chance(5) {
		rows = graphtest.Pick(o.r, 51, 60, 101, 249, 250, 251, 600, 1000, 1001)
	}
	if o.depth > 1 {
		rows = min(rows, 3)
	}
	var list []string
	switch o.r.IntN(6) {
	case 0:
		list = append(list, fmt.Sprintf("last: %d", rows))
	case 1:
		list = append(list, fmt.Sprintf("first: %d, offset: %d", rows, o.r.IntN(20)))
	case 2:
		list = append(list, fmt.Sprintf("last: %d, before: %q", rows, relay.EncodeCursor(o.r.IntN(300), relay.NewScope("certifications", "limit=0"))))
	case 3:
		if o.depth == 0 {
			break // the first 50
		}
		fallthrough
	default:
		list = append(list, fmt.Sprintf("first: %d", rows))
	}
	if len(some) > 0 && o.chance(3) {
		list = append(list, graphtest.Pick(o.r, some...))
	}
	if len(list) == 0 {
		return ""
	}
	return "(" + strings.Join(list, ", ") + ")"
}

func (o *operationWriter) connection(row func() string) string {
	text := "{"
	for _, part := range o.r.Perm(7)[:1+o.r.IntN(4)] {
		switch part {
		case 0:
			text += " nodes " + row()
		case 1:
			text += " edges { cursor node " + row() + " }"
		default:
			text += " " + []string{"__typename", "totalCount", "pageInfo { hasNextPage }", "pageInfo { hasPreviousPage }", "pageInfo { endCursor }"}[part-2]
		}
	}
	return text + " }"
}

// exactRoot writes a field whose cost the data cannot change: of objects that exist, and of pages that
// the data fills.
func (o *operationWriter) exactRoot() string {
	id := graphtest.Pick(o.r, o.certificationIDs...)
	few := 1 + o.r.IntN(5)
	own := graphtest.Pick(o.r, "nodes { name }", "totalCount", "totalCount nodes { name }", "pageInfo { hasNextPage }", "edges { cursor node { name } } pageInfo { hasNextPage endCursor }")
	items := graphtest.Pick(o.r, "reviewItems(first: 250, offset: 500) { nodes { id } totalCount }",
		fmt.Sprintf("reviewItems(%s) { nodes { id %s } totalCount }",
			graphtest.Pick(o.r, fmt.Sprintf("first: %d", few), "first: 250", "last: 1"),
			graphtest.Pick(o.r, "", "certification { name }", "certification { reviewers { nodes { name } } }")))
	below := graphtest.Pick(o.r, "", items, "decisionSummary { all { made } } identitySummaries(first: 3) { nodes { name decisionSummary { all { made } } } }",
		"accessSummaries(type: ENTITLEMENT, first: 2) { totalCount nodes { access { name } } }", "campaign { details { status } settings { modified } }", "reviewer { publicIdentity { name } }",
		"reviewers { nodes { name } }", "pendingTasks { nodes { status certification { name } } }",
		items+" reviewers(first: 3) { nodes { name } } pendingTasks { totalCount }")
	row := graphtest.Pick(o.r, "reviewers { nodes { name } }", "reviewItems(first: 2) { nodes { id certification { name } } }", "pendingTasks { totalCount }", "name",
		"a: reviewers { nodes { name } } b: reviewers { nodes { rawId } }", "reviewers { __typename } reviewItems { totalCount } pendingTasks { nodes { id } }")
	switch o.r.IntN(10) {
	case 7:
		return fmt.Sprintf("campaigns(first: %d) { nodes { name details { status } mandatoryCommentRequirement settings { modified } } }", few)
	case 8:
		return fmt.Sprintf("identities(first: %d) { %s }", few, graphtest.Pick(o.r, "totalCount", "nodes { name }"))
	case 9:
		return fmt.Sprintf("campaign(id: %q) { name details { status } settings { modified } }", o.campaignIDs[0])
	case 0, 1:
		return fmt.Sprintf("certification(id: %q) { name %s }", graphtest.Pick(o.r, id, relay.EncodeID("Certification", id)), below)
	case 2:
		return fmt.Sprintf("certifications(%s) { %s }", graphtest.Pick(o.r, "first: 50", "first: 249", "first: 250", "first: 60, offset: 9", "last: 9"), own)
	case 3:
		return fmt.Sprintf("certifications(first: %d) { nodes { id %s } %s }", few*5, row, graphtest.Pick(o.r, "", "totalCount", "pageInfo { hasNextPage }"))
	case 4:
		return fmt.Sprintf("node(id: %q) { ... on Certification { id %s } }", relay.EncodeID("Certification", id), below)
	case 5:
		item := o.r.IntN(len(o.itemIDs))
		return fmt.Sprintf("nodes(ids: %s) { id }", graphtest.Literal(o.itemIDs[item:min(item+60, len(o.itemIDs))]))
	default:
		return fmt.Sprintf("pendingCertificationTasks(first: %d) { %s }", few*50, graphtest.Pick(o.r, "totalCount", "nodes { id }"))
	}
}

// mutation writes an operation that writes. Most of the objects that it names exist. Much of it is
// refused, and more of it the more has been written before.
func (o *operationWriter) mutation() string {
	var roots []string
	for range 1 + o.r.IntN(2) {
		id := graphtest.Pick(o.r, append(o.certificationIDs, "nobody")...)
		items := graphtest.Pick(o.r, o.itemIDs[:20], o.itemIDs[20:90], o.itemIDs[:0], []string{"nobody"})
		if o.chance(2) {
			id = o.certificationIDs[0] // which has the items
		}
		certification := func() string { return "certification " + o.certification() }
		o.names++
		root := fmt.Sprintf("f%d: ", o.names)
		switch o.r.IntN(4) {
		case 0:
			var list []string
			for _, item := range items {
				list = append(list, fmt.Sprintf("{itemId: %q, decision: APPROVE, comment: \"fine\"}", item))
			}
			root += fmt.Sprintf("decideReviewItems(input: {certificationId: %q, decisions: [%s]}) ", id, strings.Join(list, " ")) +
				o.fields("DecideReviewItemsPayload", "errors { code }", certification, func() string { return "decidedItems " + o.item() })
		case 1:
			root += fmt.Sprintf("signOffCertification(input: {certificationId: %q}) ", id) + o.fields("SignOffCertificationPayload", "errors { code }", certification)
		default:
			var list []string
			for _, item := range items {
				list = append(list, fmt.Sprintf("{id: %q, type: ITEM}", item))
			}
			if o.chance(2) {
				for _, summary := range o.summaryIDs[:o.r.IntN(10)] {
					list = append(list, fmt.Sprintf("{id: %q, type: IDENTITY_SUMMARY}", summary))
				}
			}
			input := fmt.Sprintf("(input: {certificationId: %q, reassignTo: %q, reason: \"leave\", references: [%s]}) ", id, graphtest.Pick(o.r, o.reviewerID, "nobody"), strings.Join(list, " "))
			if o.chance(2) {
				root += "reassignReviewItems" + input + o.fields("ReassignReviewItemsPayload", "errors { code }", certification,
					func() string { return "newCertification " + o.certification() },
					func() string { return "reassignedItemIds" },
					func() string { return "reassignedIdentitySummaryIds" })
			} else {
				root += "reassignReviewItemsAsync" + input + o.fields("ReassignReviewItemsAsyncPayload", "errors { code }", func() string { return "tasks " + o.task() })
			}
		}
		roots = append(roots, root)
	}
	return "mutation { " + strings.Join(roots, " ") + " }" + o.fragments.String()
}

// newOperationWriter starts a tenant for random operations, and returns it with their writer.
func newOperationWriter(t *testing.T) (*graphtest.Tenant, operationWriter) {
	t.Helper()
	w := graphtest.NewTenant(t, graphtest.Setup{Sandbox: sandbox.Config{Certifications: 90, Items: 3_000}, Limits: document.Limits{Aliases: 1000, Directives: 1000}})
	var data operationWriter
	for _, row := range w.List(t, graphtest.Admin, "/certifications", nil) {
		if graphtest.At(row, "reviewer", "type") == "IDENTITY" && graphtest.At(row, "decisionsTotal").(float64) > 5 {
			data.certificationIDs = append(data.certificationIDs, row["id"].(string))
			data.reviewerID = graphtest.At(row, "reviewer", "id").(string)
		}
	}
	for _, id := range data.certificationIDs[:2] {
		for _, item := range w.List(t, graphtest.Admin, "/certifications/"+id+"/access-review-items", nil) {
			data.itemIDs = append(data.itemIDs, graphtest.ItemID(id, item["id"].(string)))
		}
	}
	for _, campaign := range w.List(t, graphtest.Admin, "/campaigns", nil) {
		data.campaignIDs = append(data.campaignIDs, campaign["id"].(string))
	}
	for _, person := range w.List(t, graphtest.Admin, "/public-identities", nil) {
		data.personIDs = append(data.personIDs, person["id"].(string))
	}
	for _, summary := range w.List(t, graphtest.Admin, "/certifications/"+data.certificationIDs[0]+"/identity-summaries", nil) {
		data.summaryIDs = append(data.summaryIDs, relay.EncodeID("IdentitySummary", data.certificationIDs[0], summary["id"].(string)))
	}
	for _, task := range w.List(t, graphtest.Admin, "/certification-tasks", url.Values{}) {
		data.taskIDs = append(data.taskIDs, task["id"].(string))
	}
	if len(data.certificationIDs) < 60 || len(data.itemIDs) < 120 || len(data.taskIDs) == 0 {
		t.Fatalf("the data is too poor: %d certifications, %d items, %d tasks", len(data.certificationIDs), len(data.itemIDs), len(data.taskIDs))
	}
	return w, data
}

// An operation whose cost the data cannot change takes as many calls as were estimated.
func TestEstimatesAreExactWhereTheDataChangesNothing(t *testing.T) {
	t.Parallel()
	w, data := newOperationWriter(t)
	before := w.Calls()
	for seed := range uint64(90) {
		writer := data
		writer.r, writer.exact = rand.New(rand.NewPCG(4, seed)), true
		query, start := writer.query(), w.Calls()
		answer := w.Extended(t, nil, graphtest.Object{"query": query})
		if calls := w.Calls() - start; answer.Extensions.Upstream.EstimatedCalls != calls || answer.Data == nil {
			t.Errorf("operation %d took %d calls, estimated %d: %.500s\n%s", seed, calls, answer.Extensions.Upstream.EstimatedCalls, answer.Text, query)
		}
		if t.Failed() {
			return
		}
	}
	if spent := w.Calls() - before; spent < 200 {
		t.Errorf("the operations prove little: %d calls", spent)
	}
}

// No operation takes more calls than were estimated, whatever it selects.
func TestEstimatesAreNeverBelowWhatIsSpent(t *testing.T) {
	t.Parallel()
	testenv.Long(t, "values are compared one after the other")
	w, data := newOperationWriter(t)
	before, reported, close := w.Calls(), 0, 0
	for seed := range uint64(260) {
		writer := data
		writer.r = rand.New(rand.NewPCG(5, seed))
		write := writer.query
		if seed%4 == 0 {
			write = writer.mutation
		}
		query := write()
		answer := w.Extended(t, nil, graphtest.Object{"query": query})
		cost := answer.Extensions.Upstream
		if cost.Limit == 0 {
			t.Fatalf("operation %d is refused: %.1000s\n%s", seed, answer.Text, query)
		}
		// Reads below a certification that turns out not to exist are cancelled, and may not
		// reach the sandbox: the gateway's own count is the larger one.
		if cost.EstimatedCalls < cost.Calls {
			t.Fatalf("operation %d took %d calls, estimated %d:\n%s", seed, cost.Calls, cost.EstimatedCalls, query)
		}
		reported += cost.Calls
		if cost.Calls > 2 && cost.EstimatedCalls < 2*cost.Calls {
			close++
		}
	}
	if counted := w.Calls() - before; counted > reported {
		t.Errorf("the sandbox counted %d calls, the gateway reported %d", counted, reported)
	}
	if reported < 1000 || close < 30 {
		t.Errorf("the operations prove little: %d calls, and %d operations took more than half of what was estimated", reported, close)
	}
}
