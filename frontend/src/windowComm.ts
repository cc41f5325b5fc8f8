/**
 * What this window hears of the kernels whose panels it shows, and asks of them, beside the panels:
 * see `widgets/lab_window.py`.
 */
import type { Kernel } from '@jupyterlab/services';

import { client } from './client';
import {
  type LabSettings,
  readWindowMessage,
  type StatusMessage,
  type Task
} from './labMessages';
import type { PanelKernel } from './panelKernel';

/** The comm target, the same name as in `qvirt_jupyter/widgets/lab_window.py`. */
export const WINDOW_TARGET = 'qvirt_jupyter:window';

export class WindowComms {
  constructor(options: WindowComms.IOptions) {
    this._options = options;
  }

  /** Open a comm to a kernel that shows a panel, and so has the package; once is enough. */
  open(kernel: PanelKernel): void {
    const connection = kernel.sessionContext.session?.kernel;
    const before = this._comms.get(kernel.path);
    if (before === undefined) {
      kernel.stateChanged.connect((_, state) => {
        if (state !== 'ready' && state !== 'disconnected') {
          this._options.onEnd(kernel.path);
        }
      });
    }
    // A notebook's own connection to its kernel takes the comms, and the notebook tells what it does.
    if (!connection?.handleComms || before?.isDisposed === false) {
      return;
    }
    const comm = connection.createComm(WINDOW_TARGET);
    comm.onMsg = ({ content }) => {
      const message = readWindowMessage(content.data);
      if (message?.kind === 'status') {
        this._options.onStatus(kernel.path, message);
      } else if (message) {
        this._options.onTask(kernel.path, message.task);
      }
    };
    comm.open({ client, settings: this._options.settings() });
    this._comms.set(kernel.path, comm);
  }

  /** Stop a task of a session's kernel. */
  cancel(path: string, task: number): void {
    const comm = this._comms.get(path);
    if (comm?.isDisposed === false) {
      comm.send({ kind: 'cancel', task });
    }
  }

  /** The settings changed. */
  tellSettings(): void {
    for (const comm of this._comms.values()) {
      if (!comm.isDisposed) {
        comm.send({ kind: 'settings', settings: this._options.settings() });
      }
    }
  }

  private readonly _options: WindowComms.IOptions;
  private readonly _comms = new Map<string, Kernel.IComm>();
}

export namespace WindowComms {
  export interface IOptions {
    settings: () => LabSettings;
    onStatus: (path: string, status: StatusMessage) => void;
    onTask: (path: string, task: Task) => void;
    /** The kernel is gone, and what it said is no longer so. */
    onEnd: (path: string) => void;
  }
}
