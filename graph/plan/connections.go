package plan

import "slices"

// The names of the connection fields of the schema.
const (
	CertificationsField            = "certifications"            // of Query
	PendingCertificationTasksField = "pendingCertificationTasks" // of Query
	ReviewItemsField               = "reviewItems"               // of Certification
	ReviewersField                 = "reviewers"                 // of Certification
	PendingTasksField              = "pendingTasks"              // of Certification
	PermissionsField               = "permissions"               // of AccessReviewItem
)

// connections are the connection fields of the schema by the type that has them. A test compares them
// with the schema.
var connections = map[string][]string{
	"Query":            {CertificationsField, PendingCertificationTasksField},
	"Certification":    {ReviewItemsField, ReviewersField, PendingTasksField},
	"AccessReviewItem": {PermissionsField},
}

// isConnection reports whether the field with the given name of a type is a connection.
func isConnection(typeName, field string) bool {
	return slices.Contains(connections[typeName], field)
}
