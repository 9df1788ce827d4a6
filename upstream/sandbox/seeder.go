package sandbox

import (
	"math/rand/v2"
	"time"
)

// A seeder generates the data of the start. All that it chooses depends on the seed alone, and every date on the day on
// which it runs.
type seeder struct {
	config Config
	random *rand.Rand
	ids    *idSource
	day    time.Time // the start of the current day, in UTC
	now    time.Time
	state  *state

	staff        []*identity // all identities but the users of the clients
	users        map[string]*identity
	groups       []*governanceGroup
	crowd        *governanceGroup
	sources      []*source
	bySource     [][]*access // entitlements and access profiles, in the order of sources
	entitlements []*entitlement
	everything   *entitlement // the one with the many permissions
	profiles     []*accessProfile
	roles        []*role
	accounts     []*access
	mixed        []*access
}

// chance returns true once in so many times.
func (s *seeder) chance(oneIn int) bool { return s.random.IntN(oneIn) == 0 }

// daysAgo returns some moment of the day that was so many days ago.
func (s *seeder) daysAgo(days int) time.Time {
	return s.day.AddDate(0, 0, -days).Add(time.Duration(s.random.IntN(86_400_000)) * time.Millisecond)
}

// pick returns one of the elements.
func pick[T any](random *rand.Rand, from []T) T { return from[random.IntN(len(from))] }
