package plan

// Connections is the table of connection fields, for a test that compares it with the schema.
var Connections = connections
