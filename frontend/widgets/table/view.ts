/** One view of a table: it joins store, toolbar and grid, and talks to the kernel. */
import { ALIVE, Attention, keepKeys, viewId } from '../grid/attention';
import { Inbox } from '../grid/inbox';
import { showMenu } from '../grid/menu';
import { clientId } from '../panel/dom';
import {
  type ActionData,
  type FromKernel,
  isFromKernel,
  type Reset,
  type ToKernel
} from './messages';
import { RecordGrid } from './recordGrid';
import { Store } from './store';
import { items, Toolbar } from './toolbar';

/** Milliseconds after which a view that knows nothing asks again. */
const ASK_AGAIN = 700;

export class View {
  constructor(
    host: HTMLElement,
    private readonly _send: (message: ToKernel) => void
  ) {
    host.classList.add('qvirt-table');
    keepKeys(host);
    this._grid = new RecordGrid(this._store, {
      onSelection: () => this._onSelection(),
      onOpen: () => this._activate(),
      onMenu: (x, y) => this._menu(x, y),
      onRows: () => this._tell()
    });
    this._toolbar = new Toolbar({
      store: this._store,
      onAction: action => this._act(action),
      onFilter: text => {
        this._isFiltered = Boolean(text.trim());
        this._grid.search(text);
      },
      once: run => this._once(run),
      onLeave: () => this._grid.focus()
    });
    this._empty.className = 'qvirt-table-empty';
    this._status.className = 'qvirt-status';
    this._status.setAttribute('role', 'status');
    host.replaceChildren(
      this._toolbar.node,
      this._grid.node,
      this._empty,
      this._status
    );
    host.addEventListener('keydown', event => this._onKey(event));
    for (const kind of ['keydown', 'mousedown']) {
      // Who chooses for themselves waits for no row any more.
      this._grid.node.addEventListener(kind, () => {
        this._awaited = '';
      });
    }
    this._attention = new Attention(host, () => this._watch());
    this._alive = window.setInterval(() => this._watch(), ALIVE);
    // Until JupyterLab has made a subshell, messages wait behind a running cell.
    this._asking = window.setInterval(() => this._watch(), ASK_AGAIN);
  }

  /** Take a message of the kernel; those that take time to unpack keep their order. */
  receive(message: unknown, buffers: readonly DataView[]): Promise<void> {
    return this._inbox.receive(message, buffers);
  }

  dispose(): void {
    this._isDisposed = true;
    this._send(this._watching(false));
    window.clearInterval(this._alive);
    window.clearInterval(this._asking);
    this._inbox.close();
    this._attention.dispose();
    this._grid.dispose();
  }

  private _apply(message: FromKernel): void {
    switch (message.kind) {
      case 'reset':
        this._reset(message);
        break;
      case 'patch':
        switch (this._store.patch(message)) {
          case 'rows':
            this._grid.refresh();
            this._reveal();
            break;
          case 'behind':
            this._isBehind = true;
            this._watch();
            break;
          case 'nothing':
            break;
        }
        break;
      case 'actions':
        if (message.view === this._id && message.request === this._request) {
          this._answered = message.request;
          this._actions = message.actions;
          this._toolbar.update(message.actions);
          this._wanted?.();
          this._wanted = null;
        }
        break;
      case 'select':
        this._awaited = message.rows[0] ?? '';
        this._reveal();
        break;
      case 'say':
        this._store.empty = message.empty;
        this._tell();
        break;
    }
  }

  private _reset(message: Reset): void {
    const isFirst = this._store.version === 0;
    this._isBehind = false;
    if (!this._store.reset(message)) {
      return;
    }
    window.clearInterval(this._asking);
    this._toolbar.label();
    this._grid.rebuild();
    if (isFirst) {
      this._awaited ||= message.selected[0] ?? '';
    }
    this._reveal();
    this._ask();
  }

  /**
   * Select what the kernel wants selected, once it is there: while a table is out of sight, such
   * as below a dialog, the row comes later than the wish.
   */
  private _reveal(): void {
    if (this._awaited && this._grid.reveal(this._awaited)) {
      this._awaited = '';
    }
  }

  private _watching(visible: boolean): ToKernel {
    // A patch that was missed is not on its way: only everything helps.
    const version = this._isBehind ? 0 : this._store.version;
    return { kind: 'watching', view: this._id, version, visible };
  }

  private _watch(): void {
    if (!this._isDisposed) {
      this._send(this._watching(this._attention.isHere));
    }
  }

  private _onSelection(): void {
    const now = this._grid.selected.join('\n');
    if (now !== this._told) {
      this._told = now;
      this._ask();
    }
    this._tell();
  }

  /** Ask what can be done with what is selected now. */
  private _ask(): void {
    if (this._store.version === 0) {
      return;
    }
    this._request += 1;
    this._send({
      kind: 'selected',
      view: this._id,
      request: this._request,
      rows: this._grid.selected
    });
  }

  /** Say how many rows there are. */
  private _tell(): void {
    const { rows } = this._store;
    const { matching, selected } = this._grid;
    const isEmpty = matching === 0;
    this._empty.hidden = !isEmpty;
    this._empty.textContent = !isEmpty
      ? ''
      : rows.length > 0
        ? this._store.text('no_match')
        : this._store.empty;
    const parts = [
      this._isFiltered
        ? this._store.text('shown', { shown: matching, total: rows.length })
        : rows.length > 0
          ? this._store.text('total', { total: rows.length })
          : '',
      selected.length > 1
        ? this._store.text('selected', { count: selected.length })
        : ''
    ];
    const text = parts.filter(Boolean).join(' · ');
    if (this._status.textContent !== text) {
      this._status.textContent = text;
    }
  }

  private _act(action: ActionData): void {
    if (!action.reason) {
      this._send({
        kind: 'action',
        action: action.id,
        rows: this._grid.selected,
        client: clientId()
      });
    }
  }

  private _activate(): void {
    this._send({
      kind: 'activate',
      rows: this._grid.selected,
      client: clientId()
    });
  }

  private _onKey(event: KeyboardEvent): void {
    const { key, ctrlKey, metaKey, altKey, target } = event;
    if (
      ctrlKey ||
      metaKey ||
      altKey ||
      key.length === 1 ||
      !(target instanceof Element && target.closest('.qvirt-row'))
    ) {
      return;
    }
    const isOurs = this._actions.some(action => action.key === key);
    if (isOurs) {
      event.preventDefault();
      event.stopPropagation();
    }
    // Before the first answer of the kernel nobody knows which keys are ours.
    if (isOurs || this._answered < 0) {
      // The selection may have changed a moment ago.
      this._once(() => {
        const action = this._actions.find(one => one.key === key);
        if (action) {
          this._act(action);
        }
      });
    }
  }

  private _menu(x: number, y: number): void {
    this._once(() => {
      if (this._actions.length > 0) {
        showMenu({
          items: items(this._actions, action => this._act(action)),
          label: this._store.text('actions'),
          x,
          y,
          opener: this._grid.node.querySelector<HTMLElement>(
            '.qvirt-row[tabindex="0"]'
          )
        });
      }
    });
  }

  /** Do something once the kernel has said what can be done with what is selected. */
  private _once(run: () => void): void {
    if (this._answered === this._request) {
      run();
    } else {
      this._wanted = run;
    }
  }

  private readonly _id = viewId();
  private readonly _store = new Store();
  private readonly _grid: RecordGrid;
  private readonly _toolbar: Toolbar;
  private readonly _empty = document.createElement('div');
  private readonly _status = document.createElement('div');
  private readonly _attention: Attention;
  private readonly _inbox = new Inbox(isFromKernel, message =>
    this._apply(message)
  );
  private readonly _alive: number;
  private readonly _asking: number;
  private _isDisposed = false;
  private _isBehind = false;
  private _isFiltered = false;
  private _actions: readonly ActionData[] = [];
  private _request = 0;
  private _answered = -1;
  private _told = '';
  /** The key of a row that is to be selected once it is there. */
  private _awaited = '';
  private _wanted: (() => void) | null = null;
}
