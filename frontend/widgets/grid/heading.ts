/** The headings of the columns: they sort, and their edges change the widths. */
import { icon } from './icons';

/** Pixels of one press of an arrow key. */
const STEP = 16;
/** Pixels; the kernel has the same bounds. */
const NARROWEST = 40;
const WIDEST = 1200;

export interface HeadingColumn {
  id: string;
  label: string;
  description: string;
  /** Columns of the kinds `name` and `wide` take the room that is left. */
  kind: string;
  width: number;
  least_width: number;
  /** Whether rows can be put in order by it; they can where nothing is said. */
  sortable?: boolean;
}

/** How columns are arranged, and our texts. */
export interface HeadingSource {
  arrangement: {
    sort: string;
    descending: boolean;
    widths: Readonly<Record<string, number>>;
  };
  text: (name: string) => string;
}

export interface HeadingEvents<C> {
  onSort: (column: C) => void;
  /** A column was drawn wider or narrower. */
  onWidth: (column: C, width: number) => void;
  onMenu: (x: number, y: number, opener: HTMLElement) => void;
  /** Down from the headings goes into the list. */
  onLeave: () => void;
}

export class Headings<C extends HeadingColumn> {
  constructor(
    private readonly _store: HeadingSource,
    private readonly _events: HeadingEvents<C>
  ) {
    const { node } = this;
    node.className = 'qvirt-head';
    node.setAttribute('role', 'row');
    node.setAttribute('aria-rowindex', '1');
    node.addEventListener('keydown', event => this._onKey(event));
    node.addEventListener('contextmenu', event => {
      event.preventDefault();
      event.stopPropagation();
      _events.onMenu(event.clientX, event.clientY, node);
    });
  }

  readonly node = document.createElement('div');

  /** Make the headings of the columns that are shown. */
  rebuild(columns: readonly C[]): void {
    const active = this._active;
    const hadFocus = this.node.contains(document.activeElement);
    this._columns = columns;
    this.node.replaceChildren(...columns.map(column => this._heading(column)));
    const buttons = this._buttons;
    const kept =
      buttons.find(button => button.dataset.column === active) ?? buttons[0];
    if (kept) {
      kept.tabIndex = 0;
      if (hadFocus) {
        kept.focus();
      }
    }
  }

  private _heading(column: C): HTMLElement {
    const node = document.createElement('div');
    node.className = `qvirt-heading qvirt-heading-${column.kind}`;
    node.setAttribute('role', 'columnheader');
    const button = document.createElement('button');
    button.type = 'button';
    button.tabIndex = -1;
    button.dataset.column = column.id;
    button.title = [
      column.description || column.label,
      this._store.text('heading_help')
    ].join('\n');
    const label = document.createElement('span');
    label.className = 'qvirt-label';
    label.textContent = column.label;
    button.append(label);
    const { sort, descending } = this._store.arrangement;
    if (column.id === sort) {
      const arrow = icon('down');
      arrow.classList.toggle('qvirt-mod-up', !descending);
      button.append(arrow);
      node.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
    }
    if (column.sortable !== false) {
      button.addEventListener('click', () => this._events.onSort(column));
    }
    node.append(button, this._edge(column, node));
    return node;
  }

  /** The edge that a pointer draws; keys do it on the heading itself. */
  private _edge(column: C, heading: HTMLElement): HTMLElement {
    const edge = document.createElement('div');
    edge.className = 'qvirt-edge';
    edge.addEventListener('pointerdown', event => {
      if (event.button !== 0) {
        return;
      }
      event.preventDefault();
      edge.setPointerCapture(event.pointerId);
      const begin = event.clientX;
      const { width } = heading.getBoundingClientRect();
      const draw = (moved: PointerEvent) =>
        this._preview(column, width + moved.clientX - begin);
      const end = (ended: PointerEvent) => {
        edge.removeEventListener('pointermove', draw);
        edge.removeEventListener('pointerup', end);
        edge.removeEventListener('pointercancel', end);
        const to = bounded(width + ended.clientX - begin);
        if (Math.abs(to - width) >= 1) {
          this._events.onWidth(column, to);
        }
      };
      edge.addEventListener('pointermove', draw);
      edge.addEventListener('pointerup', end);
      edge.addEventListener('pointercancel', end);
    });
    return edge;
  }

  /** Show a width that is still being drawn. */
  private _preview(column: C, width: number): void {
    const widths = {
      ...this._store.arrangement.widths,
      [column.id]: bounded(width)
    };
    this.node.parentElement?.parentElement?.style.setProperty(
      '--qvirt-columns',
      tracks(this._columns, widths)
    );
  }

  private _onKey(event: KeyboardEvent): void {
    const buttons = this._buttons;
    const at = buttons.findIndex(button => button === document.activeElement);
    const column = this._columns[at];
    const button = buttons[at];
    if (!column || !button || event.ctrlKey || event.metaKey) {
      return;
    }
    const place = button.getBoundingClientRect();
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const to = { Home: 0, End: buttons.length - 1 }[event.key];
    if (step !== undefined && event.altKey) {
      const { width } = button.parentElement?.getBoundingClientRect() ?? place;
      this._events.onWidth(column, bounded(width + step * STEP));
    } else if (step !== undefined || to !== undefined) {
      const next = buttons[to ?? at + (step ?? 0)];
      if (next) {
        button.tabIndex = -1;
        next.tabIndex = 0;
        next.focus();
      }
    } else if (event.key === 'ArrowDown') {
      this._events.onLeave();
    } else if (
      event.key === 'ContextMenu' ||
      (event.shiftKey && event.key === 'F10')
    ) {
      this._events.onMenu(place.left, place.bottom, button);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private get _buttons(): HTMLButtonElement[] {
    return [...this.node.querySelectorAll('button')];
  }

  /** The column whose heading has the focus, or gets it by the tab key. */
  private get _active(): string {
    const buttons = this._buttons;
    const active =
      buttons.find(button => button === document.activeElement) ??
      buttons.find(({ tabIndex }) => tabIndex === 0);
    return active?.dataset.column ?? '';
  }

  private _columns: readonly C[] = [];
}

function bounded(width: number): number {
  return Math.round(Math.min(WIDEST, Math.max(NARROWEST, width)));
}

/** The columns' shares of the width: in pixels, so that all rows share alike. */
export function tracks(
  columns: readonly HeadingColumn[],
  widths: Readonly<Record<string, number>>
): string {
  return columns
    .map(({ id, kind, width, least_width: least }) => {
      const chosen = widths[id];
      if (chosen !== undefined) {
        return `${chosen}px`;
      }
      return `minmax(${least}px, ${kind === 'name' || kind === 'wide' ? '1fr' : `${width}px`})`;
    })
    .join(' ');
}

/** Pixels that the columns need at least. */
export function leastWidth(
  columns: readonly HeadingColumn[],
  widths: Readonly<Record<string, number>>
): number {
  return columns.reduce(
    (sum, { id, least_width: least }) => sum + (widths[id] ?? least),
    0
  );
}
