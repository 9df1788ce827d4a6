package config

// Documents are the settings of documents that requests name instead of sending them.
type Documents struct {
	Manifest       string `name:"documents" placeholder:"PATH" help:"Manifest of trusted documents, which requests name by documentId, or a folder of manifests. Their formats are those of relay-compiler, Apollo and graphql-codegen."`
	Only           bool   `name:"documents-only" help:"Execute trusted documents and nothing else. Hides the schema as well, and there is no playground. Needs --documents."`
	PersistedBytes int64  `default:"4194304" help:"Most bytes of documents that callers persist by themselves (automatic persisted queries); 0 turns that off."`
}

// validate reports what is wrong with each setting to problem, as option, format and values.
func (d Documents) validate(problem func(format string, args ...any)) {
	if d.Only && d.Manifest == "" {
		problem("--documents-only: needs --documents ($CERTQL_DOCUMENTS)")
	}
	if d.PersistedBytes < 0 {
		problem("--persisted-bytes: must be 0 or more, not %d", d.PersistedBytes)
	}
}
