import { useQuery } from 'urql';
import { useRows } from '../data/use-rows';
import { graphql } from '../gql';
import type { CertificationPhaseInput, QueueQuery } from '../gql/graphql';
import { dateOf, Due } from '../shell/due';
import { Link } from '../shell/location';
import { More } from '../shell/more';
import { Problem } from '../shell/problem';
import { Progress } from '../shell/progress';
import { useTitle } from '../shell/use-title';

const queue = graphql(`
  query Queue($phase: CertificationPhaseInput!, $first: Int!, $orderBy: [CertificationOrder!]) {
    certifications(reviewer: "me", filter: { phase: $phase }, orderBy: $orderBy, first: $first) {
      totalCount
      pageInfo { hasNextPage }
      nodes {
        id
        name
        phase
        due
        signed
        decisionsMade
        decisionsTotal
        campaign { id name }
        reviewer { name type }
      }
    }
  }
`);

type Certification = NonNullable<QueueQuery['certifications']>['nodes'][number];

/** What the person has to review, by due date, or has signed off, latest first. */
export function QueuePage({ phase }: { phase: CertificationPhaseInput }) {
  const signed = phase === 'SIGNED';
  const heading = useTitle(signed ? 'Signed off' : 'To review');
  const rows = useRows();
  const [{ data, fetching, stale, error }, read] = useQuery({
    query: queue,
    variables: { phase, first: rows.first, orderBy: [signed ? { field: 'SIGNED', direction: 'DESC' } : { field: 'DUE', direction: 'ASC' }] },
    requestPolicy: 'cache-and-network',
  });
  const list = data?.certifications;

  return (
    <>
      <h1 ref={heading} tabIndex={-1}>
        {signed ? 'Signed off' : 'To review'}
      </h1>
      <nav className="tabs" aria-label="Reviews">
        <Link to="" aria-current={signed ? undefined : 'page'}>
          To review
        </Link>
        <Link to="signed" aria-current={signed ? 'page' : undefined}>
          Signed off
        </Link>
      </nav>
      {error && <Problem error={error} retry={() => read({ requestPolicy: 'network-only' })} />}
      {!list && fetching && <p className="faint">Reading your reviews…</p>}
      {list?.nodes.length === 0 && <p className="card">{signed ? 'You have signed off nothing yet.' : 'There is nothing for you to review.'}</p>}
      {list && list.nodes.length > 0 && (
        <table className="queue">
          <thead>
            <tr>
              <th scope="col">Certification</th>
              <th scope="col">{signed ? 'Signed off' : 'Due'}</th>
              <th scope="col">Decided</th>
            </tr>
          </thead>
          <tbody>
            {list.nodes.map((certification) => (
              <Row key={certification.id} certification={certification} />
            ))}
          </tbody>
        </table>
      )}
      {list?.pageInfo.hasNextPage && <More shown={list.nodes.length} total={list.totalCount} reading={fetching || stale} more={rows.more} />}
    </>
  );
}

function Row({ certification }: { certification: Certification }) {
  const { id, name, campaign, reviewer, signed, due, decisionsMade, decisionsTotal } = certification;
  const title = name ?? 'Unnamed certification';
  // The API does not serve what a governance group reviews.
  const ofGroup = reviewer?.type === 'GOVERNANCE_GROUP';
  return (
    <tr>
      <th scope="row">
        {ofGroup ? <span>{title}</span> : <Link to={`certifications/${encodeURIComponent(id)}`}>{title}</Link>}
        <span className="faint">
          {campaign?.name}
          {ofGroup && ` · for the group ${reviewer.name ?? ''}, in Identity Security Cloud itself`}
        </span>
      </th>
      <td>{signed ? dateOf(signed) : <Due date={due} />}</td>
      <td>
        <Progress done={decisionsMade} of={decisionsTotal} label={`Decided in ${title}`} />
      </td>
    </tr>
  );
}
