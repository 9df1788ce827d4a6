package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/apierror"
	"certql/graph/gen"
	"certql/graph/load"
	"certql/graph/model"
	"certql/graph/plan"
	"certql/graph/relay"
	"certql/upstream"
)

// certification returns a certification by its REST identifier; nil if there is no such
// certification. The connections selected below it are read at the same time.
func (r *Resolver) certification(ctx context.Context, id string) (*model.Certification, error) {
	abandon := r.overlap(ctx, id)
	certification, err := apierror.OrNil(load.From(ctx).Certification(ctx, id))
	if certification == nil {
		abandon()
	} else {
		followOne(ctx, certification)
	}
	return model.WrapCertification(certification), apierror.MarkGovernanceGroup(err)
}

func (r *Resolver) certifications(ctx context.Context, want plan.Selection, args relay.Arguments, reviewer *string, filter *gen.CertificationFilter, orderBy []gen.CertificationOrder) (*model.CertificationConnection, error) {
	var in inputReader
	params := upstream.ListIdentityCertificationsParams{
		Reviewer: in.reviewer(reviewer),
		Filter:   in.certificationFilter(filter),
		Sorters:  sorters(&in, orderBy),
	}
	return r.listCertifications(ctx, want, args, in, params)
}

// certificationsOf returns a page of the certifications of a campaign.
func (r *Resolver) certificationsOf(ctx context.Context, want plan.Selection, campaignID string, args relay.Arguments, filter *gen.CertificationFilter, orderBy []gen.CertificationOrder) (*model.CertificationConnection, error) {
	var in inputReader
	params := upstream.ListIdentityCertificationsParams{
		Filter:  in.certificationFilter(filter),
		Sorters: sorters(&in, orderBy),
	}
	params.Filter.CampaignIDs = in.only(campaignID, params.Filter.CampaignIDs)
	return r.listCertifications(ctx, want, args, in, params)
}

func (r *Resolver) listCertifications(ctx context.Context, want plan.Selection, args relay.Arguments, in inputReader, params upstream.ListIdentityCertificationsParams) (*model.CertificationConnection, error) {
	return connect(ctx, r.rows, want, args, &source[upstream.IdentityCertification, model.Certification]{
		input: in,
		scope: relay.NewScope("certifications", params.Query()),
		read: func(ctx context.Context, paging upstream.Paging) (upstream.Page[upstream.IdentityCertification], error) {
			params := params
			params.Paging = paging
			return load.From(ctx).ListCertifications(ctx, params)
		},
		announce: func(ctx context.Context, row []graphql.CollectedField, rows []upstream.IdentityCertification) {
			announceBelow(ctx, row, rows)
			readAhead(ctx, row, pointers(ctx, rows, (*upstream.IdentityCertification).Check), r.readers)
		},
		check: (*upstream.IdentityCertification).Check,
		node: func(c *upstream.IdentityCertification) model.Certification {
			return model.Certification{IdentityCertification: c}
		},
	})
}

func (r *Resolver) reviewers(ctx context.Context, want plan.Selection, certificationID string, args relay.Arguments, filter *gen.ReviewerFilter, orderBy []gen.ReviewerOrder) (*model.IdentityConnection, error) {
	var in inputReader
	params := upstream.ListCertificationReviewersParams{
		Filter:  in.reviewerFilter(filter),
		Sorters: sorters(&in, orderBy),
	}
	return connect(ctx, r.rows, want, args, &source[upstream.IdentityReference, upstream.IdentityReference]{
		input: in,
		scope: relay.NewScope("reviewers", certificationID, params.Query()),
		read: func(ctx context.Context, paging upstream.Paging) (upstream.Page[upstream.IdentityReference], error) {
			params := params
			params.Paging = paging
			return load.From(ctx).ListReviewers(ctx, certificationID, params)
		},
		announce: announceBelowIdentities,
		check:    (*upstream.IdentityReference).Check,
		node:     func(i *upstream.IdentityReference) upstream.IdentityReference { return *i },
	})
}
