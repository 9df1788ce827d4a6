package plan

import (
	"slices"

	"github.com/99designs/gqlgen/graphql"
)

// The names of the fields that the estimate, and what reads ahead, goes by.
const (
	CertificationField             = "certification"             // of Query, by an id
	CertificationsField            = "certifications"            // a connection of Query and Campaign
	PendingCertificationTasksField = "pendingCertificationTasks" // a connection of Query
	CampaignsField                 = "campaigns"                 // a connection of Query
	IdentitiesField                = "identities"                // a connection of Query
	ViewerField                    = "viewer"                    // of Query
	ReviewItemsField               = "reviewItems"               // a connection of Certification, IdentitySummary and AccessSummary
	IdentitySummariesField         = "identitySummaries"         // a connection of Certification
	AccessSummariesField           = "accessSummaries"           // a connection of Certification
	DecisionSummaryField           = "decisionSummary"           // of Certification and IdentitySummary
	ReviewersField                 = "reviewers"                 // a connection of Certification
	PendingTasksField              = "pendingTasks"              // a connection of Certification
	PermissionsField               = "permissions"               // a connection of AccessReviewItem
	PublicIdentityField            = "publicIdentity"            // of all that stands for a person
	DetailsField                   = "details"                   // of Campaign
	SettingsField                  = "settings"                  // of Campaign
	CommentRequirementField        = "mandatoryCommentRequirement"
	IdentityField                  = "identity" // of what stands for a person, in a federated graph
	ServiceField                   = "_service" // of Query, in a federated graph
)

// connections are the connection fields of the schema by the type that has them. A test compares them
// with the schema.
var connections = map[string][]string{
	"Query":            {CertificationsField, PendingCertificationTasksField, CampaignsField, IdentitiesField},
	"Certification":    {ReviewItemsField, IdentitySummariesField, AccessSummariesField, ReviewersField, PendingTasksField},
	"IdentitySummary":  {ReviewItemsField},
	"AccessSummary":    {ReviewItemsField},
	"AccessReviewItem": {PermissionsField},
	"Campaign":         {CertificationsField},
}

// isConnection reports whether the field with the given name of a type is a connection.
func isConnection(typeName, field string) bool {
	return slices.Contains(connections[typeName], field)
}

// ReadsOfItsOwn reports whether one of the fields of a certification takes a read of its own.
func ReadsOfItsOwn(fields []graphql.CollectedField) bool {
	return slices.ContainsFunc(fields, func(field graphql.CollectedField) bool {
		return isConnection("Certification", field.Name) || field.Name == DecisionSummaryField
	})
}

// gathered are the fields that show people and campaigns which are read by their ids.
var gathered = []string{PublicIdentityField, DetailsField, SettingsField, CommentRequirementField}

// Awaited reports whether people and campaigns that are read by their ids have to wait until the objects are read of
// which the fields are selected, since these may show more of them. What is put off keeps nobody waiting: if
// there is any, nothing is awaited.
func Awaited(operation *graphql.OperationContext, fields []graphql.CollectedField) bool {
	made := Of(operation)
	return made.Gathers && !made.Deferring && gathersIn(operation, fields)
}

// gathersIn reports whether people or campaigns may be read by their ids for fields, or for what is selected below
// them.
func gathersIn(operation *graphql.OperationContext, fields []graphql.CollectedField) bool {
	for _, field := range fields {
		if slices.Contains(gathered, field.Name) || gathersIn(operation, Below(operation, []graphql.CollectedField{field})) {
			return true
		}
	}
	return false
}
