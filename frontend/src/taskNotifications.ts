/** Tasks in JupyterLab's notifications: what fails, and what takes long (the kernel decides). */
import {
  Clipboard,
  Dialog,
  Notification,
  showDialog
} from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import type { Task } from './labMessages';

/** Milliseconds for which a long task's good end is shown. */
const GLANCE = 5000;

export class TaskNotifications {
  constructor(options: TaskNotifications.IOptions) {
    this._options = options;
  }

  /** A task of a session's kernel began to be of interest, or changed. */
  show(path: string, task: Task): void {
    const key = `${path} ${task.id}`;
    const { type, isOver } = lookOf(task);
    const message = isOver ? ending(task) : progressing(task);
    const options = {
      autoClose: this._autoClose(path, type),
      actions: this._actions(path, task),
      ...(task.progress === null ? {} : { progress: task.progress })
    };
    const shown = this._shown.get(key);
    if (shown !== undefined && Notification.manager.has(shown)) {
      Notification.update({ id: shown, message, type, ...options });
    } else if (shown === undefined || type === 'error') {
      this._shown.set(key, Notification.emit(message, type, options));
    }
    if (isOver) {
      this._shown.delete(key);
    }
  }

  /** A session's kernel is gone: nobody will tell how its tasks end. */
  end(path: string): void {
    for (const [key, id] of this._shown) {
      if (key.startsWith(`${path} `)) {
        this._shown.delete(key);
        Notification.update({
          id,
          type: 'warning',
          message: this._options.trans.__(
            'The manager’s kernel ended before a task did; look at the machine.'
          ),
          actions: [],
          autoClose: false
        });
      }
    }
  }

  /** A panel that is in sight says itself what went wrong: then the bell is enough. */
  private _autoClose(
    path: string,
    type: Notification.TypeOptions
  ): number | false {
    switch (type) {
      case 'error':
        return this._options.isInSight(path) ? 0 : false;
      case 'in-progress':
      case 'warning':
        return false;
      default:
        return GLANCE;
    }
  }

  private _actions(path: string, task: Task): Notification.IAction[] {
    const { trans, cancel } = this._options;
    const action = (label: string, run: () => void): Notification.IAction => ({
      label,
      callback: event => {
        // The notification stays, and tells how the task goes on.
        event.preventDefault();
        run();
      }
    });
    const actions = [
      action(trans.__('Details'), () => void this._detail(task))
    ];
    if (task.code) {
      actions.push(
        action(trans.__('Copy as code'), () =>
          Clipboard.copyToSystem(task.code)
        )
      );
    }
    if (task.canCancel) {
      actions.push({
        ...action(trans.__('Cancel'), () => cancel(path, task.id)),
        displayType: 'warn'
      });
    }
    return actions;
  }

  private async _detail(task: Task): Promise<void> {
    const { trans } = this._options;
    const body = new Widget();
    body.addClass('qvirt-TaskDetails');
    const add = (tag: 'p' | 'pre', text: string) => {
      const element = document.createElement(tag);
      element.textContent = text;
      body.node.append(element);
    };
    add('p', trans.__('%1, begun at %2', task.outcomeLabel, task.when));
    if (task.error) {
      add('p', task.error);
    }
    for (const part of task.parts) {
      add('p', `${part.what}: ${part.outcomeLabel}. ${part.error}`);
    }
    if (task.code) {
      add('pre', task.code);
    }
    const copy = Dialog.createButton({ label: trans.__('Copy as code') });
    const close = Dialog.cancelButton({ label: trans.__('Close') });
    const { button } = await showDialog({
      title: task.what,
      body,
      buttons: task.code ? [copy, close] : [close]
    });
    if (button === copy) {
      Clipboard.copyToSystem(task.code);
    }
  }

  private readonly _options: TaskNotifications.IOptions;
  private readonly _shown = new Map<string, string>();
}

interface Look {
  type: Notification.TypeOptions;
  isOver: boolean;
}

const RUNNING: Look = { type: 'in-progress', isOver: false };
/** Nothing goes on before somebody has done something: no wheel turns for it. */
const WAITING: Look = { type: 'warning', isOver: false };
/** By outcome (`JobState` in `hypervisor/job.py`). */
const LOOKS: Record<string, Look | undefined> = {
  queued: RUNNING,
  running: RUNNING,
  succeeded: { type: 'success', isOver: true },
  failed: { type: 'error', isOver: true },
  cancelled: { type: 'info', isOver: true }
};

function lookOf({ outcome, waiting }: Task): Look {
  return waiting ? WAITING : (LOOKS[outcome] ?? RUNNING);
}

/** What is done, how far it is, and what it waits for. */
function progressing({ what, progress, phase, waiting }: Task): string {
  const text =
    progress === null ? what : `${what} (${Math.round(100 * progress)} %)`;
  return waiting ? `${text}: ${phase}` : text;
}

/** How it ended, and the first line of why, or which parts of it failed. */
function ending({ what, outcomeLabel, error, parts }: Task): string {
  const failed = parts.filter(({ outcome }) => outcome === 'failed');
  return [
    `${what}: ${outcomeLabel}`,
    error.split('\n')[0],
    ...failed.map(part => part.what)
  ]
    .filter(Boolean)
    .join('. ');
}

export namespace TaskNotifications {
  export interface IOptions {
    trans: TranslationBundle;
    /** Whether a panel of a session's kernel is on the screen. */
    isInSight: (path: string) => boolean;
    cancel: (path: string, task: number) => void;
  }
}
