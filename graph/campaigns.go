package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/gen"
	"certql/graph/load"
	"certql/graph/model"
	"certql/graph/plan"
	"certql/graph/relay"
	"certql/upstream"
)

// campaign returns a campaign by its REST identifier; nil if there is no such campaign.
func (r *Resolver) campaign(ctx context.Context, id string) (*model.Campaign, error) {
	campaign, err := load.From(ctx).Campaign(ctx, id)
	if campaign == nil {
		return nil, err
	}
	return new(model.WrapCampaign(campaign)), nil
}

func (r *Resolver) campaigns(ctx context.Context, want plan.Selection, args relay.Arguments, filter *gen.CampaignFilter, orderBy []gen.CampaignOrder) (*model.CampaignConnection, error) {
	var in inputReader
	params := upstream.GetActiveCampaignsParams{
		Filter:  in.campaignFilter(filter),
		Sorters: sorters(&in, orderBy),
	}
	return connect(ctx, r.rows, want, args, &source[upstream.SlimCampaign, model.Campaign]{
		input: in,
		scope: relay.NewScope("campaigns", params.Query()),
		read: func(ctx context.Context, paging upstream.Paging) (upstream.Page[upstream.SlimCampaign], error) {
			params := params
			params.Paging = paging
			return load.From(ctx).ListCampaigns(ctx, params)
		},
		announce: func(ctx context.Context, row []graphql.CollectedField, rows []upstream.SlimCampaign) {
			load.From(ctx).PrimeCampaigns(rows)
			campaigns := pointers(ctx, rows, (*upstream.SlimCampaign).Check)
			followListed(ctx, row, campaigns)
			readAhead(ctx, row, campaigns, readers[upstream.SlimCampaign]{
				plan.CertificationsField: func(ctx context.Context, want plan.Selection, of *upstream.SlimCampaign, arguments map[string]any) {
					if args, err := r.arguments.CampaignCertifications(ctx, arguments); err == nil {
						_, _ = r.certificationsOf(ctx, want, of.ID, args.Arguments, args.Filter, args.OrderBy)
					}
				},
			})
		},
		check: (*upstream.SlimCampaign).Check,
		node:  model.WrapCampaign,
	})
}

// campaignDetails returns how far a campaign has come; nil if the upstream does not have it any more.
func campaignDetails(ctx context.Context, campaign *model.Campaign) (*upstream.SlimCampaign, error) {
	if campaign.Listed != nil {
		return campaign.Listed, nil
	}
	if err := campaign.Check(); err != nil {
		return nil, err
	}
	return load.From(ctx).Campaign(ctx, campaign.RawID())
}

// campaignSettings returns what a campaign was set up with; nil if the upstream does not have it any more.
func campaignSettings(ctx context.Context, campaign *model.Campaign) (*model.CampaignSettings, error) {
	if err := campaign.Check(); err != nil {
		return nil, err
	}
	settings, err := load.From(ctx).CampaignInFull(ctx, campaign.RawID())
	if settings == nil {
		return nil, err
	}
	return &model.CampaignSettings{Campaign: settings}, nil
}

// commentRequirement returns which decisions of a campaign require a comment, as the certification says that
// told of the campaign or, if none did, its settings.
func commentRequirement(ctx context.Context, campaign *model.Campaign) (upstream.MandatoryCommentRequirement, error) {
	if requirement, known := campaign.KnownMandatoryCommentRequirement(); known {
		return requirement, nil
	}
	settings, err := campaignSettings(ctx, campaign)
	if settings == nil {
		return "", err
	}
	return settings.MandatoryCommentRequirement, nil
}

// announceCampaigns starts to read campaigns by their ids of which the given fields are selected.
func announceCampaigns(ctx context.Context, ids []string, fields []graphql.CollectedField) {
	load.From(ctx).AnnounceCampaigns(ctx, ids)
	if settings := settingsOf(fields); len(settings) > 0 {
		announceCampaignsInFull(ctx, ids, settings)
	}
}

// followListed starts to read what campaigns of a list were set up with, if that is selected.
func followListed(ctx context.Context, row []graphql.CollectedField, campaigns []*upstream.SlimCampaign) {
	if settings := settingsOf(row); len(settings) > 0 {
		ids := usable(func(add func(string)) {
			for _, c := range campaigns {
				add(c.ID)
			}
		})
		announceCampaignsInFull(ctx, ids, settings)
	}
}

// settingsOf returns those of the fields of listed campaigns that take their full form.
func settingsOf(fields []graphql.CollectedField) []graphql.CollectedField {
	return append(plan.Named(fields, plan.SettingsField), plan.Named(fields, plan.CommentRequirementField)...)
}
