package sandbox

var approvals = [...]string{"Still needed", "Confirmed with the team lead", `OK ("as discussed")`, "必要です", "50% role, keep"}

var revocations = [...]string{"Moved to another team", "No longer needed & unused for 90 days", "Left the project #42", "Больше не нужно"}

// fill gives a certification its summaries and items, of which the given share is decided.
func (s *seeder) fill(into *certification, number, size int, progress float64) {
	block := make([]item, size)
	into.items = make([]*item, size)
	next := s.random.IntN(len(s.staff))
	if number == largePlace {
		next = 0 // among them all identities with awkward names
	}
	pool := s.pool(number, into.campaign)
	for done := 0; done < size; next++ {
		target := s.target(into, next)
		if target == nil {
			continue
		}
		into.summaries = append(into.summaries, target)
		held := min(1+s.random.IntN(10), size-done, len(pool))
		first := s.random.IntN(len(pool))
		for i := range held {
			made := &block[done]
			*made = item{id: s.ids.next(), access: pool[(first+i)%len(pool)], summary: target, newAccess: s.chance(10)}
			if s.random.Float64() < progress {
				s.decideSeeded(made, into.campaign)
			}
			into.items[done] = made
			done++
		}
	}
	if number == largePlace && size > 0 {
		into.items[0].id, into.items[0].access = LargePermissionsItem, s.everything.access()
	}
	if number == largePlace && size > 2 && s.config.OddIDs {
		into.items[1].id, into.items[2].id = dot, dotsTwo
	}
	into.recount()
}

// pool returns the access that the certification of that number is about.
func (s *seeder) pool(number int, of *campaign) []*access {
	switch of.wire.CampaignType {
	case sourceOwnerCampaign:
		return s.bySource[number%len(s.bySource)]
	case machineAccountCampaign:
		return append(s.accounts[20:len(s.accounts):len(s.accounts)], s.bySource[number%len(s.bySource)]...)
	case roleCompositionCampaign:
		return s.bySource[(number+1)%len(s.bySource)]
	}
	return s.mixed
}

// target returns the summary of the identity that the next items belong to, or nil if that is the reviewer, who cannot
// review their own access. In a campaign on the composition of roles, the targets are roles.
func (s *seeder) target(of *certification, next int) *identitySummary {
	if of.campaign.wire.CampaignType == roleCompositionCampaign {
		return &identitySummary{id: s.ids.next(), name: s.roles[next%len(s.roles)].wire.Name}
	}
	person := s.staff[next%len(s.staff)]
	if of.reviewer.identity == person {
		return nil
	}
	return &identitySummary{id: s.ids.next(), name: person.name, identity: person}
}

// decideSeeded decides an item within the rules of its campaign.
func (s *seeder) decideSeeded(on *item, of *campaign) {
	on.decision = approve
	phrases := approvals[:]
	if s.chance(7) && (on.access.role == nil || on.access.role.wire.Revocable) {
		on.decision, phrases = revoke, revocations[:]
	}
	rule := of.wire.MandatoryCommentRequirement
	if rule == commentAlways || rule == commentOnRevoke && on.decision == revoke || s.chance(6) {
		// A fresh string for each item would take most of the memory of a large tenant.
		on.comments = &phrases[s.random.IntN(len(phrases))]
	}
}
