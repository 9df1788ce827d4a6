import type { MutationErrorCode } from '../build/gql/graphql';

/** The codes of errors, as docs/errors.md has them. There may be more in a later version of the gateway. */
export const errorCodes = [
  'UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND', 'BAD_USER_INPUT', 'GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED',
  'GOVERNANCE_GROUP_UNSUPPORTED', 'OPERATION_TOO_LARGE', 'UPSTREAM_CALLS_EXCEEDED', 'RATE_LIMITED', 'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNAVAILABLE', 'UPSTREAM_INVALID', 'PERSISTED_QUERY_NOT_FOUND', 'PERSISTED_QUERY_NOT_SUPPORTED',
  'DOCUMENT_NOT_TRUSTED', 'INTERNAL', 'INTERRUPTED', 'UNSUPPORTED_MEDIA_TYPE', 'TOO_MANY_COOKIES',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** An entry in the `errors` of a response, in whichever form a library passes it on. */
export interface GatewayError {
  message: string;
  extensions?: { [name: string]: unknown };
}

/** Returns the code of an error. One that this page does not know means no more to it than INTERNAL. */
export function codeOf({ extensions }: GatewayError): ErrorCode {
  return errorCodes.find((code) => code === extensions?.code) ?? 'INTERNAL';
}

/** Reports whether the gateway no longer knows who uses the page. */
export const isSignedOut = (error: GatewayError) => codeOf(error) === 'UNAUTHENTICATED';

/** Returns what the person who uses the page should know of an error. */
export function describe(error: GatewayError): string {
  const code = codeOf(error);
  switch (code) {
    case 'UNAUTHENTICATED':
      return 'You are signed out. Sign in again.';
    case 'FORBIDDEN':
      return 'You may not see this.';
    case 'NOT_FOUND':
      return 'This no longer exists, or has been reassigned.';
    case 'GOVERNANCE_GROUP_UNSUPPORTED':
      return 'A governance group reviews this. Open it in Identity Security Cloud.';
    case 'RATE_LIMITED':
      return `There are too many requests. Try again in ${error.extensions?.retryAfter ?? 'some'} seconds.`;
    case 'UPSTREAM_TIMEOUT':
    case 'UPSTREAM_UNAVAILABLE':
    case 'INTERRUPTED':
      return 'The service does not respond at the moment. Try again.';
    case 'UPSTREAM_INVALID':
      return 'A part of this cannot be read.';
    case 'OPERATION_TOO_LARGE':
    case 'UPSTREAM_CALLS_EXCEEDED':
      return 'That is too much at once. Choose less.';
    case 'TOO_MANY_COOKIES':
      return 'Delete the cookies of this site, and try again.';
    case 'BAD_USER_INPUT':
    case 'GRAPHQL_PARSE_FAILED':
    case 'GRAPHQL_VALIDATION_FAILED':
    case 'PERSISTED_QUERY_NOT_FOUND':
    case 'PERSISTED_QUERY_NOT_SUPPORTED':
    case 'DOCUMENT_NOT_TRUSTED':
    case 'UNSUPPORTED_MEDIA_TYPE':
    case 'INTERNAL':
      return `Something is wrong with this page: ${error.message}`;
    default:
      return code satisfies never; // tsc fails here if a code is missing above
  }
}

/** Returns what the person should know of a refusal, which is in the `errors` of a mutation's payload. */
export function refusal({ code, message }: { code: MutationErrorCode; message: string }): string {
  switch (code) {
    case 'COMMENT_REQUIRED':
      return 'The campaign requires a comment.';
    case 'NOT_ACTIVE':
      return 'The certification is not open for changes.';
    case 'ALREADY_SIGNED':
      return 'The certification is signed off.';
    case 'UNDECIDED_ITEMS':
      return 'Decide all items before you sign off.';
    case 'NOT_FOUND':
      return 'This no longer exists, or has been reassigned.';
    case 'NOT_APPLIED':
      return 'This was not saved. Try again.';
    case 'OUTCOME_UNKNOWN':
      return 'This may not have been saved. Reload the page in a moment to find out.';
    case 'BAD_USER_INPUT':
    case 'FORBIDDEN':
    case 'GOVERNANCE_GROUP_UNSUPPORTED':
    case 'REFUSED':
      return message;
    default:
      code satisfies never;
      return message; // of a code that is newer than this page
  }
}
