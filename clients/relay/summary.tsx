import { Suspense } from 'react';
import { graphql, useFragment, useLazyLoadQuery } from 'react-relay';
import type { summary_counts$key } from '../build/relay/summary_counts.graphql';
import type { summaryQuery } from '../build/relay/summaryQuery.graphql';
import type { GatewayError } from '../gateway/errors';
import { Counts, Phase, Problems } from '../view';

/** The phase of a certification, and as soon as they are there, the counts. */
export function Summary({ id }: { id: string }) {
  const { certification } = useLazyLoadQuery<summaryQuery>(
    graphql`
      query summaryQuery($id: ID!) {
        certification(id: $id) {
          phase
          ...summary_counts @defer
        }
      }
    `,
    { id },
  );
  return (
    certification && (
      <Phase phase={certification.phase}>
        <Suspense fallback="…">
          <Decided certification={certification} />
        </Suspense>
      </Phase>
    )
  );
}

function Decided({ certification }: { certification: summary_counts$key }) {
  const { decisionSummary } = useFragment(
    graphql`
      fragment summary_counts on Certification {
        decisionSummary @catch {
          all { made total }
        }
      }
    `,
    certification,
  );
  if (!decisionSummary.ok) {
    return <Problems errors={decisionSummary.errors as readonly GatewayError[]} />;
  }
  return decisionSummary.value?.all && <Counts {...decisionSummary.value.all} />;
}
