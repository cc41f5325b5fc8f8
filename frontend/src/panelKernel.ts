/**
 * A kernel that shows panels, and what its tabs have in common.
 *
 * There is one for each session path and it lives as long as the page: the widget
 * manager of ipywidgets is kept by kernel, so tabs of one kernel must share it.
 */
import { registerWidgetManager } from '@jupyter-widgets/jupyterlab-manager';
import type { ISessionContext } from '@jupyterlab/apputils';
import { SessionContext } from '@jupyterlab/apputils';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { Kernel, ServiceManager } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

import { MANAGER_PATH } from './panel';

/** What a tab needs to know of its kernel. */
export type PanelKernelState =
  'starting' | 'ready' | 'restarting' | 'disconnected' | 'ended';

type WidgetContext = Parameters<typeof registerWidgetManager>[0];

function* nothing(): IterableIterator<never> {
  // There are no placeholders of widgets to replace in a fresh tab.
}

/**
 * What `registerWidgetManager` uses of a notebook's context, for a tab that has none:
 * the session, a model without saved widgets, and URLs as they are.
 */
function widgetContext(owner: object, session: ISessionContext): WidgetContext {
  const context = {
    sessionContext: session,
    model: {
      dirty: false,
      getMetadata: () => undefined,
      setMetadata: () => undefined
    },
    saveState: new Signal<object, string>(owner),
    urlResolver: {
      resolveUrl: (url: string) => Promise.resolve(url),
      getDownloadUrl: (url: string) => Promise.resolve(url)
    }
  };
  return context as unknown as WidgetContext;
}

export class PanelKernel {
  constructor(options: PanelKernel.IOptions) {
    this._options = options;
    this._context = this._createContext();
    this.rendermime = options.rendermime.clone();
  }

  /** Renders the widgets of this kernel. */
  rendermime: IRenderMimeRegistry;

  get path(): string {
    return this._options.path;
  }

  get sessionContext(): ISessionContext {
    return this._context;
  }

  get state(): PanelKernelState {
    return this._state;
  }

  /** The kernel came, went, or came back: tabs show themselves anew when it is ready. */
  get stateChanged(): ISignal<this, PanelKernelState> {
    return this._stateChanged;
  }

  /** A kernel connection was made that may receive comms. */
  get connected(): ISignal<this, Kernel.IKernelConnection> {
    return this._connected;
  }

  /**
   * Start or find the kernel.
   *
   * @throws An error of the server, if it cannot start one.
   */
  start(): Promise<void> {
    this._starting ??= this._start().catch((reason: unknown) => {
      this._starting = null;
      this._setState('ended');
      throw reason;
    });
    return this._starting;
  }

  /** Start over with a new connection, and a new kernel where the old one is gone. */
  renew(): Promise<void> {
    this._registration?.dispose();
    this._registration = null;
    this._context.dispose();
    this._context = this._createContext();
    this.rendermime = this._options.rendermime.clone();
    this._starting = null;
    this._setState('starting');
    return this.start();
  }

  /** Start the kernel anew, in the same session. */
  async restart(): Promise<void> {
    await this.start();
    await this._context.restartKernel();
  }

  /** Run code of ours beside what the user runs; its output is dropped. */
  run(code: string): void {
    this._context.session?.kernel?.requestExecute({
      code,
      silent: true,
      store_history: false,
      stop_on_error: false
    });
  }

  private _createContext(): SessionContext {
    const { services, path, name, kernelName } = this._options;
    const context = new SessionContext({
      kernelManager: services.kernels,
      sessionManager: services.sessions,
      specsManager: services.kernelspecs,
      path,
      name,
      type: path === MANAGER_PATH ? 'qvirt' : 'notebook',
      kernelPreference: {
        name: kernelName(),
        language: 'python',
        shouldStart: true,
        canStart: true,
        autoStartDefault: true,
        // Closing a tab ends neither the kernel nor a virtual machine.
        shutdownOnDispose: false
      }
    });
    context.kernelChanged.connect((_, { newValue }) => {
      if (newValue) {
        this._connected.emit(newValue);
      } else if (!context.isDisposed && this._state !== 'starting') {
        this._setState('ended');
      }
    });
    context.statusChanged.connect(this._onStatus, this);
    context.connectionStatusChanged.connect((_, status) => {
      if (status !== 'connected' && this._state === 'ready') {
        this._setState('disconnected');
      } else if (status === 'connected' && this._state === 'disconnected') {
        this._setState('ready');
      }
    });
    return context;
  }

  private async _start(): Promise<void> {
    this._setState('starting');
    const context = this._context;
    await this._options.services.kernelspecs.ready;
    context.kernelPreference = {
      ...context.kernelPreference,
      name: this._options.kernelName()
    };
    const cannotStart = await context.initialize();
    const kernel = context.session?.kernel;
    if (cannotStart || !kernel) {
      throw new Error(this._options.noKernel);
    }
    await kernel.info;
    this._registration = registerWidgetManager(
      widgetContext(this, context),
      this.rendermime,
      nothing()
    );
    // It ends soon after the session is ready and does not say when.
    await new Promise(resolve => setTimeout(resolve));
    this._setState('ready');
  }

  private _onStatus(_: ISessionContext, status: Kernel.Status): void {
    switch (status) {
      case 'restarting':
      case 'autorestarting':
        this._setState('restarting');
        break;
      case 'dead':
      case 'terminating':
        this._setState('ended');
        break;
      case 'idle':
        if (this._state === 'restarting') {
          this._setState('ready');
        }
        break;
      default:
    }
  }

  private _setState(state: PanelKernelState): void {
    if (state !== this._state) {
      this._state = state;
      this._stateChanged.emit(state);
    }
  }

  private readonly _options: PanelKernel.IOptions;
  private _context: SessionContext;
  private _registration: IDisposable | null = null;
  private _starting: Promise<void> | null = null;
  private _state: PanelKernelState = 'starting';
  private readonly _stateChanged = new Signal<this, PanelKernelState>(this);
  private readonly _connected = new Signal<this, Kernel.IKernelConnection>(
    this
  );
}

export namespace PanelKernel {
  export interface IOptions {
    services: ServiceManager.IManager;
    rendermime: IRenderMimeRegistry;
    /** The path of its session. */
    path: string;
    /** The name of its session, in the list of running sessions. */
    name: string;
    /** Which kernel to start. */
    kernelName: () => string;
    /** What to say if there is no kernel to start. */
    noKernel: string;
  }
}
