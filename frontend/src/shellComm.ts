/** How a kernel opens tabs: it writes to our comm target, see widgets/shell.py. */
import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel } from '@jupyterlab/services';

import { isForThisWindow } from './client';
import { type Panel, readShellMessage } from './panel';

/** The comm target, the same name as in `qvirt_jupyter/widgets/shell.py`. */
export const SHELL_TARGET = 'qvirt_jupyter:shell';

export class ShellComm {
  constructor(options: ShellComm.IOptions) {
    this._options = options;
  }

  /**
   * Listen to a kernel.
   *
   * @param path The session path of the kernel, in which its tabs will run.
   */
  listen(kernel: Kernel.IKernelConnection, path: () => string): void {
    // Of several connections to a kernel only the first receives comms.
    if (!kernel.handleComms) {
      return;
    }
    kernel.registerCommTarget(SHELL_TARGET, (_, message) => {
      const request = readShellMessage(message.content.data);
      if (!request) {
        return;
      }
      const panel = {
        kind: request.kind,
        arguments: request.arguments,
        title: request.title,
        path: path()
      };
      if (request.action === 'title') {
        this._options.retitle(panel);
      } else if (request.action === 'close') {
        this._options.close(panel);
      } else if (isForThisWindow(request.client)) {
        this._options.open(panel);
      }
    });
  }

  /** Listen to whatever kernel a notebook or a console has. */
  follow(session: ISessionContext): void {
    const listen = (kernel: Kernel.IKernelConnection | null | undefined) => {
      if (kernel) {
        this.listen(kernel, () => session.path);
      }
    };
    listen(session.session?.kernel);
    session.kernelChanged.connect((_, { newValue }) => listen(newValue));
  }

  private readonly _options: ShellComm.IOptions;
}

export namespace ShellComm {
  export interface IOptions {
    open: (panel: Panel) => void;
    retitle: (panel: Panel) => void;
    close: (panel: Panel) => void;
  }
}
