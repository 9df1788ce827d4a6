import { ApolloProvider } from '@apollo/client/react';
import { certificationId, endpoint, show } from '../view';
import { CertificationPage } from './certification-page';
import { createClient } from './client';

show(
  <ApolloProvider client={createClient(endpoint)}>
    <CertificationPage id={certificationId} />
  </ApolloProvider>,
);
