import type { CombinedError } from 'urql';
import type { MutationErrorCode } from '../gql/graphql';

/** Returns the codes of an error. */
export const codesOf = (error: CombinedError | undefined) => (error?.graphQLErrors ?? []).map(({ extensions }) => String(extensions.code));

/** Returns an error as a sentence for people: the portal's own where it has more to say than the gateway. */
export function textOf(error: CombinedError): string {
  if (error.networkError) {
    return 'The gateway cannot be reached.';
  }
  const [code] = codesOf(error);
  switch (code) {
    case 'UPSTREAM_UNAVAILABLE':
    case 'UPSTREAM_TIMEOUT':
      return 'The tenant does not respond at the moment.';
    case 'GOVERNANCE_GROUP_UNSUPPORTED':
      return 'A governance group reviews this. Please open it in Identity Security Cloud itself.';
    default:
      return error.graphQLErrors.map(({ message }) => message).join(' ');
  }
}

/** Returns the text of a refusal: the portal's own for codes that it knows, otherwise the gateway's. */
export function refusal({ code, message }: { code: MutationErrorCode; message: string }): string {
  switch (code) {
    case 'COMMENT_REQUIRED':
      return 'The campaign requires a comment for this decision.';
    case 'ALREADY_SIGNED':
      return 'This certification has been signed off and can no longer be changed.';
    case 'NOT_APPLIED':
      return 'This was not saved. Try again.';
    case 'OUTCOME_UNKNOWN':
      return 'It is not known whether this was saved. Reload the page in a moment to find out.';
    default:
      return message;
  }
}
