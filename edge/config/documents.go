package config

// Documents has the settings of documents that requests name instead of sending them.
type Documents struct {
	Manifest       string `name:"documents" placeholder:"PATH" help:"Manifest of trusted documents, which requests name by documentId, or a folder of manifests, in the formats of relay-compiler, Apollo and graphql-codegen. A file of the folder that ends in .graphql is one document, named by its hash."`
	Only           bool   `name:"documents-only" help:"Execute only trusted documents. This hides the schema and the playground, too. Needs --documents."`
	PersistedBytes int64  `default:"4194304" help:"Most bytes of documents that callers may persist by themselves (automatic persisted queries); 0 turns that off."`
}

func (d Documents) validate(report report) {
	if d.Only && d.Manifest == "" {
		report("--documents-only: needs --documents ($CERTQL_DOCUMENTS)")
	}
	if d.PersistedBytes < 0 {
		report("--persisted-bytes: must be 0 or more, not %d", d.PersistedBytes)
	}
}
