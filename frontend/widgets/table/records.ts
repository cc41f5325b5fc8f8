/** Which rows there are to see, and in which order. */
import type { GridRow } from '../grid/rowGrid';
import { comparePlaces } from '../grid/textOrder';
import { small, type Word, words } from '../grid/words';
import type { RowData } from './messages';
import { cellText, sortValue, type Store } from './store';

export interface RecordRow extends GridRow {
  data: RowData;
  /** From 1 on. */
  level: number;
  position: number;
  size: number;
}

type Children = Map<string, RowData[]>;

/** What stands under what; rows on the first level stand under the empty key. */
function family(rows: readonly RowData[]): Children {
  const children: Children = new Map();
  const path: RowData[] = [];
  for (const row of rows) {
    path.length = Math.min(path.length, row.level ?? 0);
    const parent = path.at(-1)?.key ?? '';
    const list = children.get(parent);
    if (list) {
      list.push(row);
    } else {
      children.set(parent, [row]);
    }
    path.push(row);
  }
  return children;
}

function matches(row: RowData, wanted: readonly Word[], store: Store): boolean {
  const texts = row.cells.map(cell => small(cellText(cell)));
  return wanted.every(({ negated, field, value }) => {
    const at = store.columns.findIndex(
      ({ id, label }) => id === field || small(label) === field
    );
    // Colons are in addresses and in names of devices: then it is no field.
    const sought = field && at < 0 ? `${field}:${value}` : value;
    const found =
      at >= 0
        ? (texts[at]?.includes(sought) ?? false)
        : texts.some(text => text.includes(sought));
    return found !== negated;
  });
}

/** Puts rows in the order of the column that they are sorted by, or leaves them as they come. */
function sorting(store: Store): (rows: readonly RowData[]) => RowData[] {
  const { sort, descending } = store.arrangement;
  const at = store.columns.findIndex(({ id }) => id === sort);
  if (at < 0) {
    return rows => [...rows];
  }
  const texts = new Set<string>();
  for (const { cells } of store.rows) {
    const value = sortValue(cells[at]);
    if (typeof value === 'string') {
      texts.add(value);
    }
  }
  const ranks = store.order.ranks(texts);
  // Each place is looked up once: ten thousand rows are compared a hundred thousand times.
  return rows =>
    rows
      .map(data => {
        const value = sortValue(data.cells[at]);
        const place = typeof value === 'string' ? ranks.get(value) : value;
        return { data, place: place ?? null };
      })
      .sort((a, b) => comparePlaces(a.place, b.place, descending))
      .map(({ data }) => data);
}

/** The rows where nothing stands under another. */
function flat(
  rows: readonly RowData[],
  sorted: (rows: readonly RowData[]) => RowData[]
): RecordRow[] {
  return sorted(rows).map((data, index) => ({
    key: data.key,
    parent: '',
    data,
    level: 1,
    position: index + 1,
    size: rows.length
  }));
}

/** The rows in the order in which they are shown, and how many fit the filter. */
export function arrange(
  store: Store,
  filter: string,
  collapsed: ReadonlySet<string>
): { rows: RecordRow[]; matching: number } {
  const wanted = words(filter);
  const sorted = sorting(store);
  if (!store.rows.some(({ level, expandable }) => level || expandable)) {
    const shown =
      wanted.length > 0
        ? store.rows.filter(row => matches(row, wanted, store))
        : store.rows;
    return { rows: flat(shown, sorted), matching: shown.length };
  }
  const children = family(store.rows);
  const rows: RecordRow[] = [];
  let matching = 0;
  // A row that does not fit is there for those under it that do.
  const hasPlace = new Set<string>();
  const seek = (row: RowData): boolean => {
    const fits = wanted.length === 0 || matches(row, wanted, store);
    matching += Number(fits);
    const below = (children.get(row.key) ?? []).map(seek).some(Boolean);
    if (fits || below) {
      hasPlace.add(row.key);
    }
    return fits || below;
  };
  children.get('')?.forEach(seek);
  const add = (parent: string, level: number) => {
    const shown = (children.get(parent) ?? []).filter(({ key }) =>
      hasPlace.has(key)
    );
    sorted(shown).forEach((data, index) => {
      const { key } = data;
      const isOpen = wanted.length > 0 || !collapsed.has(key);
      const canOpen = data.expandable ?? children.has(key);
      rows.push({
        key,
        parent,
        data,
        level,
        position: index + 1,
        size: shown.length,
        ...(canOpen ? { expanded: isOpen } : {})
      });
      if (isOpen) {
        add(key, level + 1);
      }
    });
  };
  add('', 1);
  return { rows, matching };
}
