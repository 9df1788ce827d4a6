package upstream

// The service may add values to any enum. A value that this package does not know stays
// in its field as it came; Known tells it from the others.

// Known reports whether the vendor documents the phase.
func (p CertificationPhase) Known() bool {
	switch p {
	case PhaseStaged, PhaseActive, PhaseSigned:
		return true
	}
	return false
}

// Known reports whether the vendor documents the campaign type.
func (t CampaignType) Known() bool {
	switch t {
	case CampaignManager, CampaignSourceOwner, CampaignSearch, CampaignRoleComposition, CampaignMachineAccount:
		return true
	}
	return false
}

// Known reports whether the vendor documents the state.
func (s CorrelatedStatus) Known() bool {
	return s == Correlated || s == Uncorrelated
}

// Known reports whether the vendor documents the requirement.
func (r MandatoryCommentRequirement) Known() bool {
	switch r {
	case CommentsOnAllDecisions, CommentsOnRevokeOnly, CommentsOnNoDecisions:
		return true
	}
	return false
}

// Known reports whether the vendor documents the reviewer type.
func (t ReviewerType) Known() bool {
	return t == ReviewerIdentity || t == ReviewerGovernanceGroup
}

// Known reports whether the vendor documents the decision.
func (d CertificationDecision) Known() bool {
	return d == Approve || d == Revoke
}

// Known reports whether the vendor documents the object type.
func (t DtoType) Known() bool {
	switch t {
	case TypeAccountCorrelationConfig, TypeAccessProfile, TypeAccessRequestApproval, TypeAccount, TypeApplication,
		TypeCampaign, TypeCampaignFilter, TypeCertification, TypeCluster, TypeConnectorSchema, TypeEntitlement,
		TypeGovernanceGroup, TypeIdentity, TypeIdentityProfile, TypeIdentityRequest, TypeMachineIdentity,
		TypeLifecycleState, TypePasswordPolicy, TypeRole, TypeRule, TypeSodPolicy, TypeSource, TypeTag,
		TypeTagCategory, TypeTaskResult, TypeReportResult, TypeSodViolation, TypeAccountActivity, TypeWorkgroup:
		return true
	}
	return false
}

// Known reports whether the vendor documents the state.
func (s UsageDaysState) Known() bool {
	return s == UsageDaysComplete || s == UsageDaysUnknown
}

// Known reports whether the vendor documents the task type.
func (t CertificationTaskType) Known() bool {
	switch t {
	case TaskReassign, TaskAdminReassign, TaskCompleteCertification, TaskFinishCertification, TaskCompleteCampaign,
		TaskActivateCampaign, TaskCampaignCreate, TaskCampaignDelete:
		return true
	}
	return false
}

// Known reports whether the vendor documents the task state.
func (s CertificationTaskStatus) Known() bool {
	switch s {
	case TaskQueued, TaskInProgress, TaskSuccess, TaskError:
		return true
	}
	return false
}

// Known reports whether the vendor documents the target type.
func (t CertificationTaskTargetType) Known() bool {
	return t == TaskTargetCertification || t == TaskTargetCampaign
}

// Known reports whether the vendor documents the origin.
func (o LocaleOrigin) Known() bool {
	return o == LocaleDefault || o == LocaleRequest
}

// The methods below log the values of a row that Known does not report; list and get call them.

func (c *IdentityCertification) noteUnknown(u *unknownValues) {
	note(u, c.Phase)
	if c.Campaign != nil {
		note(u, c.Campaign.CampaignType)
		note(u, c.Campaign.CorrelatedStatus)
		note(u, c.Campaign.MandatoryCommentRequirement)
	}
	c.Reviewer.noteUnknown(u)
	if c.Reassignment != nil && c.Reassignment.From != nil {
		c.Reassignment.From.Reviewer.noteUnknown(u)
	}
}

func (r *Reviewer) noteUnknown(u *unknownValues) {
	if r != nil {
		note(u, r.Type)
	}
}

func (i *AccessReviewItem) noteUnknown(u *unknownValues) {
	note(u, i.Decision)
	if i.AccessSummary == nil {
		return
	}
	if i.AccessSummary.Access != nil {
		note(u, i.AccessSummary.Access.Type)
	}
	i.AccessSummary.Entitlement.noteUnknown(u)
	i.AccessSummary.AccessProfile.noteUnknown(u)
	if role := i.AccessSummary.Role; role != nil {
		for k := range role.AccessProfiles {
			role.AccessProfiles[k].noteUnknown(u)
		}
		for k := range role.Entitlements {
			role.Entitlements[k].noteUnknown(u)
		}
	}
}

func (p *ReviewableAccessProfile) noteUnknown(u *unknownValues) {
	if p != nil {
		for k := range p.Entitlements {
			p.Entitlements[k].noteUnknown(u)
		}
	}
}

func (e *ReviewableEntitlement) noteUnknown(u *unknownValues) {
	if e == nil || e.Account == nil {
		return
	}
	note(u, e.Account.Type)
	if e.Account.Owner != nil {
		note(u, e.Account.Owner.Type)
	}
	if e.Account.ActivityInsights != nil {
		note(u, e.Account.ActivityInsights.UsageDaysState)
	}
}

func (t *CertificationTask) noteUnknown(u *unknownValues) {
	note(u, t.Type)
	note(u, t.TargetType)
	note(u, t.Status)
	for k := range t.Errors {
		note(u, t.Errors[k].LocaleOrigin)
	}
}
