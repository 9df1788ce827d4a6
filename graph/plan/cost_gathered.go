package plan

import "github.com/99designs/gqlgen/graphql"

// campaignPage adds a page of campaigns.
func (e *estimator) campaignPage(at *path, field graphql.CollectedField) {
	page := e.page(at, one(""), field)
	e.unread(page, fact{}) // they come with the page
	below := batch{pages: 1}
	e.eachRow(at, field, func(at *path, fields []graphql.CollectedField) {
		e.campaignsBelow(at, page, fields, &below, true)
	})
}

// campaignsBelow adds what is selected of campaigns: of those that were read themselves, or of those that
// certifications tell of. What the former do not tell of comments, the latter do.
func (e *estimator) campaignsBelow(at *path, campaigns objects, fields []graphql.CollectedField, b *batch, listed bool) {
	for _, field := range fields {
		at := at.field(field)
		switch field.Name {
		case DetailsField:
			e.gathers = true
			e.cost.add(at, b.addCampaigns(e.unread(campaigns, fact{})))
		case CommentRequirementField:
			if listed {
				e.campaignsInFull(at, campaigns, b)
			}
		case SettingsField:
			e.campaignsInFull(at, campaigns, b)
			for _, info := range e.collect(field) {
				for _, shown := range e.collect(info) {
					if shown.Name == "reviewer" || shown.Name == "remediator" {
						e.peopleOf(at.field(info).field(shown), campaigns, info.Name+"/"+shown.Name, e.collect(shown), b.next())
					}
				}
			}
		case CertificationsField:
			e.certificationPage(at, campaigns, field)
		}
	}
}

// campaignsInFull adds what campaigns were set up with.
func (e *estimator) campaignsInFull(at *path, campaigns objects, b *batch) {
	e.gathers = true
	e.cost.add(at, b.addCampaignsInFull(e.unread(campaigns, fact{list: SettingsField})))
}

// personPage adds a page of people.
func (e *estimator) personPage(at *path, field graphql.CollectedField) {
	page := e.page(at, one(""), field)
	e.unread(page, fact{}) // they come with the page
	below := batch{pages: 1}
	e.eachRow(at, field, func(at *path, fields []graphql.CollectedField) {
		e.peopleBelow(at, page, fields, &below)
	})
}

// peopleOf adds the people for whom something stands that each of the objects has under a name, such as a
// reviewer, or for whom the objects stand themselves, if the name is empty. fields are those selected of what
// stands for them, which may show their identities.
func (e *estimator) peopleOf(at *path, o objects, name string, fields []graphql.CollectedField, b *batch) {
	for _, field := range Named(fields, PublicIdentityField) {
		at, people := at.field(field), e.child(o, name+"/person", 1)
		e.gathers = true
		e.cost.add(at, b.addPeople(e.unread(people, fact{})))
		e.peopleBelow(at, people, e.collect(field), b.next())
	}
	for _, field := range Named(fields, IdentityField) {
		e.peopleOf(at.field(field), o, name, e.collect(field), b)
	}
}

// peopleBelow adds what is selected of people: their managers may be people, too.
func (e *estimator) peopleBelow(at *path, people objects, fields []graphql.CollectedField, b *batch) {
	for _, field := range Named(fields, "manager") {
		e.peopleOf(at.field(field), people, "manager", e.collect(field), b)
	}
}
