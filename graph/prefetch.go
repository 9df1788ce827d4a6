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
// before the first of the fields is resolved.
func announceRoots(ctx context.Context) {
	operation := graphql.GetOperationContext(ctx)
	var (
		certifications, withTasks []string
		items                     []load.ItemKey
	)
	for _, field := range plan.Roots(operation) {
		for _, id := range plan.NamedNodes(field, operation.Variables) {
			switch id.Kind {
			case model.CertificationNode:
				certifications = append(certifications, id.Raw)
				if len(plan.Named(plan.Below(operation, []graphql.CollectedField{field}), plan.PendingTasksField)) > 0 {
					withTasks = append(withTasks, id.Raw)
				}
			case model.ItemNode:
				items = append(items, plan.ItemKey(id))
				if len(plan.Named(plan.Below(operation, []graphql.CollectedField{field}), "certification")) > 0 {
					certifications = append(certifications, id.CertificationID)
				}
			}
		}
	}
	loaders := load.From(ctx)
	loaders.Announce(ctx, certifications, items)
	loaders.AnnouncePendingTasks(ctx, withTasks)
}

// announceCertifications starts to read certifications of which the given fields are selected,
// together with whatever the upstream returns for many of them at once.
func announceCertifications(ctx context.Context, ids []string, fields []graphql.CollectedField) {
	loaders := load.From(ctx)
	loaders.Announce(ctx, ids, nil)
	if len(plan.Named(fields, plan.PendingTasksField)) > 0 {
		loaders.AnnouncePendingTasks(ctx, ids)
	}
}

// announceTargets starts to read the certifications that a page of tasks works on, if they are
// selected.
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
	announceCertifications(ctx, ids, plan.Below(graphql.GetOperationContext(ctx), fields))
}

// announceBelow starts to read what a page of certifications leads to, if it is selected and the
// upstream returns it for many certifications at once.
func announceBelow(ctx context.Context, row []graphql.CollectedField, certifications []upstream.IdentityCertification) {
	loaders := load.From(ctx)
	loaders.Prime(ctx, certifications)
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

// overlap starts to read the connections below a certification, which need no more of it
// than its id, while the certification itself is read. The fields' own resolvers find what
// was read, or join the reading. If the certification turns out not to be there, the caller ends
// it all by abandon.
func (r *Resolver) overlap(ctx context.Context, id string) (abandon func()) {
	fields := graphql.CollectFieldsCtx(ctx, nil)
	connections := append(plan.Named(fields, plan.ReviewItemsField), plan.Named(fields, plan.ReviewersField)...)
	if len(connections) > 0 || len(plan.Named(fields, plan.PendingTasksField)) > 0 {
		announceCertifications(ctx, []string{id}, fields)
	}
	if len(connections) > 0 {
		return r.readConnections(ctx, id, connections)
	}
	return func() {}
}

// readConnections starts to read connections below a certification, until abandon is called.
func (r *Resolver) readConnections(ctx context.Context, id string, fields []graphql.CollectedField) (abandon func()) {
	ctx, cancel := context.WithCancel(load.Ahead(ctx))
	loaders := load.From(ctx)
	var started sync.WaitGroup
	start := func(read func()) {
		started.Add(1)
		loaders.Go(func() {
			defer started.Done()
			read()
		})
	}
	variables := graphql.GetOperationContext(ctx).Variables
	for _, field := range fields {
		want, raw := plan.SelectionOf(ctx, field), field.ArgumentMap(variables)
		switch field.Name { // wrong arguments are for the field's resolver to report
		case plan.ReviewItemsField:
			if args, err := r.arguments.CertificationReviewItems(ctx, raw); err == nil {
				start(func() { _, _ = r.reviewItems(ctx, want, id, nil, args.Arguments, args.Filter, args.OrderBy) })
			}
		case plan.ReviewersField:
			if args, err := r.arguments.CertificationReviewers(ctx, raw); err == nil {
				start(func() { _, _ = r.reviewers(ctx, want, id, args.Arguments, args.Filter, args.OrderBy) })
			}
		}
	}
	return func() {
		cancel()
		started.Wait() // so that nothing more goes out, and what went out is counted
	}
}
