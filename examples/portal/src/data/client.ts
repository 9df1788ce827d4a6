import { Client, fetchExchange, mapExchange } from 'urql';
import { endSession } from '../shell/session';
import { budgetExchange } from './budget-exchange';
import { createCache } from './cache';
import { inOrderExchange } from './in-order';
import { codesOf } from './problems';

/** The client of the gateway that serves this page. The browser adds the session's cookie by itself. */
export const client = new Client({
  url: '/graphql',
  // A form on another site could send a GET; the gateway asks for more than that.
  preferGetMethod: false,
  // Subscriptions come as events of a response.
  fetchSubscriptions: true,
  exchanges: [
    mapExchange({
      onResult({ error }) {
        if (codesOf(error).includes('UNAUTHENTICATED')) {
          endSession();
        }
      },
    }),
    createCache(),
    inOrderExchange,
    budgetExchange,
    fetchExchange,
  ],
});
