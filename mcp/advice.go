package mcp

import (
	"cmp"
	"fmt"
	"math"

	"github.com/99designs/gqlgen/graphql/errcode"

	"certql/graph/apierror"
)

// unknownAdvice is what to do about a code that is not listed here.
const unknownAdvice = "Tell the user. Repeating it rarely helps."

// advice is what an assistant does about an error, by its code. docs/errors.md has the same for programs.
var advice = map[string]string{
	apierror.CodeUnauthenticated:       "Tell the user that the gateway needs a valid credential: a new token, another API key, or a sign-in. Do not try again before.",
	apierror.CodeForbidden:             "Tell the user that the tenant does not allow them to do this. Do not try again.",
	apierror.CodeNotFound:              "Read the list that the id came from again: the object was deleted, or reassigned to somebody else.",
	apierror.CodeBadUserInput:          "Correct the argument that the message names. If it is a cursor, begin at the first page.",
	apierror.CodeGovernanceGroup:       "Tell the user that the tenant does not offer this for certifications that a governance group reviews. Do not try again.",
	apierror.CodeRateLimited:           "Wait for retryAfter seconds, or for a minute if there are none, and call the tool again with the same arguments.",
	apierror.CodeUpstreamTimeout:       "If the tool only reads, call it once more, with a smaller page if there is one. After a change, first read what became of it.",
	apierror.CodeUpstreamUnavailable:   "Tell the user that the tenant cannot be reached. A tool that reads may be called again after a while.",
	apierror.CodeUpstreamInvalid:       "Use the rest of the data, and tell the user that this part could not be read.",
	apierror.CodeCallsExceeded:         "Ask for less: a smaller page, or a narrower filter.",
	apierror.CodeOperationTooLarge:     "Ask for less: a smaller page, or fewer entries at once. A change whose response is too large has been made.",
	apierror.CodePersistedNotFound:     unknownAdvice,
	apierror.CodePersistedNotSupported: unknownAdvice,
	apierror.CodeNotTrusted:            unknownAdvice,
	apierror.CodeInternal:              "Tell the user that the gateway failed: its log has the reason. Repeating it rarely helps.",
	apierror.CodeInterrupted:           "Call the tool again: the gateway was being restarted.",
	apierror.CodeCancelled:             "Nothing: the call was cancelled.",
	errcode.ParseFailed:                unknownAdvice,
	errcode.ValidationFailed:           "Correct the arguments as the message says.",

	// In the payloads of changes.
	"COMMENT_REQUIRED": "Ask the user for a comment on each of the decisions in ids, and send these again. Do not make one up.",
	"NOT_ACTIVE":       "Tell the user that the certification is not open for changes.",
	"ALREADY_SIGNED":   "Tell the user that the certification is signed off, and cannot be changed any more.",
	"UNDECIDED_ITEMS":  "Tell the user that items are undecided; they have to be decided before the sign-off.",
	"NOT_APPLIED":      "This was certainly not done. Send what is in ids again, once the reason in the other errors is gone.",
	"OUTCOME_UNKNOWN":  "After a moment, read what became of it before you repeat it or report that it was not done.",
	"REFUSED":          "Tell the user what the message says.",
}

// adviceFor returns what to do about an error.
func adviceFor(code string, retryAfter float64) string {
	if code == apierror.CodeRateLimited && retryAfter > 0 {
		return fmt.Sprintf("Wait for %.0f seconds, and call the tool again with the same arguments.", math.Ceil(retryAfter))
	}
	return cmp.Or(advice[code], unknownAdvice)
}
