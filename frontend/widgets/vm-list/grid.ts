/**
 * The tree grid: heading, rows that are made only where they are seen, focus and keyboard.
 *
 * All rows have one height, so which ones are seen is a division; a library for that would
 * be larger than this file.
 */
import { type Filter, parseFilter } from './filter';
import { Headings, leastWidth, tracks } from './heading';
import type { ColumnSpec } from './messages';
import { RowView } from './rowView';
import { Selection } from './selection';
import type { Store } from './store';
import { arrange, recount, type Row, subjectKey, subjectOf } from './tree';
import { TypeAhead } from './typeAhead';
import { cellText } from './values';

/** Pixels of a row. */
const HEIGHT = 28;
const COMPACT_HEIGHT = 22;
/** Rows beyond the edges that are kept ready. */
const MARGIN = 6;

export interface GridEvents {
  /** The selection or the data of what is selected changed. */
  onSelection: () => void;
  /** Enter or a double click. */
  onOpen: (row: Row) => void;
  /** A menu is wanted at this place of the window. */
  onMenu: (x: number, y: number) => void;
  /** The same for the heading. */
  onColumnMenu: (x: number, y: number, opener: HTMLElement) => void;
  /** A heading was pressed. */
  onSort: (column: ColumnSpec) => void;
  /** A column was drawn wider or narrower. */
  onWidth: (column: ColumnSpec, width: number) => void;
  /** Other rows are visible. */
  onVisible: () => void;
}

export class Grid {
  constructor(
    private readonly _store: Store,
    private readonly _events: GridEvents
  ) {
    const { node } = this;
    this._filter = parseFilter('', _store);
    node.className = 'qvirt-grid';
    node.setAttribute('role', 'treegrid');
    node.setAttribute('aria-multiselectable', 'true');
    this._headings = new Headings(_store, {
      onSort: column => _events.onSort(column),
      onWidth: (column, width) => _events.onWidth(column, width),
      onMenu: (x, y, opener) => _events.onColumnMenu(x, y, opener),
      onLeave: () => this.focus()
    });
    this._head = this._headings.node;
    const headGroup = document.createElement('div');
    headGroup.className = 'qvirt-head-group';
    headGroup.setAttribute('role', 'rowgroup');
    headGroup.append(this._head);
    this._body.className = 'qvirt-body';
    this._body.setAttribute('role', 'rowgroup');
    node.append(headGroup, this._body);
    node.addEventListener('scroll', () => this._render(), { passive: true });
    node.addEventListener('keydown', event => this._onKey(event));
    node.addEventListener('copy', event => this._onCopy(event));
    this._body.addEventListener('mousedown', event => this._onMouse(event));
    this._body.addEventListener('dblclick', event => this._onDouble(event));
    this._body.addEventListener('contextmenu', event => this._onMenu(event));
    this._resize = new ResizeObserver(() => this._render());
    this._resize.observe(node);
  }

  readonly node = document.createElement('div');
  readonly selection = new Selection();
  /** The rows in their order. */
  get rows(): readonly Row[] {
    return this._rows;
  }

  /** What is typed into the filter, as it is understood. */
  get filter(): Filter {
    return this._filter;
  }

  /** What the rows are about that can be seen. */
  get visible(): string[] {
    const [from, to] = this._window(0);
    const subjects = this._rows.slice(from, to).map(subjectOf).filter(Boolean);
    return [...new Set(subjects)];
  }

  /** What the selected rows are about: nothing is done to what is not to be seen. */
  get selected(): string[] {
    const there = [...this.selection.selected].filter(key =>
      this._places.has(key)
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
    this._views.forEach(view => view.node.remove());
    this._views.clear();
    this._height = compact ? COMPACT_HEIGHT : HEIGHT;
    this.node.setAttribute('aria-label', this._store.text('list'));
    this.node.setAttribute('aria-colcount', String(columns.length));
    this.node.classList.toggle('qvirt-mod-flat', group === 'nothing');
    const { style } = this.node;
    style.setProperty('--qvirt-row-height', `${this._height}px`);
    style.setProperty('--qvirt-columns', tracks(columns, widths));
    style.setProperty(
      '--qvirt-least-width',
      `${leastWidth(columns, widths) + 16}px`
    );
    this._headings.rebuild(columns);
    this.refresh();
  }

  /** Rows have other keys in other groups: what was selected stays so. */
  private _follow(): void {
    const { selected, active } = this.selection;
    const lost = [...selected, active].filter(key => !this._places.has(key));
    const bySubject = new Map(lost.map(key => [subjectKey(key), key]));
    for (const row of bySubject.size > 0 ? this._rows : []) {
      const before = bySubject.get(subjectOf(row));
      if (before) {
        this.selection.rename(before, row.key);
        bySubject.delete(subjectOf(row));
      }
    }
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
      recount(this._rows, this._store);
    }
    this._render();
    this._events.onSelection();
  }

  /** Rows changed: put them in order again. */
  refresh(): void {
    const before = this._order;
    this._filter = parseFilter(this._filterText, this._store);
    this._rows = arrange(this._store, {
      filter: this._filter,
      collapsed: this._collapsed
    });
    this._order = this._rows.map(({ key }) => key);
    this._places = new Map(this._order.map((key, index) => [key, index]));
    const hadFocus = this._body.contains(document.activeElement);
    this._follow();
    this.selection.keep(
      this._order,
      before,
      key =>
        this._places.has(key) ||
        this._store.domains.has(subjectKey(key)) ||
        this._store.connections.has(key)
    );
    this._body.style.height = `${this._rows.length * this._height}px`;
    this.node.setAttribute('aria-rowcount', String(this._rows.length + 1));
    this._render();
    if (hadFocus && !this._body.contains(document.activeElement)) {
      this._views.get(this.selection.active)?.node.focus();
    }
    this._events.onSelection();
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
      this.visible.forEach(key => this._views.get(key)?.tick());
    }
  }

  /** Give the focus to the active row. */
  focus(): void {
    this._go(this.selection.active || (this._order[0] ?? ''), 'move');
  }

  /** Close or open a group. */
  toggle(key: string, expanded?: boolean): void {
    const open = expanded ?? this._collapsed.has(key);
    if (open) {
      this._collapsed.delete(key);
    } else {
      this._collapsed.add(key);
    }
    this.refresh();
  }

  /** Open groups at the next refresh: something new is in them (MGR-01). */
  unfold(keys: readonly string[]): void {
    keys.forEach(key => this._collapsed.delete(key));
  }

  dispose(): void {
    this._resize.disconnect();
  }

  /** Which rows are in sight: from, and the one after the last. */
  private _window(margin: number): [number, number] {
    const { scrollTop, clientHeight } = this.node;
    const height = Math.max(0, clientHeight - this._head.offsetHeight);
    return [
      Math.max(0, Math.floor(scrollTop / this._height) - margin),
      Math.min(
        this._rows.length,
        Math.ceil((scrollTop + height) / this._height) + margin
      )
    ];
  }

  private _render(): void {
    const [from, to] = this._window(MARGIN);
    const wanted = new Set(this._order.slice(from, to));
    // The row with the focus stays in the page, or the focus would be lost by scrolling.
    if (this._places.has(this.selection.active)) {
      wanted.add(this.selection.active);
    }
    for (const [key, view] of this._views) {
      if (!wanted.has(key)) {
        view.node.remove();
        this._views.delete(key);
      }
    }
    const columns = this._store.shown;
    for (const key of wanted) {
      const index = this._places.get(key) ?? 0;
      const row = this._rows[index];
      if (!row) {
        continue;
      }
      let view = this._views.get(key);
      if (!view) {
        view = new RowView(row.kind, columns, this._store);
        this._views.set(key, view);
      }
      view.update(row, index);
      view.node.style.transform = `translateY(${index * this._height}px)`;
      view.mark(
        this.selection.selected.has(key),
        key === this.selection.active
      );
    }
    this._putInOrder(wanted);
    this._events.onVisible();
  }

  /** Keep rows in their order in the page too: screen readers go by it. */
  private _putInOrder(keys: Iterable<string>): void {
    const place = (key: string) => this._places.get(key) ?? 0;
    let next = this._body.firstChild;
    for (const key of [...keys].sort((a, b) => place(a) - place(b))) {
      const node = this._views.get(key)?.node;
      if (node && node === next) {
        next = next.nextSibling;
      } else if (node) {
        this._body.insertBefore(node, next);
      }
    }
  }

  private _go(key: string, how: 'only' | 'move' | 'extend' | 'toggle'): void {
    const index = this._places.get(key);
    if (index === undefined) {
      return;
    }
    if (how === 'extend') {
      this.selection.extend(key, this._order);
    } else {
      this.selection[how](key);
    }
    const top = index * this._height;
    const room = this.node.clientHeight - this._head.offsetHeight;
    if (top < this.node.scrollTop) {
      this.node.scrollTop = top;
    } else if (top + this._height > this.node.scrollTop + room) {
      this.node.scrollTop = top + this._height - room;
    }
    this._render();
    this._views.get(key)?.node.focus({ preventScroll: true });
    this._events.onSelection();
  }

  private _onKey(event: KeyboardEvent): void {
    if (!this._body.contains(event.target as Node)) {
      return;
    }
    const at = this._places.get(this.selection.active) ?? 0;
    const row = this._rows[at];
    const page = Math.max(1, this.visible.length - 1);
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: this._rows.length - 1
    };
    const to = steps[event.key];
    if (to !== undefined && !event.altKey) {
      const key =
        this._order[Math.min(Math.max(to, 0), this._order.length - 1)];
      const isControl = event.ctrlKey || event.metaKey;
      this._go(
        key ?? '',
        event.shiftKey ? 'extend' : isControl ? 'move' : 'only'
      );
    } else if (!row || !this._command(event, row)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** Keys that do something to a row; false if this one does not. */
  private _command(event: KeyboardEvent, row: Row): boolean {
    const at = this._places.get(row.key) ?? 0;
    const isControl = event.ctrlKey || event.metaKey;
    const isGroup = row.kind !== 'domain';
    if (
      event.key === 'ContextMenu' ||
      (event.shiftKey && event.key === 'F10')
    ) {
      const place = this._views.get(row.key)?.node.getBoundingClientRect();
      if (!this.selection.selected.has(row.key)) {
        this._go(row.key, 'only');
      }
      this._events.onMenu((place?.left ?? 0) + 32, place?.bottom ?? 0);
    } else if (event.key === 'Enter' && !isControl && !event.altKey) {
      this._enter(row);
    } else if (event.key === 'a' && isControl && !event.shiftKey) {
      this.selection.all(
        this._rows.filter(({ kind }) => kind === 'domain').map(({ key }) => key)
      );
      this._go(row.key, 'move');
    } else if (event.altKey || isControl) {
      return false;
    } else if (event.key === ' ') {
      this._go(row.key, 'toggle');
    } else if (event.key === 'ArrowRight') {
      if (isGroup && !row.expanded) {
        this.toggle(row.key, true);
      } else if (isGroup && row.total > 0) {
        this._go(this._order[at + 1] ?? '', 'only');
      }
    } else if (event.key === 'ArrowLeft') {
      if (isGroup) {
        this.toggle(row.key, false);
      } else if (row.parent) {
        this._go(row.parent, 'only');
      }
    } else if (event.key.length === 1) {
      const found = this._typeAhead.type(event, this._rows, at);
      if (found) {
        this._go(found.key, 'only');
      }
    } else {
      return false;
    }
    return true;
  }

  /** What the machine's row is about that an event is in; empty for other rows. */
  domainAt(event: Event): string {
    const row = this._rowAt(event);
    return row?.kind === 'domain' ? subjectOf(row) : '';
  }

  /** Whether a row has the focus. */
  get hasFocus(): boolean {
    return this._body.contains(document.activeElement);
  }

  private _rowAt(event: Event): Row | undefined {
    const { target } = event;
    const key =
      target instanceof Element
        ? target.closest<HTMLElement>('.qvirt-row')?.dataset.key
        : undefined;
    return key === undefined
      ? undefined
      : this._rows[this._places.get(key) ?? -1];
  }

  private _onMouse(event: MouseEvent): void {
    const row = this._rowAt(event);
    if (!row || event.button === 1) {
      return;
    }
    // The row gets the focus, and a double click selects no text.
    event.preventDefault();
    const { target } = event;
    if (target instanceof Element && target.closest('.qvirt-expander')) {
      this.selection.only(row.key);
      this.toggle(row.key);
      this._go(row.key, 'only');
      return;
    }
    const isSelected = this.selection.selected.has(row.key);
    if (event.button === 2 && isSelected) {
      this._go(row.key, 'move');
    } else if (event.shiftKey) {
      this._go(row.key, 'extend');
    } else if (event.ctrlKey || event.metaKey) {
      this._go(row.key, 'toggle');
    } else {
      this._go(row.key, 'only');
    }
  }

  private _onDouble(event: MouseEvent): void {
    const row = this._rowAt(event);
    const { target } = event;
    if (
      row &&
      !(target instanceof Element && target.closest('.qvirt-expander'))
    ) {
      this._enter(row);
    }
  }

  private _enter(row: Row): void {
    if (row.kind === 'group') {
      this.toggle(row.key);
    } else {
      this._events.onOpen(row);
    }
  }

  private _onMenu(event: MouseEvent): void {
    event.preventDefault();
    event.stopPropagation();
    if (this._rowAt(event)) {
      this._events.onMenu(event.clientX, event.clientY);
    }
  }

  /** The selected rows as lines of text, for a table elsewhere. */
  private _onCopy(event: ClipboardEvent): void {
    const columns = this._store.shown;
    const lines = this._rows
      .filter(({ key }) => this.selection.selected.has(key))
      .map(row => {
        switch (row.kind) {
          case 'connection':
            return row.data.uri;
          case 'group':
            return row.label;
          case 'domain':
            return columns
              .map(column => cellText(column, row.data, this._store))
              .join('\t');
        }
      });
    if (lines.length > 0) {
      event.clipboardData?.setData('text/plain', lines.join('\n'));
      event.preventDefault();
    }
  }

  private readonly _headings: Headings;
  private readonly _head: HTMLElement;
  private readonly _body = document.createElement('div');
  private readonly _views = new Map<string, RowView>();
  private readonly _collapsed = new Set<string>();
  private readonly _resize: ResizeObserver;
  private _rows: Row[] = [];
  private _order: string[] = [];
  private _places = new Map<string, number>();
  private _filterText = '';
  private _filter: Filter;
  private _height = HEIGHT;
  private readonly _typeAhead = new TypeAhead();
}
