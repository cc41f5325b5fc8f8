/** All our tabs: one for each panel, found again, restored after a reload. */
import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import { WidgetTracker } from '@jupyterlab/apputils';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { find } from '@lumino/algorithm';
import { type ISignal, Signal } from '@lumino/signaling';
import type { Kernel } from '@jupyterlab/services';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';

import {
  MANAGER_PATH,
  type Panel,
  PANEL_KINDS,
  type PanelKind,
  PANELS,
  panelKey,
  PLACE
} from './panel';
import { PanelKernel } from './panelKernel';
import { PanelTab } from './panelTab';

export class PanelTabs {
  constructor(options: PanelTabs.IOptions) {
    this._options = options;
    this._trans = options.translator.load('qvirt_jupyter');
  }

  /** Open the panels' tabs again that were open before the page was loaded. */
  restore(restorer: ILayoutRestorer): void {
    for (const kind of PANEL_KINDS) {
      void restorer.restore(this._trackers[kind], {
        command: PANELS[kind].command,
        args: ({ panel }) => ({
          ...panel.arguments,
          title: panel.title,
          path: panel.path
        }),
        name: ({ panel }) => panelKey(panel)
      });
    }
  }

  /** Open a panel, or go to its tab if it is open. */
  async open(wanted: Panel, activate = true): Promise<PanelTab> {
    const { shell, serviceManager } = this._options.app;
    await serviceManager.sessions.ready;
    const panel = { ...wanted, path: this._livePath(wanted.path) };
    let tab = this.find(panel);
    if (!tab) {
      tab = this._create(panel);
      shell.add(tab, 'main', { type: 'Virtual Machines' });
    } else {
      tab.content.turnTo(panel.arguments[PLACE] ?? '');
    }
    if (activate) {
      shell.activateById(tab.id);
    }
    return tab;
  }

  /** The tab that shows a panel. */
  find(panel: Panel): PanelTab | undefined {
    const key = panelKey(panel);
    return this._trackers[panel.kind].find(tab => panelKey(tab.panel) === key);
  }

  /** The tab in which the user is. */
  get current(): PanelTab | null {
    const { currentWidget } = this._options.app.shell;
    return currentWidget instanceof PanelTab ? currentWidget : null;
  }

  /** All tabs, those of the manager first. */
  get all(): PanelTab[] {
    return PANEL_KINDS.flatMap(kind => this._trackers[kind].filter(() => true));
  }

  /** A tab was opened, closed or renamed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The kernel of a session; it lives as long as the page. */
  kernel(path: string): PanelKernel {
    let kernel = this._kernels.get(path);
    if (!kernel) {
      const { app, rendermime, onKernel } = this._options;
      kernel = new PanelKernel({
        services: app.serviceManager,
        rendermime,
        path,
        name: this._trans.__('Virtual Machine Manager'),
        kernelName: () => this._kernelName(),
        noKernel: this._trans.__(
          'Jupyter has no Python kernel to start. Install ipykernel, then try again.'
        )
      });
      const at = path;
      kernel.connected.connect((_, connection) => onKernel(connection, at));
      this._kernels.set(path, kernel);
    }
    return kernel;
  }

  /** Our kernels' widgets went with a notebook that was closed: make new ones. */
  renew(path: string): void {
    if (path !== MANAGER_PATH) {
      void this._kernels.get(path)?.renew();
    }
  }

  /** Start a session's kernel anew; its tabs show themselves again. */
  async restart(path: string): Promise<void> {
    const kernel = this.kernel(path);
    await (kernel.state === 'ended' ? kernel.renew() : kernel.restart());
  }

  private _create(panel: Panel): PanelTab {
    const tab = new PanelTab({
      panel,
      kernel: this.kernel(panel.path),
      trans: this._trans,
      translator: this._options.translator,
      locale: this._options.translator.languageCode,
      onShown: () => this._options.onShown(this.kernel(panel.path))
    });
    const tracker = this._trackers[panel.kind];
    void tracker.add(tab);
    this._changed.emit();
    tab.title.changed.connect(() => {
      void tracker.save(tab);
      this._changed.emit();
    });
    tab.disposed.connect(() => this._changed.emit());
    return tab;
  }

  /** A notebook's session may be gone after a reload: the manager's stands in for it. */
  private _livePath(wanted: string): string {
    const { sessions } = this._options.app.serviceManager;
    const runs = find(sessions.running(), ({ path }) => path === wanted);
    return runs ? wanted : MANAGER_PATH;
  }

  /** The kernel that Jupyter itself runs in has the package; another Python may have it. */
  private _kernelName(): string {
    const specs = this._options.app.serviceManager.kernelspecs.specs;
    const isPython = (name: string) =>
      specs?.kernelspecs[name]?.language === 'python';
    const names = Object.keys(specs?.kernelspecs ?? {});
    const preferred = ['python3', specs?.default ?? '', ...names];
    return preferred.find(isPython) ?? '';
  }

  private readonly _options: PanelTabs.IOptions;
  private readonly _trans: TranslationBundle;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _kernels = new Map<string, PanelKernel>();
  private readonly _trackers: Record<PanelKind, WidgetTracker<PanelTab>> = {
    manager: new WidgetTracker({ namespace: 'qvirt-manager' }),
    host: new WidgetTracker({ namespace: 'qvirt-host' }),
    vm: new WidgetTracker({ namespace: 'qvirt-vm' }),
    console: new WidgetTracker({ namespace: 'qvirt-console' }),
    create: new WidgetTracker({ namespace: 'qvirt-create' }),
    topology: new WidgetTracker({ namespace: 'qvirt-topology' }),
    wall: new WidgetTracker({ namespace: 'qvirt-wall' })
  };
}

export namespace PanelTabs {
  export interface IOptions {
    app: JupyterFrontEnd;
    rendermime: IRenderMimeRegistry;
    translator: ITranslator;
    /** Called for each kernel connection that a session of ours makes. */
    onKernel: (kernel: Kernel.IKernelConnection, path: string) => void;
    /** Called each time that a kernel has shown a panel. */
    onShown: (kernel: PanelKernel) => void;
  }
}
