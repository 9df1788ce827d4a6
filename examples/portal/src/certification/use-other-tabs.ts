import { useEffect } from 'react';
import type { UseQueryExecute } from 'urql';
import { onNews } from '../shell/tabs';

/** Reads a query again when the certification was changed in another tab. */
export function useOtherTabs(certification: string, read: UseQueryExecute) {
  useEffect(
    () =>
      onNews((news) => {
        if ('certification' in news && news.certification === certification) {
          read({ requestPolicy: 'network-only' });
        }
      }),
    [certification, read],
  );
}
