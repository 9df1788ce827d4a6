import { useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../gql';
import type { CertificationQuery } from '../gql/graphql';
import { Tasks } from '../reassign/tasks';
import { dateOf, Due } from '../shell/due';
import { Link } from '../shell/location';
import { Problem } from '../shell/problem';
import { Progress } from '../shell/progress';
import { useTitle } from '../shell/use-title';
import { Identities } from './identities';
import { Items } from './items';
import { SignOff } from './sign-off';
import { useOtherTabs } from './use-other-tabs';

const certificationQuery = graphql(`
  query Certification($id: ID!) {
    certification(id: $id) {
      id
      name
      phase
      due
      signed
      decisionsMade
      decisionsTotal
      identitiesCompleted
      identitiesTotal
      campaign { id name mandatoryCommentRequirement }
      reassignment { comment from { rawId name reviewer { name } } }
      pendingTasks(first: 50) { nodes { id type } }
    }
  }
`);

/** A certification as the parts of its page know it. */
export type Certification = NonNullable<CertificationQuery['certification']>;

/** One certification: its items, decisions about them, and the sign-off. */
export function CertificationPage({ id }: { id: string }) {
  const [{ data, fetching, error }, read] = useQuery({ query: certificationQuery, variables: { id }, requestPolicy: 'cache-and-network' });
  const certification = data?.certification;
  const heading = useTitle(certification ? (certification.name ?? 'Certification') : undefined);
  useOtherTabs(id, read);

  return (
    <>
      <p className="back">
        <Link to={certification?.phase === 'SIGNED' ? 'signed' : ''}>All reviews</Link>
      </p>
      {error && <Problem error={error} retry={() => read({ requestPolicy: 'network-only' })} />}
      {!certification && fetching && <p className="faint">Reading the certification…</p>}
      {data && !certification && !error && (
        <div className="card">
          <h1>This certification is not there</h1>
          <p>It may have been reassigned to somebody else.</p>
        </div>
      )}
      {certification && (
        <>
          <div className="title">
            <h1 ref={heading} tabIndex={-1}>
              {certification.name ?? 'Certification'}
            </h1>
            <SignOff certification={certification} />
          </div>
          <Facts certification={certification} />
          <Review certification={certification} />
        </>
      )}
    </>
  );
}

function Facts({ certification }: { certification: Certification }) {
  const { campaign, due, signed, decisionsMade, decisionsTotal, identitiesCompleted, identitiesTotal, reassignment } = certification;
  return (
    <>
      <dl className="facts">
        <div>
          <dt>Campaign</dt>
          <dd>{campaign?.name ?? 'not known'}</dd>
        </div>
        <div>
          <dt>{signed ? 'Signed off' : 'Due'}</dt>
          <dd>{signed ? dateOf(signed) : <Due date={due} />}</dd>
        </div>
        <div>
          <dt>Items decided</dt>
          <dd>
            <Progress done={decisionsMade} of={decisionsTotal} label="Items decided" />
          </dd>
        </div>
        <div>
          <dt>Identities done</dt>
          <dd>
            <Progress done={identitiesCompleted} of={identitiesTotal} label="Identities done" />
          </dd>
        </div>
      </dl>
      {reassignment && (
        <p className="faint">
          Reassigned to you from {reassignment.from?.reviewer?.name ?? 'somebody else'}
          {reassignment.comment && `: “${reassignment.comment}”`}
        </p>
      )}
    </>
  );
}

/** The identities and the items, with the moves that are under way. */
function Review({ certification }: { certification: Certification }) {
  const [started, setStarted] = useState<string[]>([]);
  const pending = (certification.pendingTasks?.nodes ?? []).filter(({ type }) => type === 'REASSIGN').map(({ id }) => id);
  return (
    <>
      <Tasks ids={[...new Set([...pending, ...started])]} />
      <div className="review">
        <Identities certification={certification} />
        <Items certification={certification} moving={(tasks) => setStarted((before) => [...before, ...tasks])} />
      </div>
    </>
  );
}
