/** Which rows there are to see, and in which order. */
import { cellText, sortValue } from './columns';
import type { ConnectionData, DomainData } from './messages';
import { Store } from './store';

export interface ConnectionRow {
  kind: 'connection';
  key: string;
  data: ConnectionData;
  expanded: boolean;
  /** How many machines it has, and how many are running. */
  total: number;
  running: number;
  position: number;
  size: number;
}

export interface DomainRow {
  kind: 'domain';
  key: string;
  data: DomainData;
  position: number;
  size: number;
}

export type Row = ConnectionRow | DomainRow;

/** What a view's user has chosen. */
export interface Arrangement {
  sortColumn: string;
  descending: boolean;
  /** Show what contains this text. */
  filter: string;
  collapsed: ReadonlySet<string>;
}

const collator = new Intl.Collator(document.documentElement.lang || undefined, {
  numeric: true,
  sensitivity: 'base'
});

/** Compare two cells; what is not known comes last, whatever the direction. */
function compare(
  a: number | string | null,
  b: number | string | null,
  descending: boolean
): number {
  if (a === null || b === null) {
    return Number(a === null) - Number(b === null);
  }
  const order =
    typeof a === 'number' && typeof b === 'number'
      ? a - b
      : collator.compare(String(a), String(b));
  return descending ? -order : order;
}

function sorted(
  domains: DomainData[],
  store: Store,
  { sortColumn, descending }: Arrangement
): DomainData[] {
  const column = store.columns.find(({ id }) => id === sortColumn);
  if (!column) {
    return domains;
  }
  return domains
    .map(domain => ({ domain, value: sortValue(column, domain, store) }))
    .sort(
      (a, b) =>
        compare(a.value, b.value, descending) ||
        collator.compare(Store.label(a.domain), Store.label(b.domain))
    )
    .map(({ domain }) => domain);
}

/** Whether a machine is found by its names, its state or what its text columns say. */
function matches(domain: DomainData, store: Store, wanted: string): boolean {
  const texts = store.columns
    .filter(({ kind }) => kind !== 'graph' && kind !== 'number')
    .map(column => cellText(column, domain, store));
  return [domain.name, ...texts].some(text =>
    text.toLocaleLowerCase().includes(wanted)
  );
}

/** The rows in the order in which they are shown. */
export function arrange(store: Store, arrangement: Arrangement): Row[] {
  const wanted = arrangement.filter.trim().toLocaleLowerCase();
  const byConnection = new Map<string, DomainData[]>();
  const totals = new Map<string, { total: number; running: number }>();
  for (const domain of store.domains.values()) {
    const count = totals.get(domain.connection) ?? { total: 0, running: 0 };
    count.total += 1;
    count.running += Number(domain.state === 'running');
    totals.set(domain.connection, count);
    if (!wanted || matches(domain, store, wanted)) {
      const list = byConnection.get(domain.connection);
      if (list) {
        list.push(domain);
      } else {
        byConnection.set(domain.connection, [domain]);
      }
    }
  }
  const connections = [...store.connections.values()].filter(
    ({ key }) => !wanted || byConnection.has(key)
  );
  const rows: Row[] = [];
  connections.forEach((data, index) => {
    const domains = byConnection.get(data.key) ?? [];
    // What was searched for is shown, even in a group that is closed.
    const expanded = Boolean(wanted) || !arrangement.collapsed.has(data.key);
    rows.push({
      kind: 'connection',
      key: data.key,
      data,
      expanded,
      ...(totals.get(data.key) ?? { total: 0, running: 0 }),
      position: index + 1,
      size: connections.length
    });
    if (expanded) {
      sorted(domains, store, arrangement).forEach((domain, place) =>
        rows.push({
          kind: 'domain',
          key: domain.key,
          data: domain,
          position: place + 1,
          size: domains.length
        })
      );
    }
  });
  return rows;
}
