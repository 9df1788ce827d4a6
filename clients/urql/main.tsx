import { Provider } from 'urql';
import { certificationId, credentials, endpoint, show, streams, taskId } from '../view';
import { CertificationPage } from './certification-page';
import { createClient } from './client';
import { Task } from './task';

show(
  <Provider value={createClient(endpoint, { credentials, streams })}>
    <CertificationPage id={certificationId} />
    {taskId && <Task id={taskId} />}
  </Provider>,
);
