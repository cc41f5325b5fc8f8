/** The browser side of `qvirt_jupyter.widgets.ConsolePanel`: a frame for the console's page. */
import { VERSION } from '../../console/messages';
import { framed } from '../panel/framedPage';

export default {
  render: framed({
    folder: 'console',
    version: VERSION,
    fromKernel: [
      'console',
      'state',
      'ticket',
      'problem',
      'layout',
      'keys',
      'tablet',
      'recalled',
      'viewer',
      'replacement',
      'said'
    ],
    toKernel: [
      'ticket',
      'action',
      'wish',
      'layout',
      'keys',
      'tablet',
      'recall',
      'remember',
      'forget',
      'viewer',
      'replacement',
      'replace'
    ]
  })
};
