package sandbox

import (
	"math/rand/v2"
	"time"
)

// seedState returns a freshly seeded state.
func seedState(config Config) *state {
	now := config.Clock()
	s := &seeder{
		config: config,
		random: rand.New(rand.NewPCG(config.Seed, seedStream)),
		ids:    newIDSource(config.Seed, seedStream),
		day:    now.UTC().Truncate(24 * time.Hour),
		now:    now,
		users:  make(map[string]*identity),
		state: &state{
			clock:     config.Clock,
			ids:       newIDSource(config.Seed, stateStream),
			queuedFor: config.TaskPace, runningFor: config.TaskPace,
			splitSummaries:     config.SplitSummaries,
			returnsTarget:      config.ReassignReturnsTarget,
			people:             make(map[string]*identity),
			reviewers:          make(map[*identity]*reviewer),
			certificationsByID: make(map[string]*certification, config.Certifications),
			tasksByID:          make(map[string]*task),
		},
	}
	s.ids.odd, s.state.ids.odd = config.OddIDs, config.OddIDs
	s.seedPeople()
	s.seedAccess()
	s.seedCampaigns()
	s.seedTasks()
	s.configureCampaigns()
	s.seedDirectory()
	return s.state
}
