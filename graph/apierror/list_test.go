package apierror_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"certql/graph/apierror"
)

// numbered returns n errors with their numbers as messages.
func numbered(n int) gqlerror.List {
	list := make(gqlerror.List, n)
	for i := range list {
		list[i] = apierror.Invalid(strconv.Itoa(i))
	}
	return list
}

// At most 51 errors are told, of which the last one counts the others if there are more; errors that
// were joined into one are told one by one.
func TestErrorsAreToldOneByOneAndNotTooManyOfThem(t *testing.T) {
	t.Parallel()
	for n, last := range map[int]string{1: "0", 2: "1", 50: "49", 51: "50", 52: "There are 2 more errors.", 200: "There are 150 more errors."} {
		for name, given := range map[string]gqlerror.List{"a list": numbered(n), "joined": {apierror.Join(numbered(n))}} {
			got := apierror.Shorten(given)
			if len(got) != min(n, 51) || got[0].Message != "0" || got[len(got)-1].Message != last {
				t.Errorf("%d errors as %s: %d, from %q to %q", n, name, len(got), got[0].Message, got[len(got)-1].Message)
			}
			for _, err := range got {
				if err.Extensions["code"] != "GRAPHQL_VALIDATION_FAILED" || err.Err != nil {
					t.Errorf("%d errors as %s: %+v", n, name, err)
				}
			}
		}
	}
	long := apierror.Shorten(gqlerror.List{apierror.Invalid(strings.Repeat("é", 1000))})[0].Message
	if len(long) > 510 || !strings.HasSuffix(long, "é…") {
		t.Errorf("%d bytes: %s", len(long), long)
	}
}
