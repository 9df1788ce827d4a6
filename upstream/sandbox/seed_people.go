package sandbox

import (
	"fmt"
	"strconv"
	"strings"
)

// awkwardNames hold each character that needs care in a filter, in a query string or in JSON.
var awkwardNames = [...]string{
	"Núñez, José María", `Sam "Sammy" O'Connor`, `Domain\Service Owner`, "Anna Winter (100% remote)", "Müller & Söhne",
	"C# Build Account", "C++ Build Account", "李小龍", "Мария Иванова", "محمد العلي", "Ελένη Παπαδοπούλου", "🚀 Launch Bot",
	"Zoë Faß", "İpek Şahin", "a=b;c/d?e", `trailing backslash\`,
}

var firstNames = [...]string{
	"Ada", "Amir", "Beatriz", "Chen", "Dana", "Elif", "Femi", "Greta", "Hana", "Ivan", "Jaya", "Kofi", "Lena", "Mateo",
	"Nadia", "Omar", "Paula", "Quinn", "Rosa", "Samir", "Tova", "Uma", "Viktor", "Wanda", "Ximena", "Yusuf", "Zuzana",
}

var lastNames = [...]string{
	"Abe", "Bauer", "Costa", "Dahl", "Egan", "Fischer", "Gupta", "Haddad", "Ito", "Jansen", "Kaya", "Lopez", "Moreau",
	"Nowak", "Okafor", "Petrov", "Qureshi", "Rossi", "Silva", "Tanaka", "Ueda", "Varga", "Weber", "Xu", "Yilmaz", "Zhou",
}

var departments = [...]string{"Finance", "Engineering", "Sales", "Operations", "HR", "Legal", "R&D", "Support"}

// seedPeople makes the identities and the governance groups.
func (s *seeder) seedPeople() {
	for i, each := range personas() {
		user := &identity{
			id: each.identityID, name: each.name, firstName: each.firstName, lastName: each.lastName, email: each.email, login: each.login(), department: each.department,
			created: s.day.AddDate(-3, 0, i), modified: s.day.AddDate(0, -1, -i),
		}
		s.users[each.client] = user
		s.join(user)
	}
	for i := range min(max(2*s.config.Certifications, 600), 8_000) {
		s.staff = append(s.staff, s.person(i))
	}
	for _, each := range s.staff {
		s.join(each)
	}
	s.seedGroups()
}

// join adds somebody to the people of the tenant.
func (s *seeder) join(person *identity) {
	s.state.people[person.id] = person
	s.state.directory = append(s.state.directory, person)
}

// person makes the identity of that number: those with awkward names first.
func (s *seeder) person(number int) *identity {
	first := firstNames[number%len(firstNames)]
	last := lastNames[number/len(firstNames)%len(lastNames)]
	made := &identity{
		id: s.ids.next(), name: first + " " + last, firstName: first, lastName: last,
		login:      strings.ToLower(first[:1]+last) + strconv.Itoa(number),
		department: departments[number%len(departments)],
	}
	if number < len(awkwardNames) {
		made.name = awkwardNames[number]
		made.firstName, made.lastName = parts(made.name)
	} else if round := number / (len(firstNames) * len(lastNames)); round > 0 {
		made.name = first + " " + string(rune('A'+round%26)) + ". " + last
	}
	if number%19 == 7 {
		made.id = s.ids.nextDashed()
	}
	if number%15 != 4 {
		made.email = made.login + "@example.com"
	}
	if number%6 != 5 {
		made.created = s.daysAgo(400 + number%2000)
	}
	if number%4 != 1 {
		made.modified = s.daysAgo(1 + number%300)
	}
	return made
}

// parts takes a display name apart: at its comma, if the last name is written first, or else at its last blank. A single
// word is a first name.
func parts(name string) (first, last string) {
	if last, first, ok := strings.Cut(name, ", "); ok {
		return first, last
	}
	if at := strings.LastIndex(name, " "); at >= 0 {
		return name[:at], name[at+1:]
	}
	return name, ""
}

var groupNames = [...]string{
	"Finance Approvers", `SOX "Key Controls" Board`, "R&D + QA Stewards", "Payroll, Tax #1", "Security Council",
	"データ管理委員会", "Cloud Platform Owners", "Совет по доступу",
}

// seedGroups makes small groups, of which reviewer-1 and reviewer-2 belong to some, and one very large one.
func (s *seeder) seedGroups() {
	for i, name := range groupNames {
		group := &governanceGroup{id: s.ids.nextDashed(), name: name}
		if i%3 != 2 {
			group.created = s.daysAgo(300 + i)
		}
		switch i % 4 {
		case 0:
			group.members = append(group.members, s.users["reviewer-1"])
		case 1:
			group.members = append(group.members, s.users["reviewer-2"])
		}
		first := 20 + 10*i
		group.members = append(group.members, s.staff[first:first+3+i%6]...)
		s.groups = append(s.groups, group)
	}
	s.crowd = &governanceGroup{id: s.ids.next(), name: fmt.Sprintf("All Team Leads (%d)", crowdSize), created: s.daysAgo(500)}
	s.crowd.members = append(s.crowd.members, s.users["reviewer-2"])
	s.crowd.members = append(s.crowd.members, s.staff[:crowdSize-1]...)
}

// crowdSize is how many members the very large group has.
const crowdSize = 320
