import { Suspense } from 'react';
import { RelayEnvironmentProvider } from 'react-relay';
import { certificationId, credentials, endpoint, show, streams, taskId } from '../view';
import { CertificationPage } from './certification-page';
import { createEnvironment } from './environment';
import { ErrorBoundary } from './error-boundary';
import { Task } from './task';

show(
  <RelayEnvironmentProvider environment={createEnvironment(endpoint, { credentials, streams })}>
    <ErrorBoundary>
      <Suspense>
        <CertificationPage id={certificationId} />
      </Suspense>
      {taskId && <Task id={taskId} />}
    </ErrorBoundary>
  </RelayEnvironmentProvider>,
);
