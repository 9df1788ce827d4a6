package model

import (
	"fmt"
	"strconv"

	"github.com/99designs/gqlgen/graphql"

	"certql/upstream"
)

// unrecognized is the name that an enum shows for a value that it does not list.
const unrecognized = "UNRECOGNIZED"

// An enumValue is a value of one of the upstream's open enums.
type enumValue interface {
	~string
	// Known reports whether the upstream's documentation lists the value.
	Known() bool
}

// EnumName returns the name that an enum shows for a value: unrecognized if the enum does not list it, and the empty
// text for the empty value.
func EnumName[E enumValue](v E) string {
	if v != "" && !v.Known() {
		return unrecognized
	}
	return string(v)
}

// marshalEnum writes the value's name, and null for the empty value.
func marshalEnum[E enumValue](v E) graphql.Marshaler { return MarshalString(EnumName(v)) }

// unmarshalEnum reads a name that the enum lists. The error is an *InputError.
func unmarshalEnum[E enumValue](v any) (E, error) {
	text, ok := v.(string)
	if !ok {
		return "", &InputError{Reason: "must be one of the names that the enum lists"}
	}
	value := E(text)
	if !value.Known() {
		return "", &InputError{Reason: fmt.Sprintf("%s is not one of the names that the enum lists", strconv.Quote(text))}
	}
	return value, nil
}

// MarshalCertificationPhase writes the enum of that name.
func MarshalCertificationPhase(v upstream.CertificationPhase) graphql.Marshaler {
	return marshalEnum(v)
}

// UnmarshalCertificationPhase reads the enum of that name.
func UnmarshalCertificationPhase(v any) (upstream.CertificationPhase, error) {
	return unmarshalEnum[upstream.CertificationPhase](v)
}

// MarshalCampaignType writes the enum of that name.
func MarshalCampaignType(v upstream.CampaignType) graphql.Marshaler { return marshalEnum(v) }

// UnmarshalCampaignType reads the enum of that name.
func UnmarshalCampaignType(v any) (upstream.CampaignType, error) {
	return unmarshalEnum[upstream.CampaignType](v)
}

// MarshalCorrelatedStatus writes the enum of that name.
func MarshalCorrelatedStatus(v upstream.CorrelatedStatus) graphql.Marshaler { return marshalEnum(v) }

// UnmarshalCorrelatedStatus reads the enum of that name.
func UnmarshalCorrelatedStatus(v any) (upstream.CorrelatedStatus, error) {
	return unmarshalEnum[upstream.CorrelatedStatus](v)
}

// MarshalMandatoryCommentRequirement writes the enum of that name.
func MarshalMandatoryCommentRequirement(v upstream.MandatoryCommentRequirement) graphql.Marshaler {
	return marshalEnum(v)
}

// UnmarshalMandatoryCommentRequirement reads the enum of that name.
func UnmarshalMandatoryCommentRequirement(v any) (upstream.MandatoryCommentRequirement, error) {
	return unmarshalEnum[upstream.MandatoryCommentRequirement](v)
}

// MarshalReviewerType writes the enum of that name.
func MarshalReviewerType(v upstream.ReviewerType) graphql.Marshaler { return marshalEnum(v) }

// UnmarshalReviewerType reads the enum of that name.
func UnmarshalReviewerType(v any) (upstream.ReviewerType, error) {
	return unmarshalEnum[upstream.ReviewerType](v)
}

// MarshalDecision writes the enum of that name.
func MarshalDecision(v upstream.CertificationDecision) graphql.Marshaler { return marshalEnum(v) }

// UnmarshalDecision reads the enum of that name.
func UnmarshalDecision(v any) (upstream.CertificationDecision, error) {
	return unmarshalEnum[upstream.CertificationDecision](v)
}

// MarshalDtoType writes the enum of that name.
func MarshalDtoType(v upstream.DtoType) graphql.Marshaler { return marshalEnum(v) }

// UnmarshalDtoType reads the enum of that name.
func UnmarshalDtoType(v any) (upstream.DtoType, error) {
	return unmarshalEnum[upstream.DtoType](v)
}

// MarshalUsageDaysState writes the enum of that name.
func MarshalUsageDaysState(v upstream.UsageDaysState) graphql.Marshaler { return marshalEnum(v) }

// UnmarshalUsageDaysState reads the enum of that name.
func UnmarshalUsageDaysState(v any) (upstream.UsageDaysState, error) {
	return unmarshalEnum[upstream.UsageDaysState](v)
}

// MarshalCertificationTaskType writes the enum of that name.
func MarshalCertificationTaskType(v upstream.CertificationTaskType) graphql.Marshaler {
	return marshalEnum(v)
}

// UnmarshalCertificationTaskType reads the enum of that name.
func UnmarshalCertificationTaskType(v any) (upstream.CertificationTaskType, error) {
	return unmarshalEnum[upstream.CertificationTaskType](v)
}

// MarshalCertificationTaskStatus writes the enum of that name.
func MarshalCertificationTaskStatus(v upstream.CertificationTaskStatus) graphql.Marshaler {
	return marshalEnum(v)
}

// UnmarshalCertificationTaskStatus reads the enum of that name.
func UnmarshalCertificationTaskStatus(v any) (upstream.CertificationTaskStatus, error) {
	return unmarshalEnum[upstream.CertificationTaskStatus](v)
}

// MarshalCertificationTaskTargetType writes the enum of that name.
func MarshalCertificationTaskTargetType(v upstream.CertificationTaskTargetType) graphql.Marshaler {
	return marshalEnum(v)
}

// UnmarshalCertificationTaskTargetType reads the enum of that name.
func UnmarshalCertificationTaskTargetType(v any) (upstream.CertificationTaskTargetType, error) {
	return unmarshalEnum[upstream.CertificationTaskTargetType](v)
}

// MarshalLocaleOrigin writes the enum of that name.
func MarshalLocaleOrigin(v upstream.LocaleOrigin) graphql.Marshaler { return marshalEnum(v) }

// UnmarshalLocaleOrigin reads the enum of that name.
func UnmarshalLocaleOrigin(v any) (upstream.LocaleOrigin, error) {
	return unmarshalEnum[upstream.LocaleOrigin](v)
}

// MarshalCampaignStatus writes the enum of that name.
func MarshalCampaignStatus(v upstream.CampaignStatus) graphql.Marshaler { return marshalEnum(v) }

// UnmarshalCampaignStatus reads the enum of that name.
func UnmarshalCampaignStatus(v any) (upstream.CampaignStatus, error) {
	return unmarshalEnum[upstream.CampaignStatus](v)
}

// MarshalCampaignAlertLevel writes the enum of that name.
func MarshalCampaignAlertLevel(v upstream.CampaignAlertLevel) graphql.Marshaler {
	return marshalEnum(v)
}

// UnmarshalCampaignAlertLevel reads the enum of that name.
func UnmarshalCampaignAlertLevel(v any) (upstream.CampaignAlertLevel, error) {
	return unmarshalEnum[upstream.CampaignAlertLevel](v)
}

// MarshalCampaignSearchType writes the enum of that name.
func MarshalCampaignSearchType(v upstream.CampaignSearchType) graphql.Marshaler {
	return marshalEnum(v)
}

// UnmarshalCampaignSearchType reads the enum of that name.
func UnmarshalCampaignSearchType(v any) (upstream.CampaignSearchType, error) {
	return unmarshalEnum[upstream.CampaignSearchType](v)
}

// MarshalCampaignAccessOperator writes the enum of that name.
func MarshalCampaignAccessOperator(v upstream.AccessConstraintOperator) graphql.Marshaler {
	return marshalEnum(v)
}

// UnmarshalCampaignAccessOperator reads the enum of that name.
func UnmarshalCampaignAccessOperator(v any) (upstream.AccessConstraintOperator, error) {
	return unmarshalEnum[upstream.AccessConstraintOperator](v)
}

// MarshalMachineAccountReviewer writes the enum of that name.
func MarshalMachineAccountReviewer(v upstream.MachineAccountReviewerType) graphql.Marshaler {
	return marshalEnum(v)
}

// UnmarshalMachineAccountReviewer reads the enum of that name.
func UnmarshalMachineAccountReviewer(v any) (upstream.MachineAccountReviewerType, error) {
	return unmarshalEnum[upstream.MachineAccountReviewerType](v)
}

// MarshalIdentityState writes the enum of that name.
func MarshalIdentityState(v upstream.IdentityState) graphql.Marshaler { return marshalEnum(v) }

// UnmarshalIdentityState reads the enum of that name.
func UnmarshalIdentityState(v any) (upstream.IdentityState, error) {
	return unmarshalEnum[upstream.IdentityState](v)
}
