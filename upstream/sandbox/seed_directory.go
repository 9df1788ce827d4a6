package sandbox

import (
	"fmt"
	"time"
)

// seedDirectory adds people who take no part in any certification, and gives everybody what the tenant shows of them. It
// comes last and has identifiers of its own, so that it changes nothing of what was made before.
func (s *seeder) seedDirectory() {
	ids := newIDSource(s.config.Seed, peopleStream)
	ids.odd = s.config.OddIDs
	for i, each := range bystanders {
		made := each
		made.id, made.department = ids.next(), departments[i%len(departments)]
		made.created = s.day.AddDate(0, -i-1, 0).Add(time.Hour)
		s.join(&made)
	}
	for i, each := range s.state.directory {
		each.public = s.publicIdentity(each, i)
	}
}

// bystanders are people whom it is easy to confuse: they share first names, have names of several words, or are called
// otherwise than they are shown. Some of them are not fit to be chosen.
var bystanders = []identity{
	{name: "Ana Bauer", firstName: "Ana", lastName: "Bauer", login: "abauer", email: "ana.bauer@example.com"},
	{name: "Ana María de la Cruz", firstName: "Ana María", lastName: "de la Cruz", login: "amdelacruz", email: "anamaria.delacruz@example.com"},
	{name: "Ana Lucía Pérez Gómez", firstName: "Ana Lucía", lastName: "Pérez Gómez", login: "alperez", email: "al.perez@example.com"},
	{name: "De La Cruz, Ana", firstName: "Ana", lastName: "De La Cruz", login: "adelacruz2", email: "ana.delacruz@example.com"},
	{name: "Anabel O'Hara", firstName: "Anabel", lastName: "O'Hara", login: "aohara", email: "anabel.ohara@example.com"},
	{name: "Mariana Anand", firstName: "Mariana", lastName: "Anand", login: "manand", email: "m.anand@example.com"},
	{name: "Susana Vega", firstName: "Susana", lastName: "Vega", login: "ana.vega", email: "s.vega@example.com"},
	{name: "Joana Prado", firstName: "Joana", lastName: "Prado", login: "jprado", email: "ANA@prado.example.com"},
	{name: `Ann "Annie" O'Brien`, firstName: "Ann", lastName: "O'Brien", login: "aobrien", email: "ann.o'brien@example.com"},
	{name: "Jean-Luc d'Arc", firstName: "Jean-Luc", lastName: "d'Arc", login: "jldarc", email: "jl.darc@example.com"},
	{name: `Backslash \ Smith`, firstName: `Back\slash`, lastName: `"Smith"`, login: `EXAMPLE\bsmith`, email: "b.smith@example.com"},
	{name: "Vincent van der Berg", firstName: "Vincent", lastName: "van der Berg", login: "vvdberg", email: "v.vanderberg@example.com"},
	{name: "Ana Bauer", firstName: "Ana", lastName: "Bauer", login: "abauer2", email: "ana.bauer2@example.com"},
	{name: "Ana", firstName: "Ana", login: "ana", email: "ana@example.com"},
	{name: "Ana Silva", firstName: "Ana", lastName: "Silva", login: "asilva"},
	{name: "Ana Orphan", firstName: "Ana", lastName: "Orphan", login: "aorphan", email: "a.orphan@example.com", uncorrelated: true},
	{name: "Break Glass", firstName: "Break", lastName: "Glass", login: "breakglass", email: "breakglass@example.com", uncorrelated: true, protected: true},
	{name: "Ana Nouser", firstName: "Ana", lastName: "Nouser", email: "a.nouser@example.com"},
	{name: "SailPoint Support", firstName: "SailPoint", lastName: "Support", login: supportAdmin, email: "support@example.com", protected: true},
	{name: "Cloud Admin", firstName: "Cloud", lastName: "Admin", login: cloudAdmin, email: "cloud@example.com", protected: true},
}

var (
	jobTitles = [...]string{"Analyst", "Team Lead", `Engineer "II"`, "Director, Operations", "Werkstudent", "主任", "Clerk (50%)"}
	locations = [...]string{"Austin", "São Paulo", "München", "東京", "Pune", "Kraków"}
)

// lifecycles are the tenant's own states, each with what it means to the service. Most people have none.
var lifecycles = [...]struct{ status, state *string }{
	{new("Active"), nil},
	{new("Active"), new(stateActive)},
	{nil, nil},
	{new("Active"), new(stateActive)},
	{new("prehire"), nil},
	{new("Active"), nil},
	{new("Leave of Absence"), new(stateShortTerm)},
	{nil, nil},
	{new("Active"), new(stateActive)},
	{new("terminated"), new(stateLongTerm)},
	{new("Kündigungsfrist"), nil},
}

// publicIdentity returns what everybody in the tenant may know of the person of that number. The number alone decides on
// what is made up, so that this takes nothing from the source of random numbers.
func (s *seeder) publicIdentity(person *identity, number int) wirePublicIdentity {
	row := wirePublicIdentity{
		ID: person.id, Name: person.name, Alias: person.login, Email: textOrNull(person.email),
		Manager: s.manager(number), Attributes: attributes(person, number),
	}
	cycle := lifecycles[1] // of the users
	if number >= len(s.users) {
		cycle = lifecycles[number%len(lifecycles)]
	}
	row.Status, row.IdentityState = cycle.status, cycle.state
	return row
}

// manager returns who the person of that number reports to: somebody with about a tenth of the number. The first has no
// manager, and of some others it is not known.
func (s *seeder) manager(number int) *wireManager {
	if number == 0 || number%13 == 11 {
		return nil
	}
	of := s.state.directory[number/10]
	return &wireManager{"IDENTITY", of.id, of.name}
}

// attributes returns what the tenant has chosen to show of everybody, which is as much as the service allows.
func attributes(person *identity, number int) []wirePublicAttribute {
	row := []wirePublicAttribute{
		{"department", "Department", &person.department},
		{"jobTitle", "Job Title", &jobTitles[number%len(jobTitles)]},
		{"location", "Location", &locations[number/3%len(locations)]},
		{"phone", "Phone", nil},
		{"costCenter", `Cost Center "EU" (%)`, new(fmt.Sprintf("CC-%04d", 1000+number%37))},
	}
	if number%3 != 1 {
		row[3].Value = new(fmt.Sprintf("+49 89 %06d", 100000+number*7919%900000))
	}
	if number%8 == 5 {
		row[2].Value = nil
	}
	return row
}
