package config

// Documents has the settings of documents that requests name instead of sending them.
type Documents struct {
	Manifest       string `name:"documents" placeholder:"PATH" help:"Manifest of trusted documents, or a folder of manifests, in the formats of relay-compiler, Apollo and graphql-codegen. Requests name a document by documentId. Each .graphql file in the folder is a single document, named by its hash."`
	Only           bool   `name:"documents-only" help:"Execute only trusted documents. This also hides the schema and the playground. Needs --documents."`
	PersistedBytes int64  `default:"4194304" help:"Maximum size, in bytes, of all documents that callers may persist themselves (automatic persisted queries); 0 turns this off."`
}

func (d Documents) validate(report report) {
	if d.Only && d.Manifest == "" {
		report("--documents-only: needs --documents ($CERTQL_DOCUMENTS)")
	}
	if d.PersistedBytes < 0 {
		report("--persisted-bytes: must be 0 or more, not %d", d.PersistedBytes)
	}
}
