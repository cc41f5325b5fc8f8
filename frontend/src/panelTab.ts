/** A tab that shows a panel of a kernel, without a notebook. */
import { Dialog, MainAreaWidget, showDialog } from '@jupyterlab/apputils';
import {
  OutputArea,
  OutputAreaModel,
  SimplifiedOutputArea
} from '@jupyterlab/outputarea';
import type { KernelMessage } from '@jupyterlab/services';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { BoxLayout, Widget } from '@lumino/widgets';

import { client } from './client';
import { type Panel, PANELS, panelKey, PLACE } from './panel';
import type { PanelKernel, PanelKernelState } from './panelKernel';
import { Placeholder } from './placeholder';

/** Python source for a call with plain text arguments; JSON text is valid in Python. */
function pythonCall(name: string, ...values: unknown[]): string {
  const texts = values.map(value => JSON.stringify(JSON.stringify(value)));
  return [
    `__import__("qvirt_jupyter.widgets.panel_tabs", fromlist=["${name}"])`,
    `.${name}(*map(__import__("json").loads, [${texts.join(', ')}]))`
  ].join('');
}

/** The panel in the tab: what the kernel shows, or a few words while it does not. */
export class PanelView extends Widget {
  constructor(options: PanelView.IOptions) {
    super();
    this.addClass('qvirt-PanelView');
    this.panel = options.panel;
    this._kernel = options.kernel;
    this._trans = options.trans;
    this._locale = options.locale;
    this._onShown = options.onShown;
    const layout = new BoxLayout({ spacing: 0 });
    this.layout = layout;
    this._notice = new Widget();
    this._notice.addClass('qvirt-PanelView-notice');
    // Spoken when it is filled.
    this._notice.node.setAttribute('role', 'status');
    this._notice.hide();
    layout.addWidget(this._notice);
    this._placeholder = new Placeholder();
    layout.addWidget(this._placeholder);
    this._kernel.stateChanged.connect(this._onKernelState, this);
    void this.reload();
  }

  readonly panel: Panel;

  /** Show the panel anew, starting the kernel where it does not run. */
  async reload(): Promise<void> {
    this._say({
      text: this._trans.__('Starting %1…', this.panel.title),
      busy: true
    });
    try {
      await this._kernel.start();
    } catch (error) {
      this._say({
        text: this._trans.__('No kernel could be started for this tab.'),
        details: error instanceof Error ? error.message : String(error),
        action: {
          label: this._trans.__('Try again'),
          run: () => void this.reload()
        }
      });
      return;
    }
    await this._execute();
  }

  /** Bring a place in the panel to the front; an empty one leaves it as it is. */
  turnTo(place: string): void {
    if (place === '') {
      return;
    }
    // For a panel that is not there yet, or is shown again by another kernel.
    this.panel.arguments = { ...this.panel.arguments, [PLACE]: place };
    if (this._shown && this._kernel.state === 'ready') {
      this._kernel.run(pythonCall('turn_tab', this._tab, place));
    }
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._kernel.stateChanged.disconnect(this._onKernelState, this);
    if (this._shown && this._kernel.state === 'ready') {
      this._kernel.run(pythonCall('close_tab', this._tab));
    }
    super.dispose();
  }

  /** Names this view in the kernel: the same again after a reload of the page. */
  private get _tab(): string {
    return `${client} ${panelKey(this.panel)}`;
  }

  /**
   * Whether something was typed that is neither applied nor given up; the parts say so, and whether
   * anybody wants to be asked about it.
   */
  get isDirty(): boolean {
    return (
      this.node.querySelector(
        '[data-dirty="true"]:not([data-asks="false"])'
      ) !== null
    );
  }

  /** What is under way in the panel and would be left alone; the panel's part says so. */
  get underWay(): HTMLElement | null {
    return this.node.querySelector<HTMLElement>(
      '[data-leaving]:not([data-leaving=""])'
    );
  }

  private async _execute(): Promise<void> {
    const run = ++this._run;
    const output = new SimplifiedOutputArea({
      model: new OutputAreaModel({ trusted: true }),
      rendermime: this._kernel.rendermime
    });
    output.addClass('qvirt-PanelView-output');
    this._replaceOutput(output);
    const { kind, arguments: arguments_ } = this.panel;
    let reply: KernelMessage.IExecuteReplyMsg | undefined;
    try {
      reply = await OutputArea.execute(
        pythonCall('show_tab', this._tab, kind, arguments_, this._locale),
        output,
        this._kernel.sessionContext
      );
    } catch {
      // The kernel went away meanwhile; its state says what to show.
      return;
    }
    if (this.isDisposed || run !== this._run) {
      return;
    }
    if (reply?.content.status === 'error') {
      this._fail(reply.content);
      return;
    }
    this._onShown();
    this._shown = true;
    this._placeholder.hide();
    output.show();
  }

  private _fail(error: KernelMessage.IReplyErrorContent): void {
    const trans = this._trans;
    const isMissing =
      error.ename === 'ModuleNotFoundError' &&
      error.evalue.includes('qvirt_jupyter');
    this._say({
      text: isMissing
        ? trans.__(
            'The package qvirt-jupyter is not installed in the kernel “%1”. Install it there, then try again.',
            this._kernel.sessionContext.kernelDisplayName
          )
        : trans.__('%1 could not be shown.', this.panel.title),
      details: `${error.ename}: ${error.evalue}`,
      action: {
        label: trans.__('Restart kernel and try again'),
        run: () => void this._kernel.restart()
      }
    });
  }

  private _onKernelState(_: PanelKernel, state: PanelKernelState): void {
    const trans = this._trans;
    this._setStale(state === 'disconnected');
    switch (state) {
      case 'ready':
        if (this._lost) {
          this._lost = false;
          void this._execute();
        }
        break;
      case 'restarting':
      case 'starting':
        this._lose();
        this._say({
          text: trans.__('The kernel of this tab is starting again…'),
          busy: true
        });
        break;
      case 'disconnected':
        // The panel stays as it is: its widgets live on when the connection is back.
        break;
      case 'ended':
        this._lose();
        this._say({
          text: trans.__(
            'The kernel of this tab has ended. Virtual machines are not affected by that.'
          ),
          action: {
            label: trans.__('Start it again'),
            run: () => void this._kernel.renew()
          }
        });
        break;
    }
  }

  /**
   * Say that nothing comes from the kernel and nothing gets there.
   *
   * What is clicked now would wait, and be done whenever the connection is back. A console
   * has a connection of its own.
   */
  private _setStale(stale: boolean): void {
    this._notice.node.textContent = stale
      ? this._trans.__(
          'The connection to the Jupyter server is lost and is being tried again. What is shown may be out of date; virtual machines are not affected.'
        )
      : '';
    this._notice.setHidden(!stale);
    if (this._output && this.panel.kind !== 'console') {
      this._output.node.inert = stale;
    }
  }

  /** The widgets that are shown have lost their kernel. */
  private _lose(): void {
    this._run += 1;
    this._lost = this._lost || this._shown;
    this._shown = false;
  }

  private _replaceOutput(output: OutputArea | null): void {
    this._output?.dispose();
    this._output = output;
    if (output && this.layout instanceof BoxLayout) {
      output.hide();
      this.layout.addWidget(output);
      BoxLayout.setStretch(output, 1);
    }
  }

  private _say(message: Placeholder.IMessage): void {
    this._replaceOutput(null);
    this._placeholder.show();
    this._placeholder.say(message);
  }

  private readonly _kernel: PanelKernel;
  private readonly _trans: TranslationBundle;
  private readonly _locale: string;
  private readonly _onShown: () => void;
  private readonly _notice: Widget;
  private readonly _placeholder: Placeholder;
  private _output: OutputArea | null = null;
  private _run = 0;
  private _shown = false;
  private _lost = false;
}

export namespace PanelView {
  export interface IOptions {
    panel: Panel;
    kernel: PanelKernel;
    trans: TranslationBundle;
    /** The language of JupyterLab, in which the panel speaks too. */
    locale: string;
    /** Called each time that the kernel has shown the panel. */
    onShown: () => void;
  }
}

/** The tab in the main area. */
export class PanelTab extends MainAreaWidget<PanelView> {
  constructor(options: PanelView.IOptions & { translator: ITranslator }) {
    super({
      content: new PanelView(options),
      translator: options.translator
    });
    const { panel } = options;
    this.id = `qvirt-${panelKey(panel)}`;
    this.addClass('qvirt-PanelTab');
    // Our panels have toolbars of their own, which also work in a notebook.
    this.toolbar.hide();
    this.title.icon = PANELS[panel.kind].icon;
    this.title.closable = true;
    this._trans = options.trans;
    // For the entries of the tab's context menu.
    this.title.dataset = {
      ...this.title.dataset,
      'qvirt-panel': panel.kind
    };
    this.retitle(panel.title);
  }

  get panel(): Panel {
    return this.content.panel;
  }

  /** Close the tab without a question: its kernel says that what it was for is done. */
  finish(): void {
    this._isDone = true;
    this.close();
  }

  /** Close the tab, after a question where what was typed would be lost. */
  protected override onCloseRequest(message: Message): void {
    const { isDirty, underWay } = this.content;
    if (this._isDone || (!isDirty && !underWay)) {
      super.onCloseRequest(message);
      return;
    }
    if (!this._isAsking) {
      void (underWay
        ? this._askToLeave(underWay, message)
        : this._askToClose(message));
    }
  }

  private async _askToClose(message: Message): Promise<void> {
    const trans = this._trans;
    this._isAsking = true;
    const { button } = await showDialog({
      title: trans.__('Close “%1”?', this.panel.title),
      body: trans.__(
        'Changes were typed in this tab, but not applied. They are lost when it is closed.'
      ),
      buttons: [
        Dialog.cancelButton({ label: trans.__('Stay') }),
        Dialog.warnButton({ label: trans.__('Close without applying') })
      ]
    });
    this._isAsking = false;
    if (button.accept && !this.isDisposed) {
      super.onCloseRequest(message);
    }
  }

  /** Close the tab while something is under way: that goes on, or is cancelled first. */
  private async _askToLeave(
    part: HTMLElement,
    message: Message
  ): Promise<void> {
    const trans = this._trans;
    this._isAsking = true;
    const cancel = Dialog.warnButton({
      label: trans.__('Cancel it and close')
    });
    const goOn = Dialog.okButton({ label: trans.__('Close, it goes on') });
    const { button } = await showDialog({
      title: trans.__('Close “%1”?', this.panel.title),
      body: part.dataset.leaving ?? '',
      buttons: [
        Dialog.cancelButton({ label: trans.__('Stay') }),
        ...(part.dataset.abandons === 'true' ? [cancel] : []),
        ...(part.dataset.goesOn === 'true' ? [goOn] : [])
      ]
    });
    this._isAsking = false;
    if (!button.accept || this.isDisposed) {
      return;
    }
    if (button.label === cancel.label && part.dataset.leaving) {
      // The panel closes the tab once all is taken back.
      part.dispatchEvent(new Event('qvirt-abandon'));
    } else {
      super.onCloseRequest(message);
    }
  }

  private readonly _trans: TranslationBundle;
  private _isAsking = false;
  private _isDone = false;

  /** Give the tab another name, for a machine that was renamed. */
  retitle(title: string): void {
    this.panel.title = title;
    this.title.label = title;
    const { uri } = this.panel.arguments;
    this.title.caption = uri ? `${title}\n${uri}` : title;
  }
}
