/** The tree grid of connections and machines. */
import { Headings, leastWidth, tracks } from '../grid/heading';
import { RowGrid, type RowGridEvents } from '../grid/rowGrid';
import { type Filter, parseFilter } from './filter';
import type { ColumnSpec } from './messages';
import { RowView } from './rowView';
import { Store } from './store';
import { arrange, recount, type Row, subjectKey, subjectOf } from './tree';
import { cellText } from './values';

/** Pixels of a row. */
const HEIGHT = 28;
const COMPACT_HEIGHT = 22;

export interface GridEvents extends RowGridEvents<Row> {
  /** The menu of the heading is wanted at this place of the window. */
  onColumnMenu: (x: number, y: number, opener: HTMLElement) => void;
  /** A heading was pressed. */
  onSort: (column: ColumnSpec) => void;
  /** A column was drawn wider or narrower. */
  onWidth: (column: ColumnSpec, width: number) => void;
  /** Other rows are visible. */
  onVisible: () => void;
}

export class Grid extends RowGrid<Row, RowView> {
  constructor(
    private readonly _store: Store,
    private readonly _events: GridEvents
  ) {
    const headings = new Headings<ColumnSpec>(_store, {
      onSort: column => _events.onSort(column),
      onWidth: (column, width) => _events.onWidth(column, width),
      onMenu: (x, y, opener) => _events.onColumnMenu(x, y, opener),
      onLeave: () => this.focus()
    });
    super(headings.node, _events);
    this._headings = headings;
    this._filter = parseFilter('', _store);
    this.node.setAttribute('role', 'treegrid');
  }

  /** What is typed into the filter, as it is understood. */
  get filter(): Filter {
    return this._filter;
  }

  /** What the rows are about that can be seen. */
  get visible(): string[] {
    const [from, to] = this.window(0);
    const subjects = this.rows.slice(from, to).map(subjectOf).filter(Boolean);
    return [...new Set(subjects)];
  }

  /** What the selected rows are about: nothing is done to what is not to be seen. */
  get selected(): string[] {
    const there = [...this.selection.selected].filter(key =>
      this.places.has(key)
    );
    return [...new Set(there.map(subjectKey))];
  }

  /** Show only what fits a filter. */
  search(text: string): void {
    this._filterText = text;
    this.refresh();
  }

  /** Columns changed: make everything anew. */
  rebuild(): void {
    const columns = this._store.shown;
    const { widths, compact, group } = this._store.arrangement;
    this.begin(compact ? COMPACT_HEIGHT : HEIGHT);
    this.node.setAttribute('aria-label', this._store.text('list'));
    this.node.setAttribute('aria-colcount', String(columns.length));
    this.node.classList.toggle('qvirt-mod-flat', group === 'nothing');
    const { style } = this.node;
    style.setProperty('--qvirt-columns', tracks(columns, widths));
    style.setProperty(
      '--qvirt-least-width',
      `${leastWidth(columns, widths) + 16}px`
    );
    this._headings.rebuild(columns);
    this.refresh();
  }

  /** What is in rows changed: put them in order only where that changes it. */
  touch(fields: ReadonlySet<string>): void {
    const { sort, group, hide_stopped: hides } = this._store.arrangement;
    const isMoved =
      !this._filter.isEmpty ||
      fields.has(sort) ||
      (sort === 'name' && fields.has('title')) ||
      (group === 'tag' && fields.has('tags')) ||
      (fields.has('state') && (hides || group === 'state'));
    if (isMoved) {
      this.refresh();
      return;
    }
    if (fields.has('state')) {
      recount(this.rows, this._store);
    }
    this.render();
    this._events.onSelection();
  }

  refresh(): void {
    this._filter = parseFilter(this._filterText, this._store);
    const before = this.order(
      arrange(this._store, { filter: this._filter, collapsed: this.collapsed })
    );
    this._follow();
    this.settle(
      before,
      key =>
        this.places.has(key) ||
        this._store.domains.has(subjectKey(key)) ||
        this._store.connections.has(key)
    );
  }

  /** Whether the order follows figures that change each second. */
  get isSortedByFigure(): boolean {
    const column = this._store.columns.find(
      ({ id }) => id === this._store.arrangement.sort
    );
    return column?.kind === 'graph';
  }

  /** New samples came or the clock went on. */
  tick(): void {
    if (this.isSortedByFigure) {
      this.refresh();
    } else {
      // Rows beyond the edges are brought up to date when they come into sight.
      this.visible.forEach(key => this.views.get(key)?.tick());
    }
  }

  /** Open groups at the next refresh: something new is in them (MGR-01). */
  unfold(keys: readonly string[]): void {
    keys.forEach(key => this.collapsed.delete(key));
  }

  /** What the machine's row is about that an event is in; empty for other rows. */
  domainAt(event: Event): string {
    const row = this.rowAt(event);
    return row?.kind === 'domain' ? subjectOf(row) : '';
  }

  protected createView(row: Row): RowView {
    return new RowView(row.kind, this._store.shown, this._store);
  }

  protected labelOf(row: Row): string {
    switch (row.kind) {
      case 'domain':
        return Store.label(row.data);
      case 'group':
        return row.label;
      case 'connection':
        return row.data.label;
    }
  }

  protected lineOf(row: Row): string {
    switch (row.kind) {
      case 'connection':
        return row.data.uri;
      case 'group':
        return row.label;
      case 'domain':
        return this._store.shown
          .map(column => cellText(column, row.data, this._store))
          .join('\t');
    }
  }

  protected isOneOfAll(row: Row): boolean {
    return row.kind === 'domain';
  }

  protected override onVisible(): void {
    this._events.onVisible();
  }

  protected override enter(row: Row): void {
    if (row.kind === 'group') {
      this.toggle(row.key);
    } else {
      super.enter(row);
    }
  }

  /** Rows have other keys in other groups: what was selected stays so. */
  private _follow(): void {
    const { selected, active } = this.selection;
    const lost = [...selected, active].filter(key => !this.places.has(key));
    const bySubject = new Map(lost.map(key => [subjectKey(key), key]));
    for (const row of bySubject.size > 0 ? this.rows : []) {
      const before = bySubject.get(subjectOf(row));
      if (before) {
        this.selection.rename(before, row.key);
        bySubject.delete(subjectOf(row));
      }
    }
  }

  private readonly _headings: Headings<ColumnSpec>;
  private _filterText = '';
  private _filter: Filter;
}
