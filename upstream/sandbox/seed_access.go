package sandbox

import (
	"fmt"
	"strings"
)

// sourceTemplates are the systems whose access is reviewed.
var sourceTemplates = [...]struct {
	name, kind, attribute, schemaObject string
	cloud, permissions                  bool
}{
	{"Active Directory", "Active Directory - Direct", "memberOf", "group", false, false},
	{"SAP ECC", "SAP - Direct", "Roles", "role", false, true},
	{"Workday", "Workday", "SecurityGroups", "securityGroup", true, false},
	{"GitHub Enterprise", "GitHub", "teams", "team", true, false},
	{"Salesforce", "Salesforce", "PermissionSet", "permissionSet", true, false},
	{"Finance, Payroll & Tax (Oracle)", "Oracle Database - Direct", "DbRoles", "role", false, true},
	{`Mainframe "RACF" #1`, "RACF - Full", "groups", "group", false, true},
	{"Microsoft Entra ID", "Azure Active Directory", "groups", "group", true, false},
	{"Google Workspace", "G Suite", "Groups", "group", true, false},
	{"販売管理システム", "JDBC", "権限", "権限", false, false},
}

var accessLevels = [...]string{"Reader", "Editor", "Admin"}

// seedAccess makes the catalogue: sources, entitlements with permissions, access profiles, roles and accounts.
func (s *seeder) seedAccess() {
	for i, each := range sourceTemplates {
		at := &source{
			id: s.ids.next(), name: each.name, kind: each.kind, attribute: each.attribute,
			schemaObject: each.schemaObject, number: uint64(i + 1),
		}
		if i%2 == 0 {
			at.stewards = &s.groups[i%len(s.groups)].id
		}
		s.sources = append(s.sources, at)
		s.bySource = append(s.bySource, nil)
		var local []*entitlement
		for _, department := range departments {
			for level, name := range accessLevels {
				made := s.entitlement(at, department, name)
				made.wire.Privileged = level == len(accessLevels)-1
				made.wire.CloudGoverned = each.cloud
				if each.permissions {
					s.grant(made, 1+s.random.IntN(6))
				}
				local = append(local, made)
			}
		}
		s.entitlements = append(s.entitlements, local...)
		s.seedProfiles(at, local)
		for _, made := range local {
			s.bySource[i] = append(s.bySource[i], made.access())
		}
	}
	s.everything = s.entitlement(s.sources[1], "All", "Everything")
	s.everything.wire.Name, s.everything.wire.AttributeValue, s.everything.wire.Privileged = "SAP_ALL", "SAP_ALL", true
	s.grant(s.everything, 300)
	s.entitlements = append(s.entitlements, s.everything)
	s.seedRoles()
	s.seedAccounts()
	s.seedMix()
}

// entitlement makes an entitlement of a source, named as that source names them.
func (s *seeder) entitlement(at *source, department, level string) *entitlement {
	name := department + " " + level
	value := name
	switch at.attribute {
	case "memberOf":
		name = "GG-" + department + "-" + level
		value = "CN=" + name + ",OU=Groups,DC=example,DC=com"
	case "Roles", "DbRoles":
		name = "Z_" + strings.ToUpper(department+"_"+level)
		value = name
	case "groups":
		value = strings.ToLower(department + "." + level)
	}
	made := &entitlement{source: at, wire: wireEntitlement{
		ID: s.ids.next(), Name: name, AttributeName: at.attribute, AttributeValue: value,
		SourceSchemaObjectType: at.schemaObject, SourceName: at.name, SourceType: at.kind, SourceID: at.id,
		Revocable: !s.chance(10), IsPermission: s.chance(17), Account: new(*wireAccount),
	}}
	if !s.chance(4) {
		made.wire.Description = new(level + " access of " + department + " to " + at.name)
	}
	if !s.chance(5) {
		made.wire.Owner = s.owner()
	}
	if s.chance(10) {
		made.wire.ContainsDataAccess = true
		made.wire.DataAccess = &wireDataAccess{
			Policies:    []wireValue{{"GDPR"}, {"PCI-DSS"}},
			Categories:  []wireCategory{{"email address", s.random.IntN(500)}, {"credit card", s.random.IntN(40)}},
			ImpactScore: wireValue{[]string{"Low", "Medium", "High"}[s.random.IntN(3)]},
		}
	}
	return made
}

// access wraps the entitlement as what a review item is about.
func (e *entitlement) access() *access {
	return &access{id: e.wire.ID, name: e.wire.Name, kind: entitlementAccess, entitlement: e}
}

// owner returns a reference to one of the staff.
func (s *seeder) owner() *wireIdentityReference { return new(pick(s.random, s.staff).reference()) }

var permissionTargets = [...]string{
	"SYS.OBJAUTH2", "SYS.USER$", "HR.PAYROLL", "FIN.LEDGER", `FIN."Q4 %plan & budget"`, `SHARE\\finance$`, "CRM.ACCOUNTS#EU", "販売.受注",
}

var permissionRights = [...]string{"CREATE", "READ", "UPDATE", "DELETE", "EXECUTE", "ALTER"}

// grant gives the entitlement that many permissions on different targets.
func (s *seeder) grant(to *entitlement, count int) {
	to.wire.HasPermissions = true
	for i := range count {
		target := permissionTargets[i%len(permissionTargets)]
		if i >= len(permissionTargets) {
			target = fmt.Sprintf("SAP.TCODE.%04d", i)
		}
		first := s.random.IntN(len(permissionRights))
		last := first + 1 + s.random.IntN(len(permissionRights)-first)
		to.permissions = append(to.permissions, wirePermission{Target: target, Rights: permissionRights[first:last]})
	}
}

// seedProfiles makes the access profiles of a source.
func (s *seeder) seedProfiles(at *source, local []*entitlement) {
	for i := 0; i+4 <= len(local); i += 4 {
		bundled := local[i : i+2+s.random.IntN(3)]
		made := &accessProfile{entitlements: bundled, wire: wireAccessProfile{
			ID: s.ids.next(), Name: fmt.Sprintf("%s – %s bundle", at.name, bundled[0].wire.Name),
			Description: "Day-to-day access to " + at.name, Privileged: s.chance(8), Owner: s.owner(),
			EndDate: new(*string), Created: stamp(s.daysAgo(500)), Modified: stamp(s.daysAgo(30)),
		}}
		for _, each := range bundled {
			made.wire.Entitlements = append(made.wire.Entitlements, &each.wire)
		}
		if s.chance(5) {
			*made.wire.EndDate = new(stamp(s.day.AddDate(0, 2, i)))
		}
		s.profiles = append(s.profiles, made)
		of := int(at.number) - 1
		s.bySource[of] = append(s.bySource[of], made.access())
	}
}

// access wraps the access profile as what a review item is about.
func (p *accessProfile) access() *access {
	return &access{id: p.wire.ID, name: p.wire.Name, kind: accessProfileAccess, accessProfile: p}
}

var roleNames = [...]string{
	"Accountant", "Payroll & Benefits Clerk", `"Break Glass" Operator`, "Site Reliability Engineer", "C++ Developer",
	"C# Developer", "Sales Manager, EMEA", "Bonus 100% Approver", "Auditor", "Help Desk", "営業担当", "Администратор",
	`Tier\0 Admin`, "Release 🚀 Captain", "Contractor", "Data Steward",
}

// seedRoles makes roles of access profiles and entitlements. Some are assigned by criteria and cannot be revoked.
func (s *seeder) seedRoles() {
	for i, name := range roleNames {
		made := &role{wire: wireRole{
			ID: s.ids.next(), Name: name, Description: "Everything that a " + name + " needs", Privileged: i%5 == 2,
			Owner: s.owner(), Revocable: i%5 != 3,
		}}
		for range 1 + s.random.IntN(3) {
			bundled := pick(s.random, s.profiles)
			made.accessProfiles = append(made.accessProfiles, bundled)
			made.wire.AccessProfiles = append(made.wire.AccessProfiles, &bundled.wire)
		}
		for range s.random.IntN(3) {
			direct := pick(s.random, s.entitlements)
			made.entitlements = append(made.entitlements, direct)
			made.wire.Entitlements = append(made.wire.Entitlements, &direct.wire)
		}
		if i%4 == 1 {
			made.wire.EndDate = stamp(s.day.AddDate(0, 3, i))
		}
		s.roles = append(s.roles, made)
	}
}

// seedAccounts makes accounts that are reviewed as such: access with none of the details of the other types.
func (s *seeder) seedAccounts() {
	for i := range 40 {
		at := s.sources[i%len(s.sources)]
		name := fmt.Sprintf("svc-%s-%02d@%s", strings.ToLower(departments[i%len(departments)]), i, at.name)
		s.accounts = append(s.accounts, &access{id: s.ids.next(), name: name, kind: accountAccess})
	}
}

// seedMix shuffles the whole catalogue, so that any run of it is a plausible set of one identity's access.
func (s *seeder) seedMix() {
	for _, local := range s.bySource {
		s.mixed = append(s.mixed, local...)
	}
	for _, each := range s.roles {
		s.mixed = append(s.mixed, &access{id: each.wire.ID, name: each.wire.Name, kind: roleAccess, role: each})
	}
	s.mixed = append(s.mixed, s.accounts[:20]...)
	s.random.Shuffle(len(s.mixed), func(i, j int) { s.mixed[i], s.mixed[j] = s.mixed[j], s.mixed[i] })
}
