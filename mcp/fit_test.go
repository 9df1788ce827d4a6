package mcp_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestArgumentsThatDoNotFitAreNamedWithWhatIsAllowed(t *testing.T) {
	t.Parallel()
	tools := toolsOf(t, builtIn(t))
	many := strings.TrimSuffix(strings.Repeat(`{"itemId":1,"decision":"APPROVE"},`, 12), ",")
	tests := []struct{ tool, arguments, want string }{
		{"MyQueue", `null`, "<nil>"},
		{"CampaignProgress", `null`, "campaignId is missing: there are campaignId (required), first, after"},
		{"MyQueue", `{}`, "<nil>"},
		{"MyQueue", `{"first":null,"after":null}`, "<nil>"},
		{"MyQueue", ``, "the arguments must be an object: there are first, after"},
		{"MyQueue", `[]`, "the arguments must be an object: there are first, after"},
		{"MyQueue", `{"first":5} {}`, "there is more after the object of arguments"},
		{"MyQueue", `{"first":"5"}`, `first must be a whole number of 32 bits, not "5"`},
		{"MyQueue", `{"first":5.5}`, `first must be a whole number of 32 bits, not 5.5`},
		{"MyQueue", `{"first":2147483648}`, `first must be a whole number of 32 bits, not 2147483648`},
		{"MyQueue", `{"first":2147483647}`, "<nil>"},
		{"MyQueue", `{"first":{"n":1}}`, `first must be a whole number of 32 bits, not {"n":1}`},
		{"MyQueue", `{"First":1}`, `"First" is not known: there are first, after`},
		{"MyQueue", `{"` + strings.Repeat("x", 90) + `":1}`, `"` + strings.Repeat("x", 40) + `" is not known: there are first, after`},
		{"MyQueue", `{"after":"` + strings.Repeat("x", 90) + `"}`, "<nil>"},
		{"MyQueue", `{"after":["` + strings.Repeat("x", 90) + `"]}`, `after must be a string, not ["` + strings.Repeat("x", 38) + "…"},
		{"CampaignProgress", `{}`, "campaignId is missing: there are campaignId (required), first, after"},
		{"CampaignProgress", `{"campaignId":null}`, "campaignId must be a string, not null"},
		{"Certifications", `{"phase":"DONE"}`, `phase must be STAGED, ACTIVE or SIGNED, not "DONE"`},
		{"Certifications", `{"phase":"ACTIVE","completed":false,"campaignIds":["a"]}`, "<nil>"},
		{"Certifications", `{"completed":"no"}`, `completed must be true or false, not "no"`},
		{"Certifications", `{"campaignIds":"a"}`, `campaignIds must be a list, not "a"`},
		{"Certifications", `{"campaignIds":["a",null]}`, `campaignIds[1] must be a string, not null`},
		{"WhoHasAccess", `{"certificationId":"a","accessName":{"eq":"x"}}`, "<nil>"},
		{"WhoHasAccess", `{"certificationId":"a","accessName":"x"}`, `accessName must be an object, not "x"`},
		{"WhoHasAccess", `{"certificationId":"a","accessName":{}}`, "accessName must have exactly one of eq and startsWith"},
		{"WhoHasAccess", `{"certificationId":"a","accessName":{"eq":"x","startsWith":"y"}}`, "accessName must have exactly one of eq and startsWith"},
		{"WhoHasAccess", `{"certificationId":"a","accessName":{"eq":null}}`, "accessName.eq must be a string, not null"},
		{"Decide", `{"certificationId":"a","decisions":[{"itemId":"b","decision":"APPROVE"},{"decision":"MAYBE","note":1}]}`, `decisions[1].itemId is missing: there are itemId (required), decision (required), bulk, comment, proposedEndDate, recommendation; decisions[1].decision must be APPROVE or REVOKE, not "MAYBE"; decisions[1]."note" is not known: there are itemId (required), decision (required), bulk, comment, proposedEndDate, recommendation`},
		{"Decide", `{"certificationId":"a","decisions":[` + many + `]}`, "… decisions[9].itemId must be a string, not 1; and 2 more"},
	}
	for _, test := range tests {
		got := fmt.Sprint(tools.Check(test.tool, test.arguments))
		if end, cut := strings.CutPrefix(test.want, "… "); got != test.want && (!cut || !strings.HasSuffix(got, end)) {
			t.Errorf("%s %s:\n%s, want\n%s", test.tool, test.arguments, got, test.want)
		}
	}
}

// Whatever the arguments are, they are refused or fit; and what is repeated of them is short.
func FuzzArguments(f *testing.F) {
	tools := toolsOf(f, builtIn(f))
	for _, seed := range []string{``, `{}`, `[]`, `{"certificationId":"a","decisions":[{"itemId":"b","decision":"APPROVE","bulk":true}]}`, `{"decisions":[[[{}]]]}`, `{"certificationId":1e400}`, `{"a":` + strings.Repeat("[", 50)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, arguments string) {
		if err := tools.Check("Decide", arguments); err != nil && len(err.Error()) > 4000 {
			t.Errorf("%d bytes are told", len(err.Error()))
		}
	})
}
