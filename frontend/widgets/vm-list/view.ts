/** One view of the list: it joins store, toolbar and grid, and talks to the kernel. */
import { type Offer, offerOfKey, offers, type Selected } from './actions';
import { confirmed } from './confirmation';
import { ALIVE, Attention, keepKeys, viewId } from '../grid/attention';
import { Inbox } from '../grid/inbox';
import { Grid } from './grid';
import { Hover } from './hover';
import { showMenu } from '../grid/menu';
import { clientId } from '../panel/dom';
import {
  type Arrangement,
  type ColumnSpec,
  type ConnectionData,
  type DomainData,
  type FromKernel,
  isFromKernel,
  type ToKernel
} from './messages';
import { Store } from './store';
import { Toolbar } from './toolbar';
import { type Row, subjectKey, subjectOf } from './tree';
import { columnItems, offerItems, viewItems } from './viewMenu';

/** Milliseconds that scrolling must rest before the kernel hears of it. */
const SETTLE = 250;

export class View {
  constructor(
    private readonly _host: HTMLElement,
    private readonly _send: (message: ToKernel) => void
  ) {
    _host.classList.add('qvirt-vm-list');
    keepKeys(_host);
    this._grid = new Grid(this._store, {
      onSelection: () => this._onSelection(),
      onOpen: row => this._open(row),
      onMenu: (x, y) => this._menu(x, y),
      onColumnMenu: (x, y, opener) => this._columnMenu(x, y, opener),
      onSort: column => this._sort(column),
      onWidth: (column, width) =>
        this._arrange({
          widths: { ...this._store.arrangement.widths, [column.id]: width }
        }),
      onVisible: () => this._watchSoon()
    });
    this._toolbar = new Toolbar({
      store: this._store,
      onAction: offer => void this._act(offer),
      onFilter: text => this._onFilter(text),
      onKeep: text => this._keep(text),
      onView: (x, y, opener) => this._viewMenu(x, y, opener),
      onLeave: () => this._grid.focus()
    });
    this._hover = new Hover(
      this._grid.node,
      event => this._grid.domainAt(event),
      () => this._tellShown()
    );
    this._grid.node.addEventListener('focusin', () => this._tellShownSoon());
    this._grid.node.addEventListener('keydown', event => this._onKey(event));
    this._status.className = 'qvirt-status';
    this._status.setAttribute('role', 'status');
    _host.replaceChildren(this._toolbar.node, this._grid.node, this._status);
    _host.addEventListener('qvirt:can', this._onCan);
    _host.addEventListener('qvirt:do', this._onDo);
    this._attention = new Attention(_host, () => this._onLook());
    this._alive = window.setInterval(() => this._watch(), ALIVE);
    this._watch();
    this._scheduleTick();
  }

  /** Take a message of the kernel; those that take time to unpack keep their order. */
  receive(message: unknown, buffers: readonly DataView[]): Promise<void> {
    return this._inbox.receive(message, buffers);
  }

  dispose(): void {
    this._isDisposed = true;
    this._send({
      kind: 'watching',
      view: this._id,
      version: this._store.version,
      rows: [],
      asked: []
    });
    window.clearInterval(this._alive);
    window.clearTimeout(this._tick);
    window.clearTimeout(this._settle);
    window.clearTimeout(this._rest);
    this._inbox.close();
    this._host.removeEventListener('qvirt:can', this._onCan);
    this._host.removeEventListener('qvirt:do', this._onDo);
    this._attention.dispose();
    this._hover.dispose();
    this._grid.dispose();
  }

  private _apply(message: FromKernel): void {
    if (message.kind === 'arranged' && message.view === this._id) {
      // What was chosen here; it may have been chosen anew since.
      return;
    }
    switch (this._store.receive(message)) {
      case 'all':
        this._toolbar.label();
        this._grid.rebuild();
        this._watch();
        break;
      case 'arrangement':
        this._toolbar.arrange();
        this._grid.rebuild();
        break;
      case 'rows':
        this._grid.unfold(
          this._store.added.map(({ connection }) => connection)
        );
        this._grid.refresh();
        break;
      case 'cells':
        this._grid.touch(this._store.touched);
        break;
      case 'samples':
        this._grid.tick();
        this._scheduleTick();
        break;
      case 'behind':
        this._watch();
        break;
      case 'nothing':
      case 'unreadable':
        break;
    }
  }

  /** The clock goes on, so graphs do even when no sample comes. */
  private _scheduleTick(): void {
    window.clearTimeout(this._tick);
    this._tick = window.setTimeout(
      () => {
        if (!this._isDisposed) {
          if (this._attention.isHere) {
            this._grid.tick();
          }
          if (this._store.version === 0) {
            // Until JupyterLab has made a subshell, messages wait behind a running cell.
            this._watch();
          }
          this._scheduleTick();
        }
      },
      1000 * Math.max(1, this._store.interval) + 100
    );
  }

  private _onLook(): void {
    if (this._attention.isHere) {
      this._grid.tick();
    }
    this._watch();
  }

  private _watchSoon(): void {
    window.clearTimeout(this._settle);
    this._settle = window.setTimeout(() => {
      const now = this._grid.visible.join('\n');
      if (now !== this._told) {
        this._watch();
      }
    }, SETTLE);
  }

  private _tellShownSoon(): void {
    window.clearTimeout(this._rest);
    this._rest = window.setTimeout(() => this._tellShown(), SETTLE);
  }

  /**
   * The kernel shows the details of the row on which the pointer rests, or else of the one that
   * has the focus or is selected, where they are wanted.
   */
  private _tellShown(): void {
    if (!this._store.arrangement.pane) {
      this._toldRow = '';
      return;
    }
    const { active, selected } = this._grid.selection;
    const own =
      selected.size > 0 || this._grid.hasFocus ? subjectKey(active) : '';
    if (own !== this._ownRow) {
      this._ownRow = own;
      this._hover.forget();
    }
    // What was pointed at, or had the focus, stays where nothing is selected: nothing jumps, and
    // the way to the buttons of the details is open.
    const { domains } = this._store;
    const [hovered, told] = [this._hover.row, this._toldRow].map(key =>
      domains.has(key) ? key : ''
    );
    const row = hovered || own || told || '';
    if (row !== this._toldRow) {
      this._toldRow = row;
      this._send({ kind: 'selected', row });
    }
  }

  /** What is new is made where the selected row is. */
  private _tellChosen(): void {
    const { active, selected } = this._grid.selection;
    const row = selected.size > 0 ? subjectKey(active) : '';
    if (row !== this._chosenRow) {
      this._chosenRow = row;
      this._send({ kind: 'chosen', row });
    }
  }

  private _watch(): void {
    if (this._isDisposed) {
      return;
    }
    const rows = this._attention.isHere ? this._grid.visible : [];
    this._told = rows.join('\n');
    this._send({
      kind: 'watching',
      view: this._id,
      version: this._store.version,
      rows,
      asked: this._grid.filter.columns
    });
  }

  private get _selected(): Selected {
    const domains: DomainData[] = [];
    const connections: ConnectionData[] = [];
    const active = subjectKey(this._grid.selection.active);
    for (const key of this._grid.selected) {
      const domain = this._store.domains.get(key);
      const connection = this._store.connections.get(key);
      if (domain) {
        domains.push(domain);
      } else if (connection) {
        connections.push(connection);
      }
    }
    return { domains, connections, active };
  }

  private _onSelection(): void {
    const { domains } = this._selected;
    this._tellShownSoon();
    this._tellChosen();
    this._toolbar.update(offers('domain', this._selected, this._store));
    const { filter } = this._grid;
    this._toolbar.complain(filter.problem);
    const parts: string[] = [filter.problem, this._found].filter(Boolean);
    if (domains.length > 1) {
      parts.push(this._store.text('selected', { count: domains.length }));
    }
    const text = parts.join(' · ');
    if (this._status.textContent !== text) {
      this._status.textContent = text;
    }
  }

  /** How many machines are shown, where that are not all. */
  private get _found(): string {
    const { connections, domains, version } = this._store;
    const { hide_stopped: hides } = this._store.arrangement;
    const isFiltered = !this._grid.filter.isEmpty;
    if (version > 0 && connections.size === 0) {
      return this._store.text('empty');
    }
    if (!isFiltered && !hides) {
      return '';
    }
    const shown = this._grid.rows.filter(row => row.kind === 'domain');
    const count = new Set(shown.map(subjectOf)).size;
    if (count === 0 && domains.size > 0) {
      return this._store.text(isFiltered ? 'no_match' : 'all_stopped');
    }
    return isFiltered
      ? this._store.text('shown', { count, total: domains.size })
      : '';
  }

  private _onFilter(text: string): void {
    const before = this._grid.filter.columns.join();
    this._grid.search(text);
    if (this._grid.filter.columns.join() !== before) {
      this._watch();
    }
  }

  /** Keep a filter, or no longer. */
  private _keep(text: string): void {
    const { filters } = this._store.arrangement;
    this._arrange({
      filters: filters.includes(text)
        ? filters.filter(other => other !== text)
        : [...filters, text]
    });
  }

  /** Sort by a column; the same again turns the order round. */
  private _sort({ id, kind }: ColumnSpec): void {
    const { sort, descending } = this._store.arrangement;
    // Figures are most wanted from the largest down.
    const first = ['graph', 'number', 'since', 'changes'].includes(kind);
    this._arrange({ sort: id, descending: id === sort ? !descending : first });
  }

  /** Arrange the list in another way, here at once and for good. */
  private _arrange(change: Partial<Arrangement>): void {
    const arrangement = { ...this._store.arrangement, ...change };
    this._store.arrangement = arrangement;
    this._toolbar.arrange();
    this._grid.rebuild();
    this._send({ kind: 'arrange', view: this._id, arrangement });
  }

  private _open(row: Row): void {
    this._send({ kind: 'open', row: subjectOf(row), client: clientId() });
  }

  private async _act({ spec, rows }: Offer): Promise<void> {
    if (spec.confirm) {
      const names = rows.map(key => this._name(key)).join(', ');
      const yes = await confirmed(this._host, {
        text: spec.confirm.replace('{names}', names),
        proceed: spec.label,
        cancel: this._store.text('cancel'),
        danger: spec.danger
      });
      if (!yes) {
        return;
      }
    }
    this._send({
      kind: 'action',
      action: spec.name,
      rows,
      client: clientId()
    });
  }

  private _name(key: string): string {
    const domain = this._store.domains.get(key);
    return domain
      ? Store.label(domain)
      : (this._store.connections.get(key)?.label ?? key);
  }

  /** What can be done with the selected rows, by the kind of the active one. */
  private get _offers(): Offer[] {
    const selected = this._selected;
    const isConnection = this._store.connections.has(selected.active);
    return offers(
      isConnection ? 'connection' : 'domain',
      selected,
      this._store
    );
  }

  private _onKey(event: KeyboardEvent): void {
    const one = this._grid.hasFocus
      ? offerOfKey(event, this._offers)
      : undefined;
    if (one) {
      event.preventDefault();
      event.stopPropagation();
      if (one.refusal === '') {
        void this._act(one);
      }
    }
  }

  /** The context menu of the selected rows. */
  private _menu(x: number, y: number): void {
    const items = offerItems(this._offers, one => this._toolbar.item(one));
    if (items.length > 0) {
      const opener = this._grid.node.querySelector<HTMLElement>(
        '.qvirt-row[tabindex="0"]'
      );
      const active = subjectKey(this._grid.selection.active);
      showMenu({ items, label: this._name(active), x, y, opener });
    }
  }

  /** Which columns are shown. */
  private _columnMenu(x: number, y: number, opener: HTMLElement): void {
    const items = columnItems(this._store, change => this._arrange(change));
    showMenu({ items, label: this._store.text('columns'), x, y, opener });
  }

  private _viewMenu(x: number, y: number, opener: HTMLElement): void {
    const items = viewItems(
      this._store,
      change => this._arrange(change),
      text => this._toolbar.search(text)
    );
    showMenu({ items, label: this._store.text('view'), x, y, opener });
  }

  /** JupyterLab's palette asks whether an action is possible; preventing it means yes. */
  private readonly _onCan = (event: Event) => {
    if (this._offer(event)?.refusal === '') {
      event.preventDefault();
    }
  };

  private readonly _onDo = (event: Event) => {
    const one = this._offer(event);
    if (one?.refusal === '') {
      void this._act(one);
    }
  };

  private _offer(event: Event): Offer | undefined {
    const detail: unknown = event instanceof CustomEvent ? event.detail : null;
    if (
      typeof detail !== 'object' ||
      detail === null ||
      !('action' in detail)
    ) {
      return undefined;
    }
    return (['domain', 'connection'] as const)
      .flatMap(row => offers(row, this._selected, this._store))
      .find(({ spec }) => spec.name === detail.action);
  }

  private readonly _id = viewId();
  private readonly _store = new Store();
  private readonly _grid: Grid;
  private readonly _toolbar: Toolbar;
  private readonly _hover: Hover;
  private readonly _status = document.createElement('div');
  private readonly _attention: Attention;
  private readonly _inbox = new Inbox(isFromKernel, message =>
    this._apply(message)
  );
  private readonly _alive: number;
  private _isDisposed = false;
  private _told = '';
  private _tick = 0;
  private _settle = 0;
  private _rest = 0;
  private _toldRow = '';
  private _chosenRow = '';
  /** The row that is shown when the pointer rests on none. */
  private _ownRow = '';
}
