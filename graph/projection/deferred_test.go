package projection_test

import (
	"context"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/99designs/gqlgen/graphql"
	gocmp "github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"certql/graph/projection"
)

// putOff returns the fragments of a query that are marked to be put off, by a label of their own: inline
// fragments and spreads that are preceded by the comment "# label" are.
func putOff(operation *graphql.OperationContext) map[ast.Selection]string {
	lines := strings.Split(operation.RawQuery, "\n")
	found := map[ast.Selection]string{}
	var within func(ast.SelectionSet)
	within = func(set ast.SelectionSet) {
		for _, selection := range set {
			line := lines[selection.GetPosition().Line-1]
			_, label, marked := strings.Cut(line, "# ")
			switch selection := selection.(type) {
			case *ast.Field:
				within(selection.SelectionSet)
			case *ast.InlineFragment:
				if marked {
					found[selection] = label
				}
				within(selection.SelectionSet)
			case *ast.FragmentSpread:
				if marked {
					found[selection] = label
				}
				within(selection.Definition.SelectionSet)
			}
		}
	}
	within(operation.Operation.SelectionSet)
	return found
}

// describeAll is describe with what is put off, after its label.
func describeAll(plan *projection.Plan) string {
	text := describe(plan)
	for _, deferred := range plan.Deferred {
		text += " " + deferred.Label + describeAll(deferred.Plan)
	}
	return text
}

func TestWhatIsPutOffHasAPlanOfItsOwn(t *testing.T) {
	t.Parallel()
	items, loans := libraryTypes()
	for name, test := range map[string]struct {
		query string
		types []*projection.Object
		want  []string
	}{
		"a fragment": {"{ loan { book { title } ... { # a\n reader } } }", loans, []string{"{book:2{title:1}}! a{reader:1}"}},
		"by type": {
			"{ shelf { title ... on Book { # b\n pages }\n ... on Film { # f\n minutes } } }", items,
			[]string{"{title:1}! b{pages:2}", "{title:1}! f{minutes:2}"},
		},
		"a spread, put off and not": {
			"{ loan { ...F # f\n ...F\n ...F } }\nfragment F on Loan { reader }", loans,
			[]string{"{reader:1}! f{reader:1}"},
		},
		"one within another": {
			"{ loan { reader ... { # a\n r: reader ... { # b\n reader } } } }", loans,
			[]string{"{reader:1}! a{r:1}! b{reader:1}"},
		},
		"nothing but another": {"{ loan { reader ... { # a\n ... { # b\n reader } } } }", loans, []string{"{reader:1}! a{}! b{reader:1}"}},
		"nothing": {
			"query ($no: Boolean!) { loan { reader ... @include(if: $no) { # a\n reader }\n ... { # b\n reader @skip(if: true) }\n ... @skip(if: true) { book { title } } } }", loans,
			[]string{"{reader:1}"},
		},
		"included": {
			"query ($no: Boolean!) { loan { reader ... @skip(if: $no) { # a\n reader }\n ... @include(if: true) { book { title } } } }", loans,
			[]string{"{reader:1 book:2{title:1}}! a{reader:1}"},
		},
		"within an object": {"{ loan { book { title ... { # a\n pages } } } }", loans, []string{"{book:2{title:1}!}!"}},
	} {
		operation, field := collect(t, test.query, map[string]any{"no": false})
		planner := projection.NewPlanner(operation, putOff(operation))
		var got []string
		for _, plan := range planner.Plans(&field, test.types) {
			got = append(got, describeAll(plan))
		}
		if diff := gocmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// text is a marshaler of JSON.
type text string

func (s text) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, string(s)) }

func inResponse(ctx context.Context) context.Context {
	return graphql.WithResponseContext(ctx, graphql.DefaultErrorPresenter, graphql.DefaultRecover)
}

// told returns responses as lines: path, label, data, how many errors, and whether another follows.
func told(responses []*graphql.Response) []string {
	var lines []string
	for _, r := range responses {
		line := r.Label + string(r.Data)
		if r.Path != nil {
			line = "[" + r.Path.String() + "]" + line
		}
		line += strings.Repeat("!", len(r.Errors))
		if r.HasNext != nil && *r.HasNext {
			line += "…"
		}
		lines = append(lines, line)
	}
	return lines
}

// Each part begins after the one that it lies within, and has its own errors. A panic leaves no one
// waiting.
func TestPartsFollowEachOther(t *testing.T) {
	t.Parallel()
	parts := projection.NewParts()
	var got []*graphql.Response
	for {
		response := parts.Respond(inResponse(t.Context()), func(ctx context.Context) *graphql.Response {
			object := graphql.WithPathContext(ctx, graphql.NewPathWithField("a"))
			var w, failed projection.Writer
			w.PutOff(object, &projection.Deferred{Fragment: projection.Fragment{Label: "one"}}, func(ctx context.Context) graphql.Marshaler {
				projection.PutOff(ctx, "two", func(ctx context.Context) graphql.Marshaler {
					graphql.AddErrorf(ctx, "wrong")
					projection.PutOff(ctx, "three", func(ctx context.Context) graphql.Marshaler {
						projection.PutOff(ctx, "never", func(context.Context) graphql.Marshaler { return text("0") })
						panic("three")
					})
					return text("2")
				})
				return text("1")
			})
			failed.PutOff(object, &projection.Deferred{}, func(context.Context) graphql.Marshaler { return text("0") })
			failed.Fail()
			_, _ = failed.Finish()
			_, _ = w.Finish()
			return &graphql.Response{Data: []byte("0")}
		})
		if response == nil {
			break
		}
		got = append(got, response)
	}
	if diff := gocmp.Diff([]string{"0…", "[a]one1…", "[a]two2!…", "[a]threenull!"}, told(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// An operation that puts off nothing has one response, which says nothing of others; what is put off at
// the root has an empty path.
func TestTheFirstResponseSaysWhetherOthersFollow(t *testing.T) {
	t.Parallel()
	for want, execute := range map[string]func(ctx context.Context) *graphql.Response{
		"0": func(context.Context) *graphql.Response { return &graphql.Response{Data: []byte("0")} },
		"0…, []r1": func(ctx context.Context) *graphql.Response {
			projection.PutOff(ctx, "r", func(context.Context) graphql.Marshaler { return text("1") })
			return &graphql.Response{Data: []byte("0")}
		},
		"": func(context.Context) *graphql.Response { return nil },
	} {
		parts := projection.NewParts()
		var got []*graphql.Response
		for response := parts.Respond(inResponse(t.Context()), execute); response != nil; response = parts.Respond(inResponse(t.Context()), execute) {
			got = append(got, response)
		}
		if text := strings.Join(told(got), ", "); text != want {
			t.Errorf("got %s, want %s", text, want)
		}
	}
}

// A client that takes no parts is not executed for beyond a bound; one that does has all of them.
func TestPartsBeginAsEarlierOnesAreTaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const all, atOnce = 5000, 1000
		var executed atomic.Int32
		parts := projection.NewParts()
		parts.Respond(inResponse(t.Context()), func(ctx context.Context) *graphql.Response {
			for range all / 2 {
				projection.PutOff(ctx, "", func(ctx context.Context) graphql.Marshaler {
					projection.PutOff(ctx, "", func(context.Context) graphql.Marshaler {
						executed.Add(1)
						return text("2")
					})
					executed.Add(1)
					return text("1")
				})
			}
			return &graphql.Response{Data: []byte("0")}
		})
		for taken := range all {
			synctest.Wait()
			if got := int(executed.Load()); got > taken+atOnce {
				t.Fatalf("%d parts are executed when %d are taken", got, taken)
			}
			response := parts.Respond(inResponse(t.Context()), nil)
			if response == nil {
				t.Fatalf("there are %d parts, want %d", taken, all)
			}
			if more := *response.HasNext; more != (taken < all-1) {
				t.Fatalf("part %d says that others follow: %v", taken, more)
			}
		}
		if parts.Respond(inResponse(t.Context()), nil) != nil {
			t.Error("there are more parts than were put off")
		}
	})
}

// Nothing is put off below what the executor executes.
func TestWhatIsExecutedIsWhole(t *testing.T) {
	t.Parallel()
	at := func(ctx context.Context, names ...string) context.Context {
		for _, name := range names {
			ctx = graphql.WithPathContext(ctx, graphql.NewPathWithField(name))
		}
		return ctx
	}
	projection.NewParts().Respond(inResponse(t.Context()), func(ctx context.Context) *graphql.Response {
		if projection.IsWhole(at(ctx, "a")) {
			t.Error("all is whole at first")
		}
		projection.ExecuteWhole(at(ctx, "a", "b"))
		projection.ExecuteWhole(at(ctx, "c"))
		for path, want := range map[string]bool{"a": false, "a b": true, "a b c": true, "a c": false, "b": false, "c": true, "c b": true} {
			if got := projection.IsWhole(at(ctx, strings.Fields(path)...)); got != want {
				t.Errorf("%s is whole: %v", path, got)
			}
		}
		return nil
	})
}
