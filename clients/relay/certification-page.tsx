import { Suspense, useState } from 'react';
import { graphql, useFragment, useLazyLoadQuery, usePaginationFragment } from 'react-relay';
import type { certificationPageItemsQuery } from '../build/relay/certificationPageItemsQuery.graphql';
import type { certificationPageQuery } from '../build/relay/certificationPageQuery.graphql';
import type { certificationPage_heading$key } from '../build/relay/certificationPage_heading.graphql';
import type { certificationPage_items$key } from '../build/relay/certificationPage_items.graphql';
import { Heading, pageSize, Problems, Rows } from '../view';
import { errorsOf } from './environment';
import { ReviewItem } from './review-item';
import { Summary } from './summary';

/** A certification with its items, read in pages. */
export function CertificationPage({ id }: { id: string }) {
  const { certification } = useLazyLoadQuery<certificationPageQuery>(
    graphql`
      query certificationPageQuery($id: ID!, $first: Int!) {
        certification(id: $id) {
          id
          ...certificationPage_heading
          ...certificationPage_items @arguments(first: $first)
        }
      }
    `,
    { id, first: pageSize },
  );
  const [summary, setSummary] = useState(false);
  return (
    certification && (
      <>
        <CertificationHeading certification={certification} />
        <button onClick={() => setSummary(true)}>Summary</button>
        {summary && (
          <Suspense>
            <Summary id={certification.id} />
          </Suspense>
        )}
        <ReviewItems certification={certification} />
      </>
    )
  );
}

function CertificationHeading({ certification }: { certification: certificationPage_heading$key }) {
  const { name, decisionsMade, decisionsTotal } = useFragment(
    graphql`
      fragment certificationPage_heading on Certification {
        name
        decisionsMade
        decisionsTotal
      }
    `,
    certification,
  );
  return <Heading name={name} made={decisionsMade} total={decisionsTotal} />;
}

function ReviewItems({ certification }: { certification: certificationPage_items$key }) {
  const { data, hasNext, loadNext } = usePaginationFragment<certificationPageItemsQuery, certificationPage_items$key>(
    graphql`
      fragment certificationPage_items on Certification
      @argumentDefinitions(first: { type: "Int", defaultValue: 10 }, after: { type: "String" })
      @refetchable(queryName: "certificationPageItemsQuery") {
        id
        reviewItems(first: $first, after: $after) @connection(key: "certificationPage_reviewItems") {
          edges { node { id ...reviewItem_item } }
        }
      }
    `,
    certification,
  );
  const [error, setError] = useState<Error | null>();
  return (
    <>
      <Problems errors={error ? errorsOf(error) : []} />
      <Rows more={hasNext ? () => loadNext(pageSize, { onComplete: setError }) : undefined}>
        {data.reviewItems?.edges.map(({ node }) => <ReviewItem key={node.id} item={node} certificationId={data.id} />)}
      </Rows>
    </>
  );
}
