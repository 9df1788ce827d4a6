package plan

import (
	"slices"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/load"
	"certql/graph/model"
	"certql/graph/projection"
	"certql/graph/relay"
)

// An estimator goes through an operation as its execution will, and adds up the upstream calls that
// each field takes. It identifies objects by keys: those that the document names by their ids, and
// those on a page, whichever they turn out to be. What the loaders read once, it counts once.
type estimator struct {
	operation *graphql.OperationContext
	collected *projection.Collected
	shared    sharedPages
	rows      relay.Limits
	precheck  bool // the certification is read before a write

	cost  Cost
	steps int            // that were taken
	read  map[fact]bool  // what the operation has read
	named batch          // of what the fields at the root name by ids
	items map[string]int // number of review items that they name, by certification
	// summaries are the numbers of identities under review that they name, by certification.
	summaries map[string]int
	gathers   bool // people or campaigns are read by their ids
}

// A fact is something that is read once for all fields of an operation: an object or, if list is not
// empty, a page of a list of the object.
type fact struct {
	of            string
	list          string
	offset, limit int
	count         bool
}

// objects are what a field shows: for each of the keys, at most so many different objects.
type objects struct {
	keys []string
	each int
}

// one returns the one object with a key.
func one(key string) objects { return objects{[]string{key}, 1} }

// count returns how many there are at most.
func (o objects) count() int { return len(o.keys) * o.each }

// child returns the objects that a field of each of the objects shows, at most so many of each.
func (e *estimator) child(o objects, name string, each int) objects {
	if e.work(len(o.keys)); e.exhausted() {
		return objects{}
	}
	keys := make([]string, len(o.keys))
	for i, key := range o.keys {
		keys[i] = key + "/" + name
	}
	return objects{keys, o.each * each}
}

// unread returns the number of the objects of which a fact has not been read yet, and counts it as
// read from now on.
func (e *estimator) unread(o objects, f fact) int {
	if e.work(len(o.keys)); e.exhausted() {
		return 0
	}
	n := 0
	for _, key := range o.keys {
		f.of = key
		if !e.read[f] {
			e.read[f] = true
			n += o.each
		}
	}
	return n
}

// maxSteps bounds the steps of an estimate. One step is an object, or what is read of one: the work is
// what the fields below objects that are named by their ids make, times those objects.
const maxSteps = 20_000

// work counts steps.
func (e *estimator) work(steps int) { e.steps += steps }

// exhausted reports whether the estimate takes too many steps to be made.
func (e *estimator) exhausted() bool { return e.steps > maxSteps }

// forget counts everything as not read.
func (e *estimator) forget() {
	e.read, e.named, e.items, e.summaries = map[fact]bool{}, batch{pages: 1}, nil, nil
}

// collect returns what is selected of the objects that a field shows, which are of the field's own type.
func (e *estimator) collect(field graphql.CollectedField) []graphql.CollectedField {
	return e.collected.Fields(field.Selections, nil)
}

// collectAs returns what is selected of the objects of a type, which are read by ids, that a field shows.
func (e *estimator) collectAs(field graphql.CollectedField, typeName string) []graphql.CollectedField {
	return belowAs(e.collected, field, typeName)
}

// query adds the fields at the root of a query or subscription.
func (e *estimator) query(fields []graphql.CollectedField) {
	for _, field := range fields {
		at := (*path)(nil).field(field)
		switch field.Name {
		case "certification", "certificationTask", "campaign", "node", "nodes", "_entities":
			e.nodes(at, field)
		case CertificationsField:
			e.certificationPage(at, one(""), field)
		case PendingCertificationTasksField:
			e.taskPage(at, field)
		case CampaignsField:
			e.campaignPage(at, field)
		case IdentitiesField:
			e.personPage(at, field)
		case ViewerField:
			e.peopleOf(at, one("viewer"), "", e.collect(field), &e.named)
		}
	}
}

// nodes adds a field that names objects by their ids.
func (e *estimator) nodes(at *path, field graphql.CollectedField) {
	var certifications, tasks, campaigns, people, identities []string
	var items, summaries []load.MemberKey
	for _, id := range NamedNodes(field, e.operation.Variables) {
		switch id.Kind {
		case model.CertificationNode:
			certifications = append(certifications, id.Raw)
		case model.ItemNode:
			items = append(items, MemberKey(id))
		case model.IdentitySummaryNode:
			summaries = append(summaries, MemberKey(id))
		case model.CampaignNode:
			campaigns = append(campaigns, id.Raw)
		case model.PublicIdentityNode:
			people = append(people, id.Raw)
		case model.IdentityEntity:
			identities = append(identities, id.Raw)
		default:
			tasks = append(tasks, id.Raw)
		}
	}
	if certifications != nil {
		e.certification(at, named("certification", certifications), e.collectAs(field, "Certification"), &e.named)
	}
	if items != nil {
		e.itemsByID(at, items, field)
	}
	if summaries != nil {
		e.summariesByID(at, summaries, field)
	}
	if tasks != nil {
		found := named("task", tasks)
		e.cost.add(at, e.unread(found, fact{}))
		e.tasksBelow(at, found, e.collectAs(field, "CertificationTask"), nil)
	}
	if campaigns != nil {
		found := named("campaign", campaigns)
		e.gathers = true
		e.cost.add(at, e.named.addCampaigns(e.unread(found, fact{})))
		e.campaignsBelow(at, found, e.collectAs(field, "Campaign"), &e.named, true)
	}
	if people != nil {
		found := named("person", people)
		e.gathers = true
		e.cost.add(at, e.named.addPeople(e.unread(found, fact{})))
		e.peopleBelow(at, found, e.collectAs(field, "PublicIdentity"), e.named.next())
	}
	if identities != nil {
		e.identities(at, named("person", identities), e.collectAs(field, "Identity"))
	}
}

// identities adds identities that are represented by their ids. They are read if more than that is selected, and
// with them what everybody may know of them.
func (e *estimator) identities(at *path, people objects, fields []graphql.CollectedField) {
	if ReadsIdentity(fields) {
		e.gathers = true
		e.cost.add(at, e.named.addPeople(e.unread(people, fact{})))
	}
	for _, field := range Named(fields, PublicIdentityField) {
		e.peopleBelow(at.field(field), people, e.collect(field), e.named.next())
	}
}

// named returns the objects of a kind with the given ids.
func named(kind string, ids []string) objects {
	found := objects{each: 1}
	for _, id := range unique(ids) {
		found.keys = append(found.keys, kind+" "+id)
	}
	return found
}

// itemsByID adds review items by their ids, which are read for each certification by itself, and
// their certifications, which are read together with those of other fields at the root.
func (e *estimator) itemsByID(at *path, items []load.MemberKey, field graphql.CollectedField) {
	if e.items == nil {
		e.items = map[string]int{}
	}
	found, certifications := e.members(at, "item", items, e.items)
	for _, shown := range Named(e.collect(field), "certification") {
		e.cost.add(at.field(shown), e.named.addCertifications(e.unread(certifications, fact{})))
	}
	e.itemsBelow(at, found, certifications, e.collectAs(field, "AccessReviewItem"), &e.named)
}

// summariesByID adds identities under review by their ids, which are read for each certification by itself.
func (e *estimator) summariesByID(at *path, summaries []load.MemberKey, field graphql.CollectedField) {
	if e.summaries == nil {
		e.summaries = map[string]int{}
	}
	found, certifications := e.members(at, "summary", summaries, e.summaries)
	e.summariesBelow(at, found, certifications, e.collectAs(field, "IdentitySummary"), &e.named)
}

// members adds what is within certifications and read by ids, and returns it and the certifications. many are
// the numbers of those that were added before, by certification.
func (e *estimator) members(at *path, kind string, keys []load.MemberKey, many map[string]int) (found, certifications objects) {
	found.each = 1
	var certificationIDs []string
	for _, member := range keys {
		key := kind + " " + member.CertificationID + "/" + member.ID
		certificationIDs = append(certificationIDs, member.CertificationID)
		if e.unread(one(key), fact{}) > 0 {
			n := many[member.CertificationID]
			many[member.CertificationID] = n + 1
			e.cost.add(at, lists(n+1)-lists(n))
		}
		found.keys = append(found.keys, key)
	}
	found.keys = unique(found.keys)
	return found, named("certification", certificationIDs)
}

// certificationPage adds a page of certifications of each parent. What a page leads to is read in one batch,
// and the certifications that its rows were reassigned from in another.
func (e *estimator) certificationPage(at *path, parents objects, field graphql.CollectedField) {
	page := e.page(at, parents, field)
	e.unread(page, fact{}) // they come with the page
	below, origins := batch{pages: parents.count()}, batch{pages: parents.count()}
	e.eachRow(at, field, func(at *path, fields []graphql.CollectedField) {
		e.certificationsBelow(at, page, fields, &below, &origins)
	})
}

// taskPage adds a page of tasks, whose certifications are read in one batch.
func (e *estimator) taskPage(at *path, field graphql.CollectedField) {
	page := e.page(at, one(""), field)
	targets := batch{pages: 1}
	e.eachRow(at, field, func(at *path, fields []graphql.CollectedField) {
		e.tasksBelow(at, page, fields, &targets)
	})
}

// itemPage adds a page of review items of each parent, which are of the given certifications.
func (e *estimator) itemPage(at *path, parents, certifications objects, field graphql.CollectedField) {
	items := e.page(at, parents, field)
	below := batch{pages: parents.count()}
	e.eachRow(at, field, func(at *path, fields []graphql.CollectedField) {
		e.itemsBelow(at, items, certifications, fields, &below)
	})
}

// certification adds certifications that are read by their ids, and what is below them.
func (e *estimator) certification(at *path, certifications objects, fields []graphql.CollectedField, b *batch) {
	e.cost.add(at, b.addCertifications(e.unread(certifications, fact{})))
	e.certificationsBelow(at, certifications, fields, b, nil)
}

// certificationsBelow adds what is selected of certifications that have been read. What they lead to is read
// in one batch, and the certifications that they were reassigned from in another.
func (e *estimator) certificationsBelow(at *path, certifications objects, fields []graphql.CollectedField, b, origins *batch) {
	for _, field := range fields {
		if len(field.Selections) == 0 {
			continue // it takes no call
		}
		at := at.field(field)
		switch field.Name {
		case ReviewItemsField:
			e.itemPage(at, certifications, certifications, field)
		case IdentitySummariesField:
			summaries := e.page(at, certifications, field)
			below := batch{pages: certifications.count()}
			e.eachRow(at, field, func(at *path, fields []graphql.CollectedField) {
				e.summariesBelow(at, summaries, certifications, fields, &below)
			})
		case AccessSummariesField:
			access := e.page(at, certifications, field)
			below := batch{pages: certifications.count()}
			e.eachRow(at, field, func(at *path, fields []graphql.CollectedField) {
				e.accessSummariesBelow(at, access, certifications, fields, &below)
			})
		case DecisionSummaryField:
			e.decisionSummary(at, certifications, field)
		case ReviewersField:
			reviewers := e.page(at, certifications, field)
			below := batch{pages: certifications.count()}
			e.eachRow(at, field, func(at *path, fields []graphql.CollectedField) {
				e.peopleOf(at, reviewers, "", fields, &below)
			})
		case PendingTasksField:
			e.cost.add(at, b.addPendingTasks(e.unread(certifications, fact{list: field.Name})))
			e.eachRow(at, field, func(at *path, fields []graphql.CollectedField) {
				for _, target := range Named(fields, "certification") { // the one that the tasks are of
					e.certification(at.field(target), certifications, e.collect(target), nil)
				}
			})
		case "campaign":
			e.campaignsBelow(at, e.child(certifications, "campaign", 1), e.collect(field), b, false)
		case "reviewer":
			e.peopleOf(at, certifications, "reviewer", e.collect(field), b)
		case "reassignment":
			for _, from := range Named(e.collect(field), "from") {
				at := at.field(from)
				for _, field := range e.collect(from) {
					switch at := at.field(field); field.Name {
					case "reviewer":
						e.peopleOf(at, certifications, "origin/reviewer", e.collect(field), b)
					case "certification":
						e.certification(at, e.child(certifications, "origin", 1), e.collect(field), origins)
					}
				}
			}
		}
	}
}

// decisionSummary adds the numbers of decisions of each parent.
func (e *estimator) decisionSummary(at *path, parents objects, field graphql.CollectedField) {
	arguments := field.ArgumentMap(e.operation.Variables)
	if matchesNothing(arguments["filter"]) {
		return
	}
	e.cost.add(at, e.unread(parents, fact{list: field.Name + narrowing(arguments)}))
}

// itemsBelow adds what is selected of review items of the given certifications. The people that they lead to
// are read in one batch.
func (e *estimator) itemsBelow(at *path, items, certifications objects, fields []graphql.CollectedField, b *batch) {
	for _, field := range fields {
		if len(field.Selections) == 0 {
			continue // it takes no call
		}
		at := at.field(field)
		switch field.Name {
		case "certification":
			e.certification(at, certifications, e.collect(field), nil)
		case PermissionsField:
			e.page(at, items, field)
		case "identity":
			e.summariesBelow(at, e.child(items, "identity", 1), certifications, e.collect(field), b)
		case "access":
			e.accessBelow(at, items, "access", e.collect(field), b)
		}
	}
}

// summariesBelow adds what is selected of identities under review in the given certifications.
func (e *estimator) summariesBelow(at *path, summaries, certifications objects, fields []graphql.CollectedField, b *batch) {
	for _, field := range fields {
		switch field.Name {
		case ReviewItemsField:
			e.itemPage(at.field(field), summaries, certifications, field)
		case DecisionSummaryField:
			e.decisionSummary(at.field(field), summaries, field)
		}
	}
	e.peopleOf(at, summaries, "", fields, b)
}

// accessSummariesBelow adds what is selected of access under review in the given certifications.
func (e *estimator) accessSummariesBelow(at *path, access, certifications objects, fields []graphql.CollectedField, b *batch) {
	for _, field := range fields {
		if len(field.Selections) == 0 {
			continue // it takes no call
		}
		at := at.field(field)
		switch field.Name {
		case ReviewItemsField:
			e.itemPage(at, access, certifications, field)
		case "access":
			e.accessBelow(at, access, "access", e.collect(field), b)
		}
	}
}

// accessBelow adds the owners of access, of which each of the objects has one piece under a name. Of what it
// contains it counts one, since nothing shows beforehand how many there are.
func (e *estimator) accessBelow(at *path, o objects, name string, fields []graphql.CollectedField, b *batch) {
	for _, field := range fields {
		if len(field.Selections) == 0 {
			continue // it takes no call
		}
		at := at.field(field)
		switch field.Name {
		case "owner":
			e.peopleOf(at, o, name+"/owner", e.collect(field), b)
		case "entitlements", "accessProfiles":
			e.accessBelow(at, o, name+"/"+field.Name, e.collect(field), b)
		}
	}
}

// tasksBelow adds what is selected of tasks, whose certifications are read in one batch.
func (e *estimator) tasksBelow(at *path, tasks objects, fields []graphql.CollectedField, targets *batch) {
	for _, field := range Named(fields, "certification") {
		e.certification(at.field(field), e.child(tasks, "target", 1), e.collect(field), targets)
	}
}

// unique returns the different values in order.
func unique(values []string) []string {
	slices.Sort(values)
	return slices.Compact(values)
}
