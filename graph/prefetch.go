package graph

import (
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/gen"
	"certql/graph/load"
	"certql/graph/model"
	"certql/graph/plan"
	"certql/upstream"
)

// announceRoots has the objects read that the root fields name by their ids, together and
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
				if len(plan.Named(plan.Below(operation, []graphql.CollectedField{field}), "pendingTasks")) > 0 {
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

// announceCertifications has certifications read, of which the given fields are selected,
// with all that the upstream answers for many of them at once.
func announceCertifications(ctx context.Context, ids []string, fields []graphql.CollectedField) {
	loaders := load.From(ctx)
	loaders.Announce(ctx, ids, nil)
	if len(plan.Named(fields, "pendingTasks")) > 0 {
		loaders.AnnouncePendingTasks(ctx, ids)
	}
}

// announceTargets has the certifications read that a page of tasks works on, where they are
// selected.
func announceTargets(ctx context.Context, row []graphql.CollectedField, tasks []upstream.CertificationTask) {
	fields := plan.Named(row, "certification")
	if len(fields) == 0 {
		return
	}
	var ids []string
	for i := range tasks {
		if id := wrapTask(&tasks[i]).CertificationID(); id != "" {
			ids = append(ids, id)
		}
	}
	announceCertifications(ctx, ids, plan.Below(graphql.GetOperationContext(ctx), fields))
}

// announceBelow has read what a page of certifications leads to, where it is selected and the
// upstream answers it for many certifications at once.
func announceBelow(ctx context.Context, row []graphql.CollectedField, certifications []upstream.IdentityCertification) {
	loaders := load.From(ctx)
	loaders.Prime(ctx, certifications)
	if len(plan.Named(row, "pendingTasks")) > 0 {
		ids := make([]string, len(certifications))
		for i := range certifications {
			ids[i] = certifications[i].ID
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
		if from := certifications[i].Reassignment; from != nil && from.From != nil {
			ids = append(ids, from.From.ID)
		}
	}
	announceCertifications(ctx, ids, plan.Below(operation, origins))
}

// overlap starts to read the connections below a certification, which need no more of it
// than its id, while the certification itself is read. The fields' own resolvers find what
// was read, or join the reading. Where the certification turns out not to be there, the
// function that it answers ends it all.
func (r *Resolver) overlap(ctx context.Context, id string) (abandon func()) {
	fields := graphql.CollectFieldsCtx(ctx, nil)
	connections := append(plan.Named(fields, "reviewItems"), plan.Named(fields, "reviewers")...)
	if len(connections) > 0 || len(plan.Named(fields, "pendingTasks")) > 0 {
		announceCertifications(ctx, []string{id}, fields)
	}
	if len(connections) > 0 {
		return r.readConnections(ctx, id, connections)
	}
	return func() {}
}

// readConnections starts to read connections below a certification. The function that it answers
// ends that. (It takes much of the stack, which is why it stands by itself.)
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
	var want plan.Selection
	var reads gen.ComplexityRoot
	reads.Certification.ReviewItems = func(_ int, first *int, after *string, last *int, before *string, offset *int, filter *gen.AccessReviewItemFilter, orderBy []gen.AccessReviewItemOrder) int {
		want := want
		start(func() {
			_, _ = r.reviewItems(ctx, want, id, paging(first, after, last, before, offset), filter, orderBy)
		})
		return 0
	}
	reads.Certification.Reviewers = func(_ int, first *int, after *string, last *int, before *string, offset *int, filter *gen.ReviewerFilter, orderBy []gen.ReviewerOrder) int {
		want := want
		start(func() { _, _ = r.reviewers(ctx, want, id, paging(first, after, last, before, offset), filter, orderBy) })
		return 0
	}
	// The schema's cost functions are how gqlgen hands out a field's arguments, with their
	// types, outside of its resolver.
	typed := gen.NewExecutableSchema(gen.Config{Complexity: reads})
	operation := graphql.GetOperationContext(ctx)
	for _, field := range fields {
		want = plan.SelectionOf(ctx, field)
		typed.Complexity(ctx, "Certification", field.Name, 0, field.ArgumentMap(operation.Variables))
	}
	return func() {
		cancel()
		started.Wait() // so that nothing more goes out, and what went out is counted
	}
}
