/** The rows that a view has, as the kernel's messages make them. */
import { TextOrder } from '../grid/textOrder';
import {
  type CellData,
  type ColumnSpec,
  type Patch,
  PROTOCOL,
  type Reset,
  type RowData
} from './messages';

export class Store {
  version = 0;
  label = '';
  /** What is said where there are no rows. */
  empty = '';
  columns: ColumnSpec[] = [];
  /** How the person arranged the table; it is nobody else's. */
  readonly arrangement: {
    sort: string;
    descending: boolean;
    widths: Record<string, number>;
  } = { sort: '', descending: false, widths: {} };
  /** In the order in which the kernel gives them. */
  rows: RowData[] = [];
  /** Places of texts among each other. */
  readonly order = new TextOrder();

  /** A text of ours, with its `{fields}` filled in. */
  readonly text = (
    name: string,
    fields: Record<string, string | number> = {}
  ): string =>
    (this._strings[name] ?? '').replace(/\{(\w+)\}/g, (whole, field: string) =>
      String(fields[field] ?? whole)
    );

  /** Begin anew; false where there is nothing new, or a kernel of another age speaks. */
  reset(message: Reset): boolean {
    if (message.protocol !== PROTOCOL || message.version === this.version) {
      return false;
    }
    const { arrangement } = this;
    const isFirst = this.version === 0;
    this.version = message.version;
    this.label = message.label;
    this.empty = message.empty;
    this.columns = message.columns;
    this._strings = message.strings;
    this.rows = message.rows;
    const isThere = this.columns.some(({ id }) => id === arrangement.sort);
    if (isFirst || (arrangement.sort && !isThere)) {
      arrangement.sort = message.sort;
      arrangement.descending = message.descending;
    }
    return true;
  }

  /** Take what changed; `behind` where something before it is missing. */
  patch(message: Patch): 'rows' | 'nothing' | 'behind' {
    if (message.version <= this.version) {
      return 'nothing';
    }
    if (this.version === 0 || message.version !== this.version + 1) {
      return 'behind';
    }
    const changed = new Map(message.changed.map(row => [row.key, row]));
    const removed = new Set(message.removed);
    const followers = new Map<string, RowData[]>();
    for (const { after, row } of message.added) {
      const list = followers.get(after);
      if (list) {
        list.push(row);
      } else {
        followers.set(after, [row]);
      }
    }
    const rows: RowData[] = [];
    const follow = (key: string) => {
      // What is added may stand after what was added just now: ten thousand rows are a chain, for
      // which functions that call themselves have no room.
      const next = followers.get(key)?.slice().reverse() ?? [];
      for (let row = next.pop(); row; row = next.pop()) {
        rows.push(row);
        const after = followers.get(row.key);
        if (after) {
          next.push(...after.slice().reverse());
        }
      }
    };
    follow('');
    for (const row of this.rows) {
      if (!removed.has(row.key)) {
        rows.push(changed.get(row.key) ?? row);
        if (followers.size > 0) {
          follow(row.key);
        }
      }
    }
    this.rows = message.order ? inOrder(rows, message.order) : rows;
    // Only now: after a patch that could not be taken, the next one asks for everything.
    this.version = message.version;
    return 'rows';
  }

  private _strings: Record<string, string> = {};
}

function inOrder(rows: RowData[], order: string[]): RowData[] {
  const byKey = new Map(rows.map(row => [row.key, row]));
  return order.flatMap(key => byKey.get(key) ?? []);
}

/** What is to be read in a cell. */
export function cellText(cell: CellData | undefined): string {
  return typeof cell === 'string' ? cell : (cell?.text ?? '');
}

/** What a row is sorted by; an empty cell is not known and comes last. */
export function sortValue(cell: CellData | undefined): number | string | null {
  const value = typeof cell === 'object' ? (cell.sort ?? cell.text) : cell;
  return value === undefined || value === '' ? null : value;
}
