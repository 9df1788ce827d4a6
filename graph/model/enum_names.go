package model

import (
	"fmt"

	"github.com/99designs/gqlgen/graphql"

	"certql/upstream"
)

// enumNames are the names of an enum's values in the schema, and the upstream's words for them.
type enumNames[E ~string] map[string]E

// marshal writes the name of a value, and null for one without a name.
func (n enumNames[E]) marshal(value E) graphql.Marshaler {
	for name, each := range n {
		if each == value {
			return graphql.MarshalString(name)
		}
	}
	return graphql.Null
}

// unmarshal reads a name. The error is an *InputError.
func (n enumNames[E]) unmarshal(v any) (E, error) {
	name, _ := v.(string)
	value, ok := n[name]
	if !ok {
		return "", &InputError{Reason: fmt.Sprintf("%q is not one of the names that the enum lists", name)}
	}
	return value, nil
}

var (
	certificationOrderFields = enumNames[upstream.CertificationSortField]{
		"NAME":   upstream.SortCertificationsByName,
		"DUE":    upstream.SortCertificationsByDue,
		"SIGNED": upstream.SortCertificationsBySigned,
	}
	reviewerOrderFields = enumNames[upstream.ReviewerSortField]{
		"NAME":  upstream.SortReviewersByName,
		"EMAIL": upstream.SortReviewersByEmail,
	}
	accessReviewItemOrderFields = enumNames[upstream.AccessReviewItemSortField]{
		"IDENTITY_NAME":              upstream.SortItemsByIdentityName,
		"ACCESS_NAME":                upstream.SortItemsByAccessName,
		"ACCESS_TYPE":                upstream.SortItemsByAccessType,
		"ENTITLEMENT_SOURCE_NAME":    upstream.SortItemsByEntitlementSourceName,
		"ACCESS_PROFILE_SOURCE_NAME": upstream.SortItemsByAccessProfileSourceName,
	}
	campaignOrderFields = enumNames[upstream.CampaignSortField]{
		"NAME":    upstream.SortCampaignsByName,
		"CREATED": upstream.SortCampaignsByCreated,
	}
	identitySummaryOrderFields = enumNames[upstream.IdentitySummarySortField]{
		"NAME": upstream.SortIdentitySummariesByName,
	}
	accessSummaryOrderFields = enumNames[upstream.AccessSummarySortField]{
		"ACCESS_NAME": upstream.SortAccessSummariesByName,
	}
	publicIdentityOrderFields = enumNames[upstream.PublicIdentitySortField]{
		"NAME": upstream.SortPublicIdentitiesByName,
	}
	accessSummaryTypes = enumNames[upstream.AccessSummaryType]{
		"ROLE":           upstream.AccessSummaryRole,
		"ACCESS_PROFILE": upstream.AccessSummaryAccessProfile,
		"ENTITLEMENT":    upstream.AccessSummaryEntitlement,
	}
	viewerCredentials = enumNames[upstream.ViewerCredential]{
		"BEARER":  upstream.ViewerBearer,
		"SESSION": upstream.ViewerSession,
		"SERVICE": upstream.ViewerService,
	}
	reassignReferenceTypes = enumNames[upstream.ReassignReferenceType]{
		"TARGET_SUMMARY":   upstream.ReassignTargetSummary,
		"ITEM":             upstream.ReassignItem,
		"IDENTITY_SUMMARY": upstream.ReassignIdentitySummary,
	}
)

// MarshalCertificationOrderField writes the enum of that name.
func MarshalCertificationOrderField(v upstream.CertificationSortField) graphql.Marshaler {
	return certificationOrderFields.marshal(v)
}

// UnmarshalCertificationOrderField reads the enum of that name.
func UnmarshalCertificationOrderField(v any) (upstream.CertificationSortField, error) {
	return certificationOrderFields.unmarshal(v)
}

// MarshalReviewerOrderField writes the enum of that name.
func MarshalReviewerOrderField(v upstream.ReviewerSortField) graphql.Marshaler {
	return reviewerOrderFields.marshal(v)
}

// UnmarshalReviewerOrderField reads the enum of that name.
func UnmarshalReviewerOrderField(v any) (upstream.ReviewerSortField, error) {
	return reviewerOrderFields.unmarshal(v)
}

// MarshalAccessReviewItemOrderField writes the enum of that name.
func MarshalAccessReviewItemOrderField(v upstream.AccessReviewItemSortField) graphql.Marshaler {
	return accessReviewItemOrderFields.marshal(v)
}

// UnmarshalAccessReviewItemOrderField reads the enum of that name.
func UnmarshalAccessReviewItemOrderField(v any) (upstream.AccessReviewItemSortField, error) {
	return accessReviewItemOrderFields.unmarshal(v)
}

// MarshalReassignReferenceType writes the enum of that name.
func MarshalReassignReferenceType(v upstream.ReassignReferenceType) graphql.Marshaler {
	return reassignReferenceTypes.marshal(v)
}

// UnmarshalReassignReferenceType reads the enum of that name.
func UnmarshalReassignReferenceType(v any) (upstream.ReassignReferenceType, error) {
	return reassignReferenceTypes.unmarshal(v)
}

// MarshalCampaignOrderField writes the enum of that name.
func MarshalCampaignOrderField(v upstream.CampaignSortField) graphql.Marshaler {
	return campaignOrderFields.marshal(v)
}

// UnmarshalCampaignOrderField reads the enum of that name.
func UnmarshalCampaignOrderField(v any) (upstream.CampaignSortField, error) {
	return campaignOrderFields.unmarshal(v)
}

// MarshalIdentitySummaryOrderField writes the enum of that name.
func MarshalIdentitySummaryOrderField(v upstream.IdentitySummarySortField) graphql.Marshaler {
	return identitySummaryOrderFields.marshal(v)
}

// UnmarshalIdentitySummaryOrderField reads the enum of that name.
func UnmarshalIdentitySummaryOrderField(v any) (upstream.IdentitySummarySortField, error) {
	return identitySummaryOrderFields.unmarshal(v)
}

// MarshalAccessSummaryOrderField writes the enum of that name.
func MarshalAccessSummaryOrderField(v upstream.AccessSummarySortField) graphql.Marshaler {
	return accessSummaryOrderFields.marshal(v)
}

// UnmarshalAccessSummaryOrderField reads the enum of that name.
func UnmarshalAccessSummaryOrderField(v any) (upstream.AccessSummarySortField, error) {
	return accessSummaryOrderFields.unmarshal(v)
}

// MarshalPublicIdentityOrderField writes the enum of that name.
func MarshalPublicIdentityOrderField(v upstream.PublicIdentitySortField) graphql.Marshaler {
	return publicIdentityOrderFields.marshal(v)
}

// UnmarshalPublicIdentityOrderField reads the enum of that name.
func UnmarshalPublicIdentityOrderField(v any) (upstream.PublicIdentitySortField, error) {
	return publicIdentityOrderFields.unmarshal(v)
}

// MarshalAccessSummaryType writes the enum of that name.
func MarshalAccessSummaryType(v upstream.AccessSummaryType) graphql.Marshaler {
	return accessSummaryTypes.marshal(v)
}

// UnmarshalAccessSummaryType reads the enum of that name.
func UnmarshalAccessSummaryType(v any) (upstream.AccessSummaryType, error) {
	return accessSummaryTypes.unmarshal(v)
}

// MarshalViewerCredential writes the enum of that name.
func MarshalViewerCredential(v upstream.ViewerCredential) graphql.Marshaler {
	return viewerCredentials.marshal(v)
}

// UnmarshalViewerCredential reads the enum of that name.
func UnmarshalViewerCredential(v any) (upstream.ViewerCredential, error) {
	return viewerCredentials.unmarshal(v)
}
