import { ApolloProvider } from '@apollo/client/react';
import { certificationId, credentials, endpoint, show, streams, taskId } from '../view';
import { CertificationPage } from './certification-page';
import { createClient } from './client';
import { Task } from './task';

show(
  <ApolloProvider client={createClient(endpoint, { credentials, streams })}>
    <CertificationPage id={certificationId} />
    {taskId && <Task id={taskId} />}
  </ApolloProvider>,
);
