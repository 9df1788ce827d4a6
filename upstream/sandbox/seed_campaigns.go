package sandbox

import (
	"fmt"
	"slices"
	"time"
)

var campaignTypes = [...]string{
	managerCampaign, sourceOwnerCampaign, searchCampaign, roleCompositionCampaign, machineAccountCampaign,
}

var commentRules = [...]string{commentNever, commentOnRevoke, commentAlways}

var searchNames = [...]string{
	"Privileged & Dormant (>90 %)", `R&D "Blue Team" #1`, `Domain\Admins`, "Contractors, EMEA + APAC", "特権アクセス", "Админы 🔐",
}

// seedCampaigns makes the campaigns and deals the certifications out to them: about a dozen each.
func (s *seeder) seedCampaigns() {
	total := s.config.Certifications
	campaigns := min(max(total/12, len(campaignTypes)), total)
	for i := range campaigns {
		s.state.campaigns = append(s.state.campaigns, s.campaign(i, campaigns))
	}
	sizes := s.sizes()
	for i := range total {
		s.certification(i, s.state.campaigns[i*campaigns/total], sizes[i])
	}
	slices.SortFunc(s.state.certifications, byCreation)
}

// campaign makes the campaign of that number. Every tenth is staged and every tenth completed.
func (s *seeder) campaign(number, total int) *campaign {
	made := &campaign{status: campaignActive, sunsetComments: number%6 != 5}
	switch number % 10 {
	case 3:
		made.status = campaignStaged
	case 6:
		made.status = campaignCompleted
	}
	id := s.ids.next()
	switch {
	case number == 3:
		id = StagedCampaign
	case number%4 == 1:
		id = s.ids.nextDashed()
	}
	kind := campaignTypes[number%len(campaignTypes)]
	quarter := s.day.AddDate(0, 0, -s.campaignAge(number, total))
	made.created = quarter.Add(-time.Hour) // before its certifications
	made.wire = wireCampaign{
		ID: id, Type: "CAMPAIGN", CampaignType: kind,
		Name:             fmt.Sprintf("%s Q%d review #%d", quarter.Format("2006"), (quarter.Month()+2)/3, number+1),
		CorrelatedStatus: "CORRELATED", MandatoryCommentRequirement: commentRules[number%len(commentRules)],
	}
	if kind == sourceOwnerCampaign && number%2 == 0 {
		made.wire.CorrelatedStatus = "UNCORRELATED"
	}
	if number%3 != 1 {
		made.wire.Description = new("Who still needs what? Rule: “" + made.wire.MandatoryCommentRequirement + "” & due dates apply.")
	}
	return made
}

// campaignAge returns how many days ago the campaign was generated: the higher its number, the fewer.
func (s *seeder) campaignAge(number, total int) int { return 200 - 190*number/total }

// The numbers of the certifications that are fixtures.
const (
	largePlace   = 0
	crowdPlace   = 21
	emptyPlace   = 2
	decidedPlace = 4
	dotPlace     = 1 // with Config.OddIDs
	dotsTwoPlace = 3
	largeSize    = 1_150
)

// sizes returns how many items each certification gets: very different numbers, which add up to the total.
func (s *seeder) sizes() []int {
	sizes := make([]int, s.config.Certifications)
	weights := make([]float64, len(sizes))
	sum := 0.0
	for i := range weights {
		if i != largePlace && i != emptyPlace {
			weights[i] = 0.2 + 1.6*s.random.Float64()
			sum += weights[i]
		}
	}
	rest := s.config.Items
	if sum > 0 {
		sizes[largePlace] = min(largeSize, rest/3)
		rest -= sizes[largePlace]
	} else {
		weights[largePlace], sum = 1, 1
	}
	before, reached := 0, 0.0
	last := -1
	for i, weight := range weights {
		if weight == 0 {
			continue
		}
		reached += weight / sum * float64(rest)
		sizes[i] += int(reached) - before
		before, last = int(reached), i
	}
	sizes[last] += rest - before // what rounding lost
	return sizes
}

// certification makes the certification of that number with that many items.
func (s *seeder) certification(number int, of *campaign, size int) {
	made := &certification{
		id: s.ids.next(), campaign: of, phase: active,
		reviewer: s.reviewer(number),
		// Pairs share their creation time, so that the id decides on their order.
		created: s.day.AddDate(0, 0, -s.campaignAge(number, s.config.Certifications)).Add(time.Duration(number/2%1000) * time.Minute),
	}
	if number%16 == 5 {
		made.id = s.ids.nextDashed()
	}
	progress := []float64{0, 0.35, 0.7}[number%3]
	if number%9 == 7 {
		progress = 1
	}
	if s.config.OddIDs {
		switch number {
		case dotPlace:
			made.id, made.reviewer = dot, s.state.reviewerFor(s.users["reviewer-1"])
		case dotsTwoPlace:
			made.id, made.reviewer = dotsTwo, s.state.reviewerFor(s.users["reviewer-1"])
		}
	}
	switch number {
	case largePlace:
		made.id, made.reviewer, progress = LargeCertification, s.state.reviewerFor(s.users["reviewer-1"]), 0
	case crowdPlace:
		made.id, made.reviewer = CrowdCertification, newGroupReviewer(s.crowd)
	case emptyPlace:
		made.id, made.reviewer = EmptyCertification, s.state.reviewerFor(s.users["reviewer-2"])
	case decidedPlace:
		made.id, made.reviewer, progress = DecidedCertification, s.state.reviewerFor(s.users["reviewer-1"]), 1
	}
	switch {
	case of.status == campaignStaged:
		made.phase, progress = staged, 0
	case of.status == campaignCompleted || number%9 == 5:
		made.phase, progress = signed, 1
	}
	made.name = s.certificationName(number, of, made.reviewer)
	made.modified = made.created.Add(time.Duration(s.random.IntN(8*24*60)) * time.Minute)
	if number != emptyPlace {
		made.due = s.due(number, made)
	}
	if made.phase == signed {
		made.signed = new(stamp(made.modified))
	}
	if number%37 == 11 {
		made.errorMessage = new("The certification has an error: 2 items could not be loaded from their source.")
	}
	s.reassigned(number, made)
	s.fill(made, number, size, progress)
	s.state.certifications = append(s.state.certifications, made)
	s.state.certificationsByID[made.id] = made
	of.certifications = append(of.certifications, made)
}

// due returns a due date: most are to come, one in four has passed, and one in seven is missing.
func (s *seeder) due(number int, of *certification) *string {
	switch {
	case number%7 == 6:
		return nil
	case of.campaign.status == campaignCompleted || number%4 == 2:
		return new(stamp(s.day.AddDate(0, 0, -1-number%9)))
	}
	return new(stamp(s.day.AddDate(0, 0, 5+number%55).Add(23 * time.Hour)))
}

// reviewer returns the reviewer of the certification of that number: often reviewer-1, rarely the others.
func (s *seeder) reviewer(number int) *reviewer {
	switch turn := number * 7 % 40; {
	case turn < 12:
		return s.state.reviewerFor(s.users["reviewer-1"])
	case turn < 15:
		return s.state.reviewerFor(s.users["reviewer-2"])
	case turn < 17:
		return s.state.reviewerFor(s.users["reviewer-3"])
	case turn == 17:
		return s.state.reviewerFor(s.users["reviewer-4"])
	case turn == 18:
		return s.state.reviewerFor(s.users["reviewer-5"])
	case turn < 21:
		return newGroupReviewer(pick(s.random, s.groups))
	}
	return s.state.reviewerFor(s.staff[number%(len(s.staff)/4)])
}

// certificationName returns a name that fits the type of the campaign.
func (s *seeder) certificationName(number int, of *campaign, by *reviewer) string {
	switch of.wire.CampaignType {
	case sourceOwnerCampaign, machineAccountCampaign:
		return "Source Owner Access Review for " + s.sources[number%len(s.sources)].name
	case searchCampaign:
		return "Access Review for " + searchNames[number%len(searchNames)]
	case roleCompositionCampaign:
		return "Role Composition Review for " + roleNames[number%len(roleNames)]
	}
	return "Manager Access Review for " + by.wire.Name
}

// reassigned makes some certifications come from the one before, if that has another reviewer.
func (s *seeder) reassigned(number int, made *certification) {
	siblings := made.campaign.certifications
	if number%25 != 13 || len(siblings) == 0 || made.phase == staged {
		return
	}
	if origin := siblings[len(siblings)-1]; origin.reviewer.wire.ID != made.reviewer.wire.ID {
		made.origin, made.reason = origin, `On leave until May; "please take over" – thanks 🙏`
	}
}
