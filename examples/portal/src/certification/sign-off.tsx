import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { refusal, textOf } from '../data/problems';
import { graphql } from '../gql';
import { announce } from '../shell/announcer';
import { Dialog } from '../shell/dialog';
import { tellOtherTabs } from '../shell/tabs';
import type { Certification } from './certification-page';

const countsQuery = graphql(`
  query Counts($id: ID!) {
    certification(id: $id) {
      id
      decisionsMade
      decisionsTotal
      decisionSummary { all { total approved revoked } }
    }
  }
`);

const signOffMutation = graphql(`
  mutation SignOff($input: SignOffCertificationInput!) {
    signOffCertification(input: $input) {
      certification { id phase signed completed }
      errors { code message }
    }
  }
`);

/** The button that signs a certification off, once everything is decided. */
export function SignOff({ certification }: { certification: Certification }) {
  const { phase, decisionsMade, decisionsTotal } = certification;
  const [asking, setAsking] = useState(false);
  if (phase === 'SIGNED') {
    return <span className="tag good">Signed off</span>;
  }
  const left = (decisionsTotal ?? 0) - (decisionsMade ?? 0);
  return (
    <div className="sign-off">
      {left > 0 && <span className="faint">{left === 1 ? '1 item is undecided' : `${left.toLocaleString('en')} items are undecided`}</span>}
      <button type="button" className="primary" disabled={phase !== 'ACTIVE' || left > 0} onClick={() => setAsking(true)}>
        Sign off…
      </button>
      {asking && <Confirmation id={certification.id} close={() => setAsking(false)} />}
    </div>
  );
}

/** Shows what will become final, and asks once more. */
function Confirmation({ id, close }: { id: string; close: () => void }) {
  const [{ data, fetching, error }] = useQuery({ query: countsQuery, variables: { id }, requestPolicy: 'network-only' });
  const [result, signOff] = useMutation(signOffMutation);
  const refused = result.data?.signOffCertification?.errors.map(refusal).join(' ') || (result.error && textOf(result.error));
  const certification = data?.certification;
  const all = certification?.decisionSummary?.all;
  // Of campaigns on the composition of roles, the tenant does not count what was decided how.
  const counted = all?.total === certification?.decisionsTotal ? all : undefined;

  const confirm = async () => {
    const { data } = await signOff({ input: { certificationId: id } });
    if (data?.signOffCertification?.certification) {
      announce('The certification is signed off.');
      tellOtherTabs({ certification: id });
      close();
    }
  };

  return (
    <Dialog title="Sign off?" close={close}>
      {error && <p role="alert">{textOf(error)}</p>}
      {fetching && !certification && <p className="faint">Counting decisions…</p>}
      {certification && (
        <dl className="counts">
          {counted && (
            <>
              <div>
                <dt>Approved</dt>
                <dd>{counted.approved?.toLocaleString('en') ?? 'not known'}</dd>
              </div>
              <div className="bad">
                <dt>Revoked</dt>
                <dd>{counted.revoked?.toLocaleString('en') ?? 'not known'}</dd>
              </div>
            </>
          )}
          <div>
            <dt>Decided</dt>
            <dd>
              {certification.decisionsMade} of {certification.decisionsTotal}
            </dd>
          </div>
        </dl>
      )}
      <p>
        <strong>This cannot be undone.</strong> All decisions become final, and access that is revoked will be removed.
      </p>
      {refused && <p role="alert">{refused}</p>}
      <p className="actions">
        <button type="button" className="primary" disabled={!certification || result.fetching} onClick={confirm}>
          Sign off for good
        </button>
        <button type="button" onClick={close}>
          Cancel
        </button>
      </p>
    </Dialog>
  );
}
