package apierror

import "github.com/99designs/gqlgen/graphql/errcode"

// The values of extensions.code. Parsing and validation have gqlgen's own.
const (
	CodeUnauthenticated     = "UNAUTHENTICATED"
	CodeForbidden           = "FORBIDDEN"
	CodeNotFound            = "NOT_FOUND"
	CodeBadUserInput        = "BAD_USER_INPUT"
	CodeGovernanceGroup     = "GOVERNANCE_GROUP_UNSUPPORTED"
	CodeRateLimited         = "RATE_LIMITED"
	CodeUpstreamTimeout     = "UPSTREAM_TIMEOUT"
	CodeUpstreamUnavailable = "UPSTREAM_UNAVAILABLE"
	CodeUpstreamInvalid     = "UPSTREAM_INVALID"
	CodeCallsExceeded       = "UPSTREAM_CALLS_EXCEEDED"
	CodeInternal            = "INTERNAL"

	// CodeCancelled is the code of an operation whose caller has gone, or no longer wants it. Callers
	// never see it; operators do.
	CodeCancelled = "CANCELLED"
	// CodeInterrupted is the code of what is not begun, or not continued, because the gateway stops. The
	// caller may try again at once: another replica responds, or the next one.
	CodeInterrupted = "INTERRUPTED"

	// CodeOperationTooLarge is the code of a request that exceeds a limit.
	CodeOperationTooLarge = "OPERATION_TOO_LARGE"

	// The codes of requests that name a document. Clients know the first two, and send the text when
	// they receive one.
	CodePersistedNotFound     = "PERSISTED_QUERY_NOT_FOUND"
	CodePersistedNotSupported = "PERSISTED_QUERY_NOT_SUPPORTED"
	CodeNotTrusted            = "DOCUMENT_NOT_TRUSTED"
)

// Codes returns every value that extensions.code of an error may have, in no particular order.
func Codes() []string {
	return []string{
		CodeUnauthenticated, CodeForbidden, CodeNotFound, CodeBadUserInput, CodeGovernanceGroup, CodeRateLimited,
		CodeUpstreamTimeout, CodeUpstreamUnavailable, CodeUpstreamInvalid, CodeCallsExceeded, CodeOperationTooLarge,
		CodePersistedNotFound, CodePersistedNotSupported, CodeNotTrusted,
		CodeCancelled, CodeInterrupted, CodeInternal, errcode.ParseFailed, errcode.ValidationFailed,
	}
}
