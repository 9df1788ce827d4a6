package sandbox

// The fixtures: identifiers, the same for every seed, of data that tests and examples need to name. They exist if the
// sizes of the configuration leave room for them, as the defaults do.
const (
	// LargeCertification is ACTIVE and undecided, reviewed by reviewer-1, with 1,150 items (a third of all, if that
	// is fewer) of identities with every kind of awkward name.
	LargeCertification = "c1d05e3f8a964b7792e0f6a43b1c8d01"
	// LargePermissionsItem is an item of LargeCertification whose entitlement has 300 permissions.
	LargePermissionsItem = "17e3b0c95d2f4a6881f7c2d4e6a90b02"
	// CrowdCertification is ACTIVE and reviewed by a governance group of over 300 identities.
	CrowdCertification = "9b4f7d20c6e14f35a8d1b2e3f4055c03"
	// EmptyCertification is ACTIVE and reviewed by reviewer-2; it has no items, no due date and no reassignment.
	EmptyCertification = "5e82a91b3c7d4f06b9e4d7c8a1f26e04"
	// DecidedCertification is ACTIVE and reviewed by reviewer-1; all its decisions are made, so it can be signed off.
	DecidedCertification = "2fa6c4e8-0b1d-4735-9c8e-6d5f4b3a2105"
	// SucceededTask and FailedTask have ended, with SUCCESS and with ERROR. They can be read for the first day.
	SucceededTask = "64d1f8b7a2c34e9590b3e7c5d8f1a206"
	FailedTask    = "a07b92e4f5c84d1bb6f3d0e9c8a71407"
	// StagedCampaign is not activated yet; see Sandbox.ActivateCampaign.
	StagedCampaign = "d35c7a1e9f824b60a4e6c0b8f2d79108"
	// PendingCampaign has no certifications yet.
	PendingCampaign = "7c19e4b2d0a64f85b3d8e1f7a6c25309"
)
