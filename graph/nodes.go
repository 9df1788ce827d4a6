package graph

import (
	"context"
	"fmt"
	"sync"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/apierror"
	"certql/graph/load"
	"certql/graph/model"
	"certql/graph/plan"
)

// node returns an object of any type by its global id; nil if there is no such object.
func (r *Resolver) node(ctx context.Context, id model.NodeID) (model.Node, error) {
	switch id.Kind {
	case model.CertificationNode:
		return asNode(r.certification(ctx, id.Raw))
	case model.ItemNode:
		return asNode(r.item(ctx, id))
	case model.IdentitySummaryNode:
		return asNode(r.identitySummary(ctx, id))
	case model.CampaignNode:
		return asNode(r.campaign(ctx, id.Raw))
	case model.PublicIdentityNode:
		return asNode(r.person(ctx, id.Raw))
	default:
		return asNode(r.task(ctx, id.Raw))
	}
}

// maxWrongIDs is how many wrong ids of one field are told one by one.
const maxWrongIDs = 10

// nodes returns an object, or nil, for each global id, as readEach does.
func (r *Resolver) nodes(ctx context.Context, ids []string) ([]model.Node, error) {
	if len(ids) > plan.MaxNodes {
		return nil, badArgument("ids", fmt.Errorf("has %d ids; at most %d are allowed", len(ids), plan.MaxNodes))
	}
	return readEach(ctx, len(ids), "ids", func(i int) (model.NodeID, string, error) {
		id, err := model.ParseNodeID(ids[i])
		return id, "", err
	}, r.node), nil
}

// readEach returns an object, or nil, for each of n elements of an argument, which parse reads: it returns what an
// element stands for or, if it is wrong, an error, and which part of the element that is about. If an element is
// wrong, or an object cannot be read, there is nil in its place and an error of its own, so that the others stay.
// Wrong elements beyond maxWrongIDs have one error together. What is asked for several times is read once, with all
// that is read beside it.
func readEach[T any](ctx context.Context, n int, argument string, parse func(i int) (id model.NodeID, part string, err error), read func(context.Context, model.NodeID) (T, error)) []T {
	parsed, errs, wrong := make([]model.NodeID, n), make([]error, n), 0
	for i := range n {
		id, part, err := parse(i)
		if err == nil {
			parsed[i] = id
			continue
		}
		if wrong++; wrong <= maxWrongIDs {
			errs[i] = badArgument(fmt.Sprintf("%s[%d]%s", argument, i, part), err)
		}
	}
	if wrong > maxWrongIDs {
		graphql.AddError(ctx, badArgument(argument, fmt.Errorf("has %d more that are wrong", wrong-maxWrongIDs)))
	}
	objects, first := make([]T, n), make(map[model.NodeID]int, n)
	var group sync.WaitGroup
	for i, id := range parsed {
		if _, again := first[id]; id.Kind != 0 && !again {
			first[id] = i
			group.Go(func() { objects[i], errs[i] = read(ctx, id) })
		}
	}
	group.Wait()
	for i, id := range parsed {
		if id.Kind != 0 {
			objects[i], errs[i] = objects[first[id]], errs[first[id]]
		}
	}
	for i, err := range errs {
		if err != nil {
			graphql.AddError(graphql.WithPathContext(ctx, graphql.NewPathWithIndex(i)), err)
		}
	}
	return objects
}

// item returns a review item; nil if its certification has no such item.
func (r *Resolver) item(ctx context.Context, id model.NodeID) (*model.AccessReviewItem, error) {
	item, err := apierror.OrNil(load.From(ctx).Item(ctx, plan.MemberKey(id)))
	return model.WrapItem(item, id.CertificationID), apierror.MarkGovernanceGroup(err)
}

// asNode returns an object as a Node; a nil object is a nil Node.
func asNode[T any, P interface {
	*T
	model.Node
}](object P, err error) (model.Node, error) {
	if object == nil {
		return nil, err
	}
	return object, err
}
