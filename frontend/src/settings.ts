/**
 * What is set in JupyterLab's settings editor: `schema/plugin.json`.
 *
 * It is about JupyterLab: what opens by itself, and what is told outside of the panels. What the
 * panels do is set in the manager's own preferences, which its kernel keeps; nothing is in both.
 */
import { showErrorMessage } from '@jupyterlab/apputils';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { type ISignal, Signal } from '@lumino/signaling';

import type { LabSettings } from './labMessages';

export class Settings {
  /**
   * @param loading None in an application without settings.
   * @param problem What to say where they cannot be read; the defaults hold then.
   */
  constructor(
    loading: Promise<ISettingRegistry.ISettings> | undefined,
    problem: string
  ) {
    this.ready = Promise.resolve(loading).then(
      loaded => {
        this._loaded = loaded;
        loaded?.changed.connect(() => this._changed.emit());
        this._changed.emit();
      },
      (reason: unknown) => void showErrorMessage(problem, String(reason))
    );
  }

  /** They are loaded, or never will be. */
  readonly ready: Promise<void>;

  /** They were loaded, or something was set. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether JupyterLab begins with the manager. */
  get openAtStart(): boolean {
    return this._loaded?.composite.openAtStart === true;
  }

  /** Whether the status bar has our counts. */
  get showStatus(): boolean {
    return this._loaded?.composite.showStatus !== false;
  }

  /** What goes to kernels. */
  get forKernels(): LabSettings {
    const { notifications, longTask } = this._loaded?.composite ?? {};
    return {
      notifications: typeof notifications === 'string' ? notifications : 'long',
      longTask: typeof longTask === 'number' ? longTask : 10
    };
  }

  private _loaded: ISettingRegistry.ISettings | undefined;
  private readonly _changed = new Signal<this, void>(this);
}
