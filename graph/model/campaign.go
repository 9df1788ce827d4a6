package model

import (
	"certql/graph/relay"
	"certql/upstream"
)

// A Campaign is the schema's Campaign: what a certification tells of it or, if the campaign itself was
// read, that and Listed.
type Campaign struct {
	*upstream.CampaignReference
	// Listed is the campaign as getActiveCampaigns lists it; nil if a certification told of it.
	Listed *upstream.SlimCampaign
}

// The connection of campaigns, and its edge.
type (
	CampaignConnection = relay.Connection[Campaign]
	CampaignEdge       = relay.Edge[Campaign]
)

// WrapCampaign returns a campaign of the upstream's list as the schema's.
func WrapCampaign(c *upstream.SlimCampaign) Campaign {
	return Campaign{Listed: c, CampaignReference: &upstream.CampaignReference{
		ID: c.ID, Name: c.Name, Description: c.Description, CampaignType: c.Type, CorrelatedStatus: c.CorrelatedStatus,
	}}
}

// IsNode marks the type as a Node.
func (Campaign) IsNode() {}

// ID returns the campaign's global id; empty if the certification does not show its identifier.
func (c Campaign) ID() string { return string(c.AppendID(nil)) }

// AppendID appends what ID returns.
func (c Campaign) AppendID(text []byte) []byte {
	return appendID(text, campaignType, c.RawID())
}

// RawID returns the campaign's identifier in the REST API.
func (c Campaign) RawID() string { return c.CampaignReference.ID }

// Type returns how the campaign chose what is reviewed.
func (c Campaign) Type() upstream.CampaignType { return c.CampaignType }

// KnownMandatoryCommentRequirement returns which decisions require a comment, and whether a certification told of
// the campaign: the upstream's list of campaigns does not.
func (c Campaign) KnownMandatoryCommentRequirement() (upstream.MandatoryCommentRequirement, bool) {
	return c.MandatoryCommentRequirement, c.Listed == nil
}

// CampaignSettings is the schema's CampaignSettings.
type CampaignSettings struct{ *upstream.Campaign }

// SourceIds returns the identifiers of the sources that the campaign is about; nil if it is about none.
func (s CampaignSettings) SourceIds() []string {
	switch {
	case s.SourceOwnerCampaignInfo != nil:
		return s.SourceOwnerCampaignInfo.SourceIDs
	case s.MachineAccountCampaignInfo != nil:
		return s.MachineAccountCampaignInfo.SourceIDs
	default:
		return nil
	}
}

// Search returns what a SEARCH campaign searched for; nil for others.
func (s CampaignSettings) Search() *upstream.SearchCampaignInfo { return s.SearchCampaignInfo }

// RoleComposition returns which roles a ROLE_COMPOSITION campaign reviews; nil for others.
func (s CampaignSettings) RoleComposition() *upstream.RoleCompositionCampaignInfo {
	return s.RoleCompositionCampaignInfo
}

// MachineAccountReviewer returns who reviews the accounts of a MACHINE_ACCOUNT campaign; empty for others.
func (s CampaignSettings) MachineAccountReviewer() upstream.MachineAccountReviewerType {
	if s.MachineAccountCampaignInfo == nil {
		return ""
	}
	return s.MachineAccountCampaignInfo.ReviewerType
}
