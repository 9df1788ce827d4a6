package config

// maxBatch is the largest batch that may be allowed, which shares one deadline.
const maxBatch = 1000

// Limits are the settings of what one request may ask for. The graph keeps to them:
// what they count is known only there.
type Limits struct {
	Body       int `default:"262144" help:"Most bytes of a request's body, and of the query in a URL."`
	Tokens     int `default:"10000" help:"Most tokens of a GraphQL document."`
	Depth      int `default:"20" help:"Most levels of fields in an operation."`
	Aliases    int `default:"60" help:"Most aliases of an operation."`
	RootFields int `default:"50" help:"Most fields at the root of an operation."`
	Directives int `default:"50" help:"Most directives of an operation."`
	ListLength int `default:"10000" help:"Most elements of a list in the variables."`
	Batch      int `default:"0" help:"Most operations in a request that is a JSON array; 0 to refuse arrays."`
}

// validate reports what is wrong with each limit to problem, as option, format and values.
func (l Limits) validate(problem func(format string, args ...any)) {
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
			problem("%s: must be 1 or more, not %d", limit.option, limit.value)
		}
	}
	if l.Batch < 0 || l.Batch > maxBatch {
		problem("--max-batch: must be from 0 to %d, not %d", maxBatch, l.Batch)
	}
}
