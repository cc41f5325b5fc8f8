/** The browser side of `qvirt_jupyter.widgets.TerminalPanel`: a frame for the terminal's page. */
import { FROM_KERNEL, TO_KERNEL, VERSION } from '../../terminal/messages';
import { framed } from '../panel/framedPage';

export default {
  render: framed({
    folder: 'terminal',
    version: VERSION,
    fromKernel: FROM_KERNEL,
    toKernel: TO_KERNEL
  })
};
