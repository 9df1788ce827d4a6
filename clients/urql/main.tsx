import { Provider } from 'urql';
import { certificationId, endpoint, show } from '../view';
import { CertificationPage } from './certification-page';
import { createClient } from './client';

show(
  <Provider value={createClient(endpoint)}>
    <CertificationPage id={certificationId} />
  </Provider>,
);
