import { Suspense } from 'react';
import { RelayEnvironmentProvider } from 'react-relay';
import { certificationId, endpoint, show } from '../view';
import { CertificationPage } from './certification-page';
import { createEnvironment } from './environment';

show(
  <RelayEnvironmentProvider environment={createEnvironment(endpoint)}>
    <Suspense>
      <CertificationPage id={certificationId} />
    </Suspense>
  </RelayEnvironmentProvider>,
);
