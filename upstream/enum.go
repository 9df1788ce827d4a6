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

// Known reports whether the service lists access of the type.
func (t AccessSummaryType) Known() bool {
	switch t {
	case AccessSummaryRole, AccessSummaryAccessProfile, AccessSummaryEntitlement:
		return true
	}
	return false
}

// Known reports whether the vendor documents the state.
func (s CampaignStatus) Known() bool {
	switch s {
	case CampaignStatusPending, CampaignStatusStaged, CampaignStatusCanceling, CampaignStatusActivating, CampaignStatusActive,
		CampaignStatusCompleting, CampaignStatusCompleted, CampaignStatusError, CampaignStatusArchived:
		return true
	}
	return false
}

// Known reports whether the vendor documents the level.
func (l CampaignAlertLevel) Known() bool {
	switch l {
	case CampaignAlertError, CampaignAlertWarn, CampaignAlertInfo:
		return true
	}
	return false
}

// Known reports whether the vendor documents the type.
func (t CampaignSearchType) Known() bool {
	return t == CampaignSearchIdentity || t == CampaignSearchAccess
}

// Known reports whether the vendor documents the operator.
func (o AccessConstraintOperator) Known() bool {
	return o == ConstraintAll || o == ConstraintSelected
}

// Known reports whether the vendor documents the type.
func (t MachineAccountReviewerType) Known() bool { return t == MachineAccountReviewedByOwner }

// Known reports whether the vendor documents the state.
func (s IdentityState) Known() bool {
	switch s {
	case IdentityActive, IdentityInactiveShortTerm, IdentityInactiveLongTerm:
		return true
	}
	return false
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
	i.AccessSummary.noteUnknown(u)
}

func (s *AccessSummary) noteUnknown(u *unknownValues) {
	if s == nil {
		return
	}
	if s.Access != nil {
		note(u, s.Access.Type)
	}
	s.Entitlement.noteUnknown(u)
	s.AccessProfile.noteUnknown(u)
	if role := s.Role; role != nil {
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

func (c *SlimCampaign) noteUnknown(u *unknownValues) {
	note(u, c.Type)
	note(u, c.Status)
	note(u, c.CorrelatedStatus)
	for i := range c.Alerts {
		note(u, c.Alerts[i].Level)
		for k := range c.Alerts[i].Localizations {
			note(u, c.Alerts[i].Localizations[k].LocaleOrigin)
		}
	}
}

func (c *Campaign) noteUnknown(u *unknownValues) {
	c.SlimCampaign.noteUnknown(u)
	note(u, c.MandatoryCommentRequirement)
	if search := c.SearchCampaignInfo; search != nil {
		note(u, search.Type)
		search.Reviewer.noteUnknown(u)
		for i := range search.AccessConstraints {
			note(u, search.AccessConstraints[i].Type)
			note(u, search.AccessConstraints[i].Operator)
		}
	}
	if roles := c.RoleCompositionCampaignInfo; roles != nil {
		roles.Reviewer.noteUnknown(u)
	}
	if accounts := c.MachineAccountCampaignInfo; accounts != nil {
		note(u, accounts.ReviewerType)
	}
}

func (i *PublicIdentity) noteUnknown(u *unknownValues) { note(u, i.IdentityState) }
