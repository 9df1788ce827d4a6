package config

// maxBatch is the largest batch that may be allowed, since the operations of a batch share one deadline.
const maxBatch = 1000

// Limits has the settings of how much one request may hold. What they count is known to the graph,
// which keeps to them.
type Limits struct {
	Body       int `default:"262144" help:"Maximum size, in bytes, of a request's body, and of the query in a URL."`
	Tokens     int `default:"10000" help:"Maximum number of tokens in a GraphQL document."`
	Depth      int `default:"20" help:"Maximum depth of an operation, in levels of fields."`
	Aliases    int `default:"60" help:"Maximum number of aliases in an operation."`
	RootFields int `default:"50" help:"Maximum number of fields at the root of an operation."`
	Directives int `default:"50" help:"Maximum number of directives in an operation."`
	ListLength int `default:"10000" help:"Maximum number of elements in a list in the variables."`
	Batch      int `default:"0" help:"Maximum number of operations in a request that is a JSON array; 0 refuses arrays."`
}

func (l Limits) validate(report report) {
	for _, limit := range []struct {
		option string
		value  int
	}{
		{"--max-body", l.Body},
		{"--max-tokens", l.Tokens},
		{"--max-depth", l.Depth},
		{"--max-aliases", l.Aliases},
		{"--max-root-fields", l.RootFields},
		{"--max-directives", l.Directives},
		{"--max-list-length", l.ListLength},
	} {
		if limit.value < 1 {
			report("%s: must be 1 or more, not %d", limit.option, limit.value)
		}
	}
	if l.Batch < 0 || l.Batch > maxBatch {
		report("--max-batch: must be from 0 to %d, not %d", maxBatch, l.Batch)
	}
}
