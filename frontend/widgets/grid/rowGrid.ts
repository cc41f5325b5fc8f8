/**
 * Rows that are made only where they are seen, with selection, focus and keyboard; what is in a
 * row, and which rows there are, say those who use it.
 *
 * All rows have one height, so which ones are seen is a division; a library for that would
 * be larger than this file.
 */
import { Selection } from './selection';
import { TypeAhead } from './typeAhead';

/** Rows beyond the edges that are kept ready. */
const MARGIN = 6;

export interface GridRow {
  /** Names the row in the grid. */
  key: string;
  /** Whether what stands under it is shown; nothing where nothing can stand under it. */
  expanded?: boolean;
  /** The row that it stands under; empty or nothing where there is none. */
  parent?: string;
}

/** A row in the page: made once, then changed where its data changed. */
export interface RowNode<R> {
  readonly node: HTMLElement;
  update: (row: R, index: number) => void;
  mark: (selected: boolean, active: boolean) => void;
}

export interface RowGridEvents<R> {
  /** The selection or the data of what is selected changed. */
  onSelection: () => void;
  /** Enter or a double click. */
  onOpen: (row: R) => void;
  /** A menu is wanted at this place of the window. */
  onMenu: (x: number, y: number) => void;
}

export abstract class RowGrid<R extends GridRow, V extends RowNode<R>> {
  constructor(
    protected readonly head: HTMLElement,
    private readonly _gridEvents: RowGridEvents<R>
  ) {
    const { node } = this;
    node.className = 'qvirt-grid';
    node.setAttribute('aria-multiselectable', 'true');
    const headGroup = document.createElement('div');
    headGroup.className = 'qvirt-head-group';
    headGroup.setAttribute('role', 'rowgroup');
    headGroup.append(head);
    this.body.className = 'qvirt-body';
    this.body.setAttribute('role', 'rowgroup');
    node.append(headGroup, this.body);
    node.addEventListener('scroll', () => this.render(), { passive: true });
    node.addEventListener('keydown', event => this._onKey(event));
    node.addEventListener('copy', event => this._onCopy(event));
    this.body.addEventListener('mousedown', event => this._onMouse(event));
    this.body.addEventListener('dblclick', event => this._onDouble(event));
    this.body.addEventListener('contextmenu', event => this._onMenu(event));
    this._resize = new ResizeObserver(() => this.render());
    this._resize.observe(node);
  }

  readonly node = document.createElement('div');
  readonly selection = new Selection();

  /** The rows in their order. */
  get rows(): readonly R[] {
    return this._rows;
  }

  /** Whether a row has the focus. */
  get hasFocus(): boolean {
    return this.body.contains(document.activeElement);
  }

  /** Give the focus to the active row. */
  focus(): void {
    this._go(this.selection.active || (this._order[0] ?? ''), 'move');
  }

  /**
   * Select a row alone and bring it into sight; the focus stays where it is.
   *
   * @returns Whether the row is there.
   */
  reveal(key: string): boolean {
    if (!this.places.has(key)) {
      return false;
    }
    this.selection.only(key);
    this._scrollTo(key);
    this.render();
    this._gridEvents.onSelection();
    return true;
  }

  /** Close or open what stands under a row. */
  toggle(key: string, expanded?: boolean): void {
    const open = expanded ?? this.collapsed.has(key);
    if (open) {
      this.collapsed.delete(key);
    } else {
      this.collapsed.add(key);
    }
    this.refresh();
  }

  dispose(): void {
    this._resize.disconnect();
  }

  /** Rows changed: put them in order again. */
  abstract refresh(): void;

  protected abstract createView(row: R): V;
  /** What a row is called, for letters that are typed. */
  protected abstract labelOf(row: R): string;
  /** A row as a line of text, for a table elsewhere. */
  protected abstract lineOf(row: R): string;

  /** Whether it is selected with all others. */
  protected abstract isOneOfAll(row: R): boolean;

  /** Other rows are visible. */
  protected onVisible(): void {
    // Nobody needs to know.
  }

  /** Enter or a double click on a row. */
  protected enter(row: R): void {
    this._gridEvents.onOpen(row);
  }

  /** Take rows in their order; nothing is drawn yet. */
  protected order(rows: R[]): readonly string[] {
    const before = this._order;
    this._rows = rows;
    this._order = rows.map(({ key }) => key);
    this.places = new Map(this._order.map((key, index) => [key, index]));
    return before;
  }

  /**
   * Draw the rows that were put in order.
   *
   * @param before The order before.
   * @param exists Whether a row exists, also where a filter or a closed group hides it.
   */
  protected settle(
    before: readonly string[],
    exists: (key: string) => boolean
  ): void {
    const hadFocus = this.hasFocus;
    this.selection.keep(this._order, before, exists);
    this.body.style.height = `${this._rows.length * this._height}px`;
    this.node.setAttribute('aria-rowcount', String(this._rows.length + 1));
    this.render();
    if (hadFocus && !this.body.contains(document.activeElement)) {
      this.views.get(this.selection.active)?.node.focus();
    }
    this._gridEvents.onSelection();
  }

  /** Forget the rows in the page, which have another height or other cells from now on. */
  protected begin(height: number): void {
    this.views.forEach(view => view.node.remove());
    this.views.clear();
    this._height = height;
    this.node.style.setProperty('--qvirt-row-height', `${height}px`);
  }

  /** Which rows are in sight: from, and the one after the last. */
  protected window(margin: number): [number, number] {
    const { scrollTop, clientHeight } = this.node;
    const height = Math.max(0, clientHeight - this.head.offsetHeight);
    return [
      Math.max(0, Math.floor(scrollTop / this._height) - margin),
      Math.min(
        this._rows.length,
        Math.ceil((scrollTop + height) / this._height) + margin
      )
    ];
  }

  protected render(): void {
    const [from, to] = this.window(MARGIN);
    const wanted = new Set(this._order.slice(from, to));
    // The row with the focus stays in the page, or the focus would be lost by scrolling.
    if (this.places.has(this.selection.active)) {
      wanted.add(this.selection.active);
    }
    for (const [key, view] of this.views) {
      if (!wanted.has(key)) {
        view.node.remove();
        this.views.delete(key);
      }
    }
    for (const key of wanted) {
      const index = this.places.get(key) ?? 0;
      const row = this._rows[index];
      if (!row) {
        continue;
      }
      let view = this.views.get(key);
      if (!view) {
        view = this.createView(row);
        this.views.set(key, view);
      }
      view.update(row, index);
      view.node.style.transform = `translateY(${index * this._height}px)`;
      view.mark(
        this.selection.selected.has(key),
        key === this.selection.active
      );
    }
    this._putInOrder(wanted);
    this.onVisible();
  }

  /** The row that an event is in. */
  protected rowAt(event: Event): R | undefined {
    const { target } = event;
    const key =
      target instanceof Element
        ? target.closest<HTMLElement>('.qvirt-row')?.dataset.key
        : undefined;
    return key === undefined
      ? undefined
      : this._rows[this.places.get(key) ?? -1];
  }

  /** Keep rows in their order in the page too: screen readers go by it. */
  private _putInOrder(keys: Iterable<string>): void {
    const place = (key: string) => this.places.get(key) ?? 0;
    let next = this.body.firstChild;
    for (const key of [...keys].sort((a, b) => place(a) - place(b))) {
      const node = this.views.get(key)?.node;
      if (node && node === next) {
        next = next.nextSibling;
      } else if (node) {
        this.body.insertBefore(node, next);
      }
    }
  }

  private _go(key: string, how: 'only' | 'move' | 'extend' | 'toggle'): void {
    if (!this.places.has(key)) {
      return;
    }
    if (how === 'extend') {
      this.selection.extend(key, this._order);
    } else {
      this.selection[how](key);
    }
    this._scrollTo(key);
    this.render();
    this.views.get(key)?.node.focus({ preventScroll: true });
    this._gridEvents.onSelection();
  }

  private _scrollTo(key: string): void {
    const top = (this.places.get(key) ?? 0) * this._height;
    const room = this.node.clientHeight - this.head.offsetHeight;
    if (top < this.node.scrollTop) {
      this.node.scrollTop = top;
    } else if (top + this._height > this.node.scrollTop + room) {
      this.node.scrollTop = top + this._height - room;
    }
  }

  private _onKey(event: KeyboardEvent): void {
    if (!this.body.contains(event.target as Node)) {
      return;
    }
    const at = this.places.get(this.selection.active) ?? 0;
    const row = this._rows[at];
    const [from, end] = this.window(0);
    const page = Math.max(1, end - from - 1);
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
    } else if (!row || !this.command(event, row)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** Keys that do something to a row; false if this one does not. */
  protected command(event: KeyboardEvent, row: R): boolean {
    const at = this.places.get(row.key) ?? 0;
    const isControl = event.ctrlKey || event.metaKey;
    if (
      event.key === 'ContextMenu' ||
      (event.shiftKey && event.key === 'F10')
    ) {
      const place = this.views.get(row.key)?.node.getBoundingClientRect();
      if (!this.selection.selected.has(row.key)) {
        this._go(row.key, 'only');
      }
      this._gridEvents.onMenu((place?.left ?? 0) + 32, place?.bottom ?? 0);
    } else if (event.key === 'Enter' && !isControl && !event.altKey) {
      this.enter(row);
    } else if (event.key === 'a' && isControl && !event.shiftKey) {
      this.selection.all(
        this._rows.filter(one => this.isOneOfAll(one)).map(({ key }) => key)
      );
      this._go(row.key, 'move');
    } else if (event.altKey || isControl) {
      return false;
    } else if (event.key === ' ') {
      this._go(row.key, 'toggle');
    } else if (event.key === 'ArrowRight') {
      const next = this._rows[at + 1];
      if (row.expanded === false) {
        this.toggle(row.key, true);
      } else if (row.expanded && next?.parent === row.key) {
        this._go(next.key, 'only');
      }
    } else if (event.key === 'ArrowLeft') {
      if (row.expanded) {
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

  private _onMouse(event: MouseEvent): void {
    const row = this.rowAt(event);
    if (!row || event.button === 1) {
      return;
    }
    // The row gets the focus, and a double click selects no text.
    event.preventDefault();
    if (isOnExpander(event)) {
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
    const row = this.rowAt(event);
    if (row && !isOnExpander(event)) {
      this.enter(row);
    }
  }

  private _onMenu(event: MouseEvent): void {
    event.preventDefault();
    event.stopPropagation();
    if (this.rowAt(event)) {
      this._gridEvents.onMenu(event.clientX, event.clientY);
    }
  }

  private _onCopy(event: ClipboardEvent): void {
    const lines = this._rows
      .filter(({ key }) => this.selection.selected.has(key))
      .map(row => this.lineOf(row));
    if (lines.length > 0) {
      event.clipboardData?.setData('text/plain', lines.join('\n'));
      event.preventDefault();
    }
  }

  protected readonly body = document.createElement('div');
  protected readonly views = new Map<string, V>();
  protected readonly collapsed = new Set<string>();
  protected places: ReadonlyMap<string, number> = new Map<string, number>();
  private readonly _resize: ResizeObserver;
  private _rows: R[] = [];
  private _order: string[] = [];
  private _height = 28;
  private readonly _typeAhead = new TypeAhead<R>(row => this.labelOf(row));
}

function isOnExpander({ target }: Event): boolean {
  return (
    target instanceof Element && target.closest('.qvirt-expander') !== null
  );
}
