/** Which rows there are to see, and in which order. */
import { collator, comparePlaces } from '../grid/textOrder';
import type { Filter } from './filter';
import type { Arrangement, ConnectionData, DomainData } from './messages';
import { Store } from './store';
import { sortValue } from './values';

interface Place {
  /** Names the row in the list: a machine with two tags stands in two groups. */
  key: string;
  /** 1 for groups, and for machines that are in none. */
  level: number;
  position: number;
  size: number;
}

interface Count {
  /** How many machines it has, and how many are running. */
  total: number;
  running: number;
}

export interface ConnectionRow extends Place, Count {
  kind: 'connection';
  data: ConnectionData;
  expanded: boolean;
}

/** A group that is no connection: a tag or a state. */
export interface GroupRow extends Place, Count {
  kind: 'group';
  /** The tag, or the state; empty for machines without a tag. */
  group: string;
  label: string;
  expanded: boolean;
}

export interface DomainRow extends Place {
  kind: 'domain';
  /** The row that it stands under; empty where there is none. */
  parent: string;
  data: DomainData;
}

export type Row = ConnectionRow | GroupRow | DomainRow;

/** What a view shows now. */
export interface Shown {
  filter: Filter;
  collapsed: ReadonlySet<string>;
}

/** What a row is about, in messages; empty for a group. */
export function subjectOf(row: Row): string {
  return row.kind === 'group' ? '' : row.data.key;
}

/** The same, of the key that a row has in the list. */
export function subjectKey(key: string): string {
  return key.slice(key.lastIndexOf('\n') + 1);
}

function sorted(domains: DomainData[], store: Store): DomainData[] {
  const { sort, descending } = store.arrangement;
  const column = store.columns.find(({ id }) => id === sort);
  if (!column) {
    return domains;
  }
  const cells = domains.map(domain => ({
    domain,
    label: Store.label(domain),
    value: sortValue(column, domain, store)
  }));
  const texts = new Set<string>();
  for (const { label, value } of cells) {
    texts.add(label);
    if (typeof value === 'string') {
      texts.add(value);
    }
  }
  const ranks = store.order.ranks(texts);
  return cells
    .map(({ domain, label, value }) => ({
      domain,
      name: ranks.get(label) ?? 0,
      place: typeof value === 'string' ? (ranks.get(value) ?? 0) : value
    }))
    .sort(
      (a, b) => comparePlaces(a.place, b.place, descending) || a.name - b.name
    )
    .map(({ domain }) => domain);
}

/** The groups of a machine: several tags are several groups. */
function groupsOf(
  domain: DomainData,
  group: Arrangement['group']
): readonly string[] {
  switch (group) {
    case 'connection':
      return [domain.connection];
    case 'state':
      return [domain.state];
    case 'tag': {
      const { tags } = domain.cells;
      return Array.isArray(tags) && tags.length > 0 ? tags : [''];
    }
    case 'nothing':
      return [''];
  }
}

function counted(store: Store): Map<string, Count> {
  const counts = new Map<string, Count>();
  for (const domain of store.domains.values()) {
    for (const name of groupsOf(domain, store.arrangement.group)) {
      const count = counts.get(name) ?? { total: 0, running: 0 };
      count.total += 1;
      count.running += Number(domain.state === 'running');
      counts.set(name, count);
    }
  }
  return counts;
}

const NONE: Count = { total: 0, running: 0 };

/** States came that change no order: count again. */
export function recount(rows: readonly Row[], store: Store): void {
  const counts = counted(store);
  for (const row of rows) {
    if (row.kind !== 'domain') {
      const name = row.kind === 'connection' ? row.data.key : row.group;
      Object.assign(row, counts.get(name) ?? NONE);
    }
  }
}

/** The rows in the order in which they are shown. */
export function arrange(store: Store, shown: Shown): Row[] {
  const { group, hide_stopped: hidesStopped } = store.arrangement;
  const { filter } = shown;
  const byGroup = new Map<string, DomainData[]>();
  const wanted = [...store.domains.values()].filter(
    domain => !(hidesStopped && Store.isOff(domain)) && filter.matches(domain)
  );
  // All of them at once, for the places of their names are kept for the next time.
  for (const domain of sorted(wanted, store)) {
    for (const name of groupsOf(domain, group)) {
      const list = byGroup.get(name);
      if (list) {
        list.push(domain);
      } else {
        byGroup.set(name, [domain]);
      }
    }
  }
  const counts = counted(store);
  const rows: Row[] = [];
  const domainRows = (name: string, parent: string) => {
    const domains = byGroup.get(name) ?? [];
    domains.forEach((data, place) =>
      rows.push({
        kind: 'domain',
        // Only tags can show a machine twice.
        key: group === 'tag' ? `${parent}\n${data.key}` : data.key,
        parent,
        data,
        level: parent ? 2 : 1,
        position: place + 1,
        size: domains.length
      })
    );
  };
  // What was searched for is shown, even in a group that is closed.
  const isOpen = (key: string) => !filter.isEmpty || !shown.collapsed.has(key);
  const connectionRows = (connections: ConnectionData[]) =>
    connections.forEach((data, index) => {
      const expanded = isOpen(data.key);
      rows.push({
        kind: 'connection',
        key: data.key,
        data,
        expanded,
        ...(counts.get(data.key) ?? NONE),
        level: 1,
        position: index + 1,
        size: connections.length
      });
      if (expanded) {
        domainRows(data.key, data.key);
      }
    });
  if (group === 'connection') {
    connectionRows(
      [...store.connections.values()].filter(
        ({ key }) => filter.isEmpty || byGroup.has(key)
      )
    );
    return rows;
  }
  if (group === 'nothing') {
    domainRows('', '');
  } else {
    const names = inOrder([...byGroup.keys()], store);
    names.forEach((name, index) => {
      const key = `${group}:${name}`;
      const expanded = isOpen(key);
      rows.push({
        kind: 'group',
        key,
        group: name,
        label: groupLabel(name, store),
        expanded,
        ...(counts.get(name) ?? NONE),
        level: 1,
        position: index + 1,
        size: names.length
      });
      if (expanded) {
        domainRows(name, key);
      }
    });
  }
  // A connection without machines would be out of reach: it can be connected here.
  if (filter.isEmpty) {
    connectionRows(
      [...store.connections.values()].filter(({ dimmed }) => dimmed)
    );
  }
  return rows;
}

function inOrder(names: string[], store: Store): string[] {
  if (store.arrangement.group === 'state') {
    const states = Object.keys(store.states);
    return names.sort((a, b) => states.indexOf(a) - states.indexOf(b));
  }
  return names.sort(
    (a, b) => Number(a === '') - Number(b === '') || collator.compare(a, b)
  );
}

function groupLabel(name: string, store: Store): string {
  return store.arrangement.group === 'state'
    ? (store.states[name] ?? name)
    : name || store.text('untagged');
}
