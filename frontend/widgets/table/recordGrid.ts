/** The grid of a table: rows as they come, or as a tree. */
import { Headings, leastWidth, tracks } from '../grid/heading';
import { RowGrid, type RowGridEvents } from '../grid/rowGrid';
import type { ColumnSpec } from './messages';
import { arrange, type RecordRow } from './records';
import { RecordView } from './recordView';
import { cellText, type Store } from './store';

/** Pixels of a row. */
const HEIGHT = 28;

export interface RecordGridEvents extends RowGridEvents<RecordRow> {
  /** Other rows are there. */
  onRows: () => void;
}

export class RecordGrid extends RowGrid<RecordRow, RecordView> {
  constructor(
    private readonly _store: Store,
    private readonly _events: RecordGridEvents
  ) {
    const headings = new Headings<ColumnSpec>(_store, {
      onSort: column => this._sort(column),
      onWidth: (column, width) => {
        _store.arrangement.widths[column.id] = width;
        this._layOut();
      },
      onMenu: () => undefined,
      onLeave: () => this.focus()
    });
    super(headings.node, _events);
    this._headings = headings;
  }

  /** How many rows fit the filter. */
  matching = 0;

  /** The keys of the selected rows, in the order of the rows. */
  get selected(): string[] {
    const { selected } = this.selection;
    return this.rows.map(({ key }) => key).filter(key => selected.has(key));
  }

  /** Show only what fits a filter. */
  search(text: string): void {
    this._filter = text;
    this.refresh();
  }

  /** Everything is new. */
  rebuild(): void {
    this._isTree = this._hasLevels;
    this.node.setAttribute('role', this._isTree ? 'treegrid' : 'grid');
    this.node.setAttribute('aria-label', this._store.label);
    this.node.setAttribute('aria-colcount', String(this._store.columns.length));
    this.begin(HEIGHT);
    this._layOut();
    this.refresh();
  }

  refresh(): void {
    if (this._isTree !== this._hasLevels) {
      this.rebuild();
      return;
    }
    for (const { key, folded } of this._store.rows) {
      // What the kernel wants closed is closed once; the person may open it.
      if (folded && !this._met.has(key)) {
        this.collapsed.add(key);
      }
      this._met.add(key);
    }
    const { rows, matching } = arrange(
      this._store,
      this._filter,
      this.collapsed
    );
    this.matching = matching;
    const before = this.order(rows);
    const known = new Set(this._store.rows.map(({ key }) => key));
    this.settle(before, key => known.has(key));
    this._events.onRows();
  }

  protected createView(): RecordView {
    return new RecordView(this._store.columns, this._isTree);
  }

  protected labelOf(row: RecordRow): string {
    return cellText(row.data.cells[0]);
  }

  protected lineOf(row: RecordRow): string {
    return row.data.cells.map(cellText).join('\t');
  }

  protected isOneOfAll(): boolean {
    return true;
  }

  private get _hasLevels(): boolean {
    return this._store.rows.some(
      ({ level, expandable }) => (level ?? 0) > 0 || expandable
    );
  }

  private _sort({ id }: ColumnSpec): void {
    const { arrangement } = this._store;
    arrangement.descending = arrangement.sort === id && !arrangement.descending;
    arrangement.sort = id;
    this._layOut();
    this.refresh();
  }

  /** Columns are sorted or sized in another way. */
  private _layOut(): void {
    const { columns, arrangement } = this._store;
    const { style } = this.node;
    style.setProperty('--qvirt-columns', tracks(columns, arrangement.widths));
    style.setProperty(
      '--qvirt-least-width',
      `${leastWidth(columns, arrangement.widths) + 16}px`
    );
    this._headings.rebuild(columns);
  }

  private readonly _headings: Headings<ColumnSpec>;
  private readonly _met = new Set<string>();
  private _isTree = false;
  private _filter = '';
}
