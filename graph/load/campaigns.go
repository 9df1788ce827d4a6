package load

import (
	"context"

	"github.com/graph-gophers/dataloader/v7"

	"certql/upstream"
)

// Campaign returns a campaign, or nil if there is none with the given identifier in the REST API. Errors are
// those of the upstream (getActiveCampaigns).
func (l *Loaders) Campaign(ctx context.Context, id string) (*upstream.SlimCampaign, error) {
	return l.campaign.load(ctx, id)
}

// CampaignInFull returns a campaign with what it was set up with, or nil if there is none with the given
// identifier in the REST API. How far it has come may be missing. Errors are those of the upstream
// (getActiveCampaigns).
func (l *Loaders) CampaignInFull(ctx context.Context, id string) (*upstream.Campaign, error) {
	return l.campaignInFull.load(ctx, id)
}

// PrimeCampaigns remembers campaigns that came with another read, so that Campaign returns them without a
// call.
func (l *Loaders) PrimeCampaigns(campaigns []upstream.SlimCampaign) {
	l.campaign.prime(known(campaigns, func(c *upstream.SlimCampaign) *string { return &c.ID }, (*upstream.SlimCampaign).Check))
}

// readCampaigns reads campaigns by lists of up to BatchSize ids: a report administrator may list a campaign,
// but not get it.
func readCampaigns(ctx context.Context, ids []string) []*dataloader.Result[*upstream.SlimCampaign] {
	l := From(ctx)
	return inBatches(ids, func(ids []string) []*dataloader.Result[*upstream.SlimCampaign] {
		page, err := l.ListCampaigns(ctx, campaignsByID(ids))
		if err != nil {
			return failed[*upstream.SlimCampaign](len(ids), err)
		}
		return byID(ids, page.Items, func(c *upstream.SlimCampaign) *string { return &c.ID }, (*upstream.SlimCampaign).Check)
	})
}

// readCampaignsInFull does the same with the full form of campaigns.
func readCampaignsInFull(ctx context.Context, ids []string) []*dataloader.Result[*upstream.Campaign] {
	l := From(ctx)
	return inBatches(ids, func(ids []string) []*dataloader.Result[*upstream.Campaign] {
		page, err := l.client.GetActiveCampaignsInFull(ctx, campaignsByID(ids))
		if err != nil {
			return failed[*upstream.Campaign](len(ids), err)
		}
		return byID(ids, page.Items, func(c *upstream.Campaign) *string { return &c.ID }, (*upstream.Campaign).Check)
	})
}

func campaignsByID(ids []string) upstream.GetActiveCampaignsParams {
	return upstream.GetActiveCampaignsParams{
		Filter: upstream.CampaignFilter{IDs: ids}, Paging: upstream.Paging{Limit: len(ids)},
	}
}
