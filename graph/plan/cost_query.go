package plan

import (
	"slices"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/load"
	"certql/graph/model"
	"certql/graph/relay"
)

// An estimator goes through an operation as its execution will, and adds up the upstream calls that
// each field takes. It identifies objects by keys: those that the document names by their ids, and
// those on a page, whichever they turn out to be. What the loaders read once, it counts once.
type estimator struct {
	operation *graphql.OperationContext
	shared    sharedPages
	rows      relay.Limits
	precheck  bool // the certification is read before a write

	cost  Cost
	steps int            // that were taken
	read  map[fact]bool  // what the operation has read
	named batch          // of what the fields at the root name by ids
	items map[string]int // number of review items that they name, by certification
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
	e.read, e.named, e.items = map[fact]bool{}, batch{}, nil
}

// collect returns what is selected of the objects of a type that a field shows. satisfies are the
// names of the type and its interfaces; without them, the objects are of the field's own type.
func (e *estimator) collect(field graphql.CollectedField, satisfies ...string) []graphql.CollectedField {
	if len(satisfies) > 0 && field.Definition.Type.Name() == satisfies[0] {
		satisfies = nil // it shows no other type, and gqlgen remembers what others collect without it
	}
	return graphql.CollectFields(e.operation, field.Selections, satisfies)
}

// query adds the fields at the root of a query or subscription.
func (e *estimator) query(fields []graphql.CollectedField) {
	for _, field := range fields {
		at := (*path)(nil).field(field)
		switch field.Name {
		case "certification", "certificationTask", "node", "nodes":
			e.nodes(at, field)
		case CertificationsField:
			e.certificationPage(at, field)
		case PendingCertificationTasksField:
			e.taskPage(at, field)
		}
	}
}

// nodes adds a field that names objects by their ids.
func (e *estimator) nodes(at *path, field graphql.CollectedField) {
	var certifications, tasks []string
	var items []load.ItemKey
	for _, id := range NamedNodes(field, e.operation.Variables) {
		switch id.Kind {
		case model.CertificationNode:
			certifications = append(certifications, id.Raw)
		case model.ItemNode:
			items = append(items, ItemKey(id))
		default:
			tasks = append(tasks, id.Raw)
		}
	}
	if certifications != nil {
		e.certification(at, e.certificationsOf(certifications), e.collect(field, "Certification", "Node"), &e.named)
	}
	if items != nil {
		e.itemsByID(at, items, field)
	}
	if tasks != nil {
		found := objects{each: 1}
		for _, id := range unique(tasks) {
			found.keys = append(found.keys, "task "+id)
		}
		e.cost.add(at, e.unread(found, fact{}))
		e.tasksBelow(at, found, e.collect(field, "CertificationTask", "Node"), nil)
	}
}

// certificationsOf returns the certifications with the given ids.
func (e *estimator) certificationsOf(ids []string) objects {
	found := objects{each: 1}
	for _, id := range unique(ids) {
		found.keys = append(found.keys, "certification "+id)
	}
	return found
}

// itemsByID adds review items by their ids, which are read for each certification by itself, and
// their certifications, which are read together with those of other fields at the root.
func (e *estimator) itemsByID(at *path, items []load.ItemKey, field graphql.CollectedField) {
	if e.items == nil {
		e.items = map[string]int{}
	}
	found := objects{each: 1}
	var certificationIDs []string
	for _, item := range items {
		key := "item " + item.CertificationID + "/" + item.ID
		certificationIDs = append(certificationIDs, item.CertificationID)
		if e.unread(one(key), fact{}) > 0 {
			n := e.items[item.CertificationID]
			e.items[item.CertificationID] = n + 1
			e.cost.add(at, load.Parts(n+1, load.BatchSize)-load.Parts(n, load.BatchSize))
		}
		found.keys = append(found.keys, key)
	}
	found.keys = unique(found.keys)
	certifications := e.certificationsOf(certificationIDs)
	for _, shown := range Named(e.collect(field), "certification") {
		e.cost.add(at.field(shown), e.named.addCertifications(e.unread(certifications, fact{})))
	}
	e.itemsBelow(at, found, certifications, e.collect(field, "AccessReviewItem", "Node"))
}

// certificationPage adds a page of certifications. Their pending tasks are read in one batch, and the
// certifications that they were reassigned from in another.
func (e *estimator) certificationPage(at *path, field graphql.CollectedField) {
	page := e.page(at, one(""), field)
	e.unread(page, fact{}) // they come with the page
	var pendingTasks, origins batch
	e.eachRow(at, field, func(at *path, fields []graphql.CollectedField) {
		e.certificationsBelow(at, page, fields, &pendingTasks, &origins)
	})
}

// taskPage adds a page of tasks, whose certifications are read in one batch.
func (e *estimator) taskPage(at *path, field graphql.CollectedField) {
	page := e.page(at, one(""), field)
	var targets batch
	e.eachRow(at, field, func(at *path, fields []graphql.CollectedField) {
		e.tasksBelow(at, page, fields, &targets)
	})
}

// certification adds certifications that are read by their ids, and what is below them.
func (e *estimator) certification(at *path, certifications objects, fields []graphql.CollectedField, b *batch) {
	e.cost.add(at, b.addCertifications(e.unread(certifications, fact{})))
	e.certificationsBelow(at, certifications, fields, b, nil)
}

// certificationsBelow adds what is selected of certifications that have been read. Their pending
// tasks are read in one batch, and the certifications that they were reassigned from in another.
func (e *estimator) certificationsBelow(at *path, certifications objects, fields []graphql.CollectedField, pendingTasks, origins *batch) {
	for _, field := range fields {
		at := at.field(field)
		switch field.Name {
		case ReviewItemsField:
			items := e.page(at, certifications, field)
			e.eachRow(at, field, func(at *path, fields []graphql.CollectedField) {
				e.itemsBelow(at, items, certifications, fields)
			})
		case ReviewersField:
			e.page(at, certifications, field)
		case PendingTasksField:
			e.cost.add(at, pendingTasks.addPendingTasks(e.unread(certifications, fact{list: field.Name})))
			e.eachRow(at, field, func(at *path, fields []graphql.CollectedField) {
				for _, target := range Named(fields, "certification") { // the one that the tasks are of
					e.certification(at.field(target), certifications, e.collect(target), nil)
				}
			})
		case "reassignment":
			for _, from := range Named(e.collect(field), "from") {
				for _, origin := range Named(e.collect(from), "certification") {
					e.certification(at.field(from).field(origin), e.child(certifications, "origin", 1), e.collect(origin), origins)
				}
			}
		}
	}
}

// itemsBelow adds what is selected of review items of the given certifications.
func (e *estimator) itemsBelow(at *path, items, certifications objects, fields []graphql.CollectedField) {
	for _, field := range fields {
		switch field.Name {
		case "certification":
			e.certification(at.field(field), certifications, e.collect(field), nil)
		case PermissionsField:
			e.page(at.field(field), items, field)
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
