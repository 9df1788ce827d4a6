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

// nodes returns an object, or nil, for each id. If an id is wrong, or an object cannot be read,
// there is nil in its place and an error of its own, so that the others stay. Wrong ids beyond
// maxWrongIDs have one error together. An id that is given several times is read once, with all that is
// read beside it.
func (r *Resolver) nodes(ctx context.Context, ids []string) ([]model.Node, error) {
	if len(ids) > plan.MaxNodes {
		return nil, badArgument("ids", fmt.Errorf("has %d ids; at most %d are allowed", len(ids), plan.MaxNodes))
	}
	parsed, errs, wrong := make([]model.NodeID, len(ids)), make([]error, len(ids)), 0
	for i, id := range ids {
		var err error
		if parsed[i], err = model.ParseNodeID(id); err == nil {
			continue
		}
		if wrong++; wrong <= maxWrongIDs {
			errs[i] = badArgument(fmt.Sprintf("ids[%d]", i), err)
		}
	}
	if wrong > maxWrongIDs {
		graphql.AddError(ctx, badArgument("ids", fmt.Errorf("has %d more that are wrong", wrong-maxWrongIDs)))
	}
	nodes, first := make([]model.Node, len(ids)), make(map[model.NodeID]int, len(ids))
	var group sync.WaitGroup
	for i, id := range parsed {
		if _, again := first[id]; id.Kind != 0 && !again {
			first[id] = i
			group.Go(func() { nodes[i], errs[i] = r.node(ctx, id) })
		}
	}
	group.Wait()
	for i, id := range parsed {
		if id.Kind != 0 {
			nodes[i], errs[i] = nodes[first[id]], errs[first[id]]
		}
	}
	for i, err := range errs {
		if err != nil {
			graphql.AddError(graphql.WithPathContext(ctx, graphql.NewPathWithIndex(i)), err)
		}
	}
	return nodes, nil
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
