package sandbox

import (
	"fmt"
	"strconv"
	"strings"
)

// clientSecret is the secret of every seeded client. It protects nothing: the data is made up.
const clientSecret = "sandbox"

// A persona is a seeded client and the user that it acts for. Their ids and emails are the same whatever the seed.
type persona struct {
	client     string
	identityID string
	name       string
	email      string
	department string
	level      string // the authority, or "" for a plain user
}

// personas are the users of the clients, in the order in which they are listed.
func personas() []persona {
	return []persona{
		{"org-admin", "3f6a1c0e7b2d4958a1c6e0d25f7b9a10", "Olivia Grant", "olivia.grant@example.com", "IT", "ORG_ADMIN"},
		{"cert-admin", "8d24b7f1c0534e6e9b1fa27c6d830e45", "Cedric Adeyemi", "cedric.adeyemi@example.com", "Audit", "CERT_ADMIN"},
		{"reviewer-1", "b1e07c52d94a4f3c8c6d1f20a7e35b91", "Priya Raman", "priya.raman@example.com", "Finance", ""},
		{"reviewer-2", "6c0f2d84-51ab-4e97-b3d2-98e7a1c40f62", "Søren Kjærgård", "soren.kjaergard@example.com", "Engineering", ""},
		{"reviewer-3", "e49d3a7150bc4c28a5f1d6027b8c93e3", "Amara O'Neill", "amara.oneill@example.com", "Sales", ""},
		{"reviewer-4", "07a5c9e2f1384d6db4e0a8c3b2d71f54", "佐藤 美咲", "misaki.sato@example.com", "Operations", ""},
		{"reviewer-5", "Grace.7f3b02c9d15e48", `Grace "Gigi" Abara, PhD`, "grace.abara@example.com", "R&D", ""},
		{"idle", "f2b8d6a0c3e14975ad0c5b9e8f7143d6", "Ingrid Larsen", "ingrid.larsen@example.com", "Legal", ""},
	}
}

// apiKeyClient is the id of the client that belongs to no user.
const apiKeyClient = "api-key"

// The applications that users of the tenant sign in to, by the authorization-code grant. The first is confidential, with
// the secret of the other clients; the second has none, and nothing but PKCE.
const (
	PortalClient       = "portal"
	PublicPortalClient = "portal-public"
)

// applications returns the tenant's applications.
func applications() []client {
	return []client{
		{id: PortalClient, secret: clientSecret, application: true, scopes: []string{everyScope}},
		{id: PublicPortalClient, application: true, scopes: []string{everyScope}},
	}
}

// seededClients returns the tenant's OAuth clients that get tokens by their credentials.
func seededClients() []client {
	var clients []client
	for _, each := range personas() {
		clients = append(clients, each.through(client{id: each.client, secret: clientSecret, scopes: []string{everyScope}}))
	}
	return append(clients, client{id: apiKeyClient, secret: clientSecret, scopes: []string{readScope, manageScope}})
}

// through returns the client as it acts for the persona.
func (p persona) through(acting client) client {
	acting.identityID, acting.userName = p.identityID, p.login()
	if p.level != "" {
		acting.authorities = []string{p.level}
	}
	return acting
}

// login is the account name of the persona.
func (p persona) login() string { return strings.TrimSuffix(p.email, "@example.com") }

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
			id: each.identityID, name: each.name, email: each.email, login: each.login(), department: each.department,
			created: s.day.AddDate(-3, 0, i), modified: s.day.AddDate(0, -1, -i),
		}
		s.users[each.client] = user
		s.state.people[user.id] = user
	}
	for i := range min(max(2*s.config.Certifications, 600), 8_000) {
		s.staff = append(s.staff, s.person(i))
	}
	for _, each := range s.staff {
		s.state.people[each.id] = each
	}
	s.seedGroups()
}

// person makes the identity of that number: those with awkward names first.
func (s *seeder) person(number int) *identity {
	first := firstNames[number%len(firstNames)]
	last := lastNames[number/len(firstNames)%len(lastNames)]
	made := &identity{
		id: s.ids.next(), name: first + " " + last,
		login:      strings.ToLower(first[:1]+last) + strconv.Itoa(number),
		department: departments[number%len(departments)],
	}
	if number < len(awkwardNames) {
		made.name = awkwardNames[number]
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
