import { useQuery } from '@apollo/client/react';
import { summary } from '../documents';
import { Counts, Phase, Problems } from '../view';
import { errorsOf } from './client';

/** The phase of a certification, and as soon as they are there, the counts. */
export function Summary({ id }: { id: string }) {
  const { data, error } = useQuery(summary, { variables: { id } });
  const certification = data?.certification;
  const counts = certification && 'decisionSummary' in certification ? certification.decisionSummary?.all : undefined;
  return (
    certification && (
      <Phase phase={certification.phase}>
        {counts ? <Counts {...counts} /> : error ? <Problems errors={errorsOf(error)} /> : '…'}
      </Phase>
    )
  );
}
