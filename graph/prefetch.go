package graph

import (
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/load"
	"certql/graph/model"
	"certql/graph/plan"
	"certql/upstream"
)

// announceRoots starts to read the objects that the root fields name by their ids, together and
// before the first of the fields is resolved. A single certification is not announced, since its resolver reads it
// at once.
func announceRoots(ctx context.Context) {
	operation := graphql.GetOperationContext(ctx)
	roots := plan.Roots(operation)
	if len(roots) == 1 && roots[0].Name == plan.CertificationField && !plan.Of(operation).Gathers {
		return
	}
	named := named{fields: make([]namedBy, 0, len(roots))}
	for i := range roots {
		if nodes := plan.NamedNodes(roots[i], operation.Variables); len(nodes) > 0 {
			named.add(operation, nodes, &roots[i])
		}
		if roots[i].Name == plan.ViewerField {
			named.viewer = append(named.viewer, plan.Below(operation, roots[i:i+1])...)
		}
	}
	named.announce(ctx)
}

// named are the objects that the fields at the root name by their ids, and what is selected of them.
type named struct {
	certifications, withTasks []string
	items, identitySummaries  []load.MemberKey
	fields                    []namedBy
	viewer                    []graphql.CollectedField
}

// A namedBy is what one field names.
type namedBy struct {
	nodes []model.NodeID
	field *graphql.CollectedField
}

// selected returns what the field selects of the objects of one kind.
func (n namedBy) selected(ctx context.Context, kind model.NodeKind) []graphql.CollectedField {
	return plan.BelowAs(graphql.GetOperationContext(ctx), *n.field, kind.TypeName())
}

// announce starts to read the objects of one kind, if there are any, with what the field selects of them.
func (n namedBy) announce(ctx context.Context, kind model.NodeKind, start func(ctx context.Context, ids []string, fields []graphql.CollectedField)) {
	if ids := n.ids(kind); len(ids) > 0 {
		start(ctx, ids, n.selected(ctx, kind))
	}
}

// add adds the objects that a field names.
func (n *named) add(operation *graphql.OperationContext, nodes []model.NodeID, field *graphql.CollectedField) {
	n.fields = append(n.fields, namedBy{nodes, field})
	selected := plan.Below(operation, []graphql.CollectedField{*field})
	for _, id := range nodes {
		switch id.Kind {
		case model.CertificationNode:
			n.certifications = append(n.certifications, id.Raw)
			if len(plan.Named(selected, plan.PendingTasksField)) > 0 {
				n.withTasks = append(n.withTasks, id.Raw)
			}
		case model.ItemNode:
			n.items = append(n.items, plan.MemberKey(id))
			if len(plan.Named(selected, "certification")) > 0 {
				n.certifications = append(n.certifications, id.CertificationID)
			}
		case model.IdentitySummaryNode:
			n.identitySummaries = append(n.identitySummaries, plan.MemberKey(id))
		}
	}
}

// announce starts to read all of them.
func (n *named) announce(ctx context.Context) {
	loaders := load.From(ctx)
	loaders.Gather()
	defer loaders.Gathered()
	loaders.AnnounceCertifications(ctx, n.certifications, n.followedCertifications(ctx))
	loaders.AnnounceItems(ctx, n.items, eachNamed(ctx, n, model.ItemNode, plan.MemberKey, followItems))
	loaders.AnnounceIdentitySummaries(ctx, n.identitySummaries, eachNamed(ctx, n, model.IdentitySummaryNode, plan.MemberKey, followIdentitySummaries))
	loaders.AnnouncePendingTasks(ctx, n.withTasks)
	for _, by := range n.fields {
		by.announce(ctx, model.CampaignNode, announceCampaigns)
		by.announce(ctx, model.PublicIdentityNode, announcePeople)
		by.announce(ctx, model.IdentityEntity, announceIdentities)
	}
	announceViewer(ctx, n.viewer)
}

// followedCertifications returns what follows on the certifications that fields at the root name, and on those of
// the items that they name; nil if the operation leads no further.
func (n *named) followedCertifications(ctx context.Context) func(found map[string]*upstream.IdentityCertification) {
	if !plan.From(ctx).Gathers {
		return nil
	}
	rawID := func(id model.NodeID) string { return id.Raw }
	themselves := eachNamed(ctx, n, model.CertificationNode, rawID, followCertifications)
	ofItems := eachNamed(ctx, n, model.ItemNode, func(id model.NodeID) string { return id.CertificationID },
		func(ctx context.Context, fields []graphql.CollectedField, rows []*upstream.IdentityCertification) {
			followCertifications(ctx, plan.Below(graphql.GetOperationContext(ctx), plan.Named(fields, "certification")), rows)
		})
	return func(found map[string]*upstream.IdentityCertification) {
		themselves(found)
		ofItems(found)
	}
}

// eachNamed returns what follows on the objects of one kind that fields at the root name: what each of the
// fields selects of them is announced. It is nil if the operation leads no further.
func eachNamed[K comparable, R any](ctx context.Context, n *named, kind model.NodeKind, key func(model.NodeID) K, follow func(context.Context, []graphql.CollectedField, []*R)) func(found map[K]*R) {
	if !plan.From(ctx).Gathers {
		return nil
	}
	return func(found map[K]*R) {
		for _, by := range n.fields {
			var keys []K
			for _, id := range by.nodes {
				if id.Kind == kind {
					keys = append(keys, key(id))
				}
			}
			following(ctx, keys, func(rows []*R) { follow(ctx, by.selected(ctx, kind), rows) })(found)
		}
	}
}

// ids returns the identifiers in the REST API of the objects of one kind.
func (n namedBy) ids(kind model.NodeKind) []string {
	var ids []string
	for _, id := range n.nodes {
		if id.Kind == kind {
			ids = append(ids, id.Raw)
		}
	}
	return ids
}

// announceCertifications starts to read certifications of which the given fields are selected,
// together with whatever the upstream returns for many of them at once.
func announceCertifications(ctx context.Context, ids []string, fields []graphql.CollectedField) {
	loaders := load.From(ctx)
	loaders.AnnounceCertifications(ctx, ids, following(ctx, ids, func(rows []*upstream.IdentityCertification) { followCertifications(ctx, fields, rows) }))
	if len(plan.Named(fields, plan.PendingTasksField)) > 0 {
		loaders.AnnouncePendingTasks(ctx, ids)
	}
}

// announceTargets starts to read the certifications that a page of tasks works on, if they are selected. If nothing
// is to be read meanwhile, it waits for them: each row would take a goroutine to do so.
func announceTargets(ctx context.Context, row []graphql.CollectedField, tasks []upstream.CertificationTask) {
	fields := plan.Named(row, "certification")
	if len(fields) == 0 {
		return
	}
	var ids []string
	for i := range tasks {
		id := wrapTask(&tasks[i]).CertificationID()
		if id != "" && tasks[i].Check() == nil && tasks[i].CheckTarget() == nil {
			ids = append(ids, id)
		}
	}
	selected := plan.Below(graphql.GetOperationContext(ctx), fields)
	announceCertifications(ctx, ids, selected)
	if made := plan.From(ctx); made.Gathers || made.Deferring || plan.ReadsOfItsOwn(selected) {
		return
	}
	for _, id := range ids {
		_, _ = load.From(ctx).Certification(ctx, id) // the row's own field reports the error
	}
}

// announceBelow starts to read what a page of certifications leads to, if it is selected and the
// upstream returns it for many certifications at once.
func announceBelow(ctx context.Context, row []graphql.CollectedField, certifications []upstream.IdentityCertification) {
	loaders := load.From(ctx)
	loaders.Prime(certifications)
	followCertifications(ctx, row, pointers(ctx, certifications, (*upstream.IdentityCertification).Check))
	if len(plan.Named(row, plan.PendingTasksField)) > 0 {
		ids := make([]string, 0, len(certifications))
		for i := range certifications {
			if certifications[i].Check() == nil {
				ids = append(ids, certifications[i].ID)
			}
		}
		loaders.AnnouncePendingTasks(ctx, ids)
	}
	operation := graphql.GetOperationContext(ctx)
	origins := plan.Named(plan.Below(operation, plan.Named(plan.Below(operation, plan.Named(row, "reassignment")), "from")), "certification")
	if len(origins) == 0 {
		return
	}
	var ids []string
	for i := range certifications {
		if from := certifications[i].Reassignment; from != nil && from.From != nil && from.From.Check() == nil {
			ids = append(ids, from.From.ID)
		}
	}
	announceCertifications(ctx, ids, plan.Below(operation, origins))
}

// overlap starts to read what is selected below a certification and needs no more of it than its id, while
// the certification itself is read. The fields' own resolvers find what was read, or join the reading. If the
// certification turns out not to be there, the caller ends it all by abandon.
func (r *Resolver) overlap(ctx context.Context, id string) (abandon func()) {
	fields := plan.CollectedAs(ctx, "Certification")
	var below []graphql.CollectedField
	for _, field := range fields {
		if r.readers[field.Name] != nil {
			below = append(below, field)
		}
	}
	if len(below) > 0 || len(plan.Named(fields, plan.PendingTasksField)) > 0 {
		announceCertifications(ctx, []string{id}, fields)
	}
	if len(below) > 0 {
		return r.readBelow(ctx, id, below)
	}
	return func() {}
}

// readBelow starts to read fields below a certification, until abandon is called.
func (r *Resolver) readBelow(ctx context.Context, id string, fields []graphql.CollectedField) (abandon func()) {
	ctx, cancel := context.WithCancel(load.Ahead(ctx))
	var started sync.WaitGroup
	operation := graphql.GetOperationContext(ctx)
	for _, field := range fields {
		want, arguments := plan.SelectionOf(ctx, field), field.ArgumentMap(operation.Variables)
		start := load.From(ctx).Go
		if plan.Awaited(operation, plan.Below(operation, []graphql.CollectedField{field})) {
			start = load.From(ctx).GoGather
		}
		started.Add(1)
		start(func() {
			defer started.Done()
			r.readers[field.Name](ctx, want, &upstream.IdentityCertification{ID: id}, arguments)
		})
	}
	return func() {
		cancel()
		started.Wait() // so that nothing more goes out, and what went out is counted
	}
}
