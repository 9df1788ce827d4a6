import { useQuery } from '@apollo/client/react';
import { useState } from 'react';
import { certificationPage } from '../documents';
import { Heading, pageSize, Problems, Rows } from '../view';
import { errorsOf } from './client';
import { ReviewItem } from './review-item';
import { Summary } from './summary';

/** A certification with its items, read in pages. */
export function CertificationPage({ id }: { id: string }) {
  const { data, error, fetchMore } = useQuery(certificationPage, { variables: { id, first: pageSize } });
  const [summary, setSummary] = useState(false);
  const certification = data?.certification;
  if (!certification) {
    return <Problems errors={errorsOf(error)} />;
  }
  const items = certification.reviewItems;
  const more = () => fetchMore({ variables: { after: items?.pageInfo.endCursor } });
  return (
    <>
      <Heading name={certification.name} made={certification.decisionsMade} total={certification.decisionsTotal} />
      <Problems errors={errorsOf(error)} />
      <button onClick={() => setSummary(true)}>Summary</button>
      {summary && <Summary id={certification.id} />}
      <Rows more={items?.pageInfo.hasNextPage ? more : undefined}>
        {items?.edges.map(({ node }) => <ReviewItem key={node.id} item={node} certificationId={certification.id} />)}
      </Rows>
    </>
  );
}
