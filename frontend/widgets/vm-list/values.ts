/** What stands in a cell: to read, and to sort by. */
import { duration, figure } from './figures';
import type { ColumnSpec, DomainData } from './messages';
import { Store } from './store';

/** What a column is sorted by; null is not known and comes last. */
export function sortValue(
  column: ColumnSpec,
  domain: DomainData,
  store: Store
): number | string | null {
  switch (column.kind) {
    case 'name':
      return Store.label(domain);
    case 'state':
      return Object.keys(store.states).indexOf(domain.state);
    case 'graph':
      return store.newest(domain, column.id);
    case 'connection':
      return store.connections.get(domain.connection)?.label ?? null;
    case 'since': {
      const since = domain.cells[column.id] ?? null;
      // The longest time is the largest.
      return typeof since === 'number' && !Store.isOff(domain) ? -since : null;
    }
    case 'changes': {
      const value = domain.cells[column.id] ?? null;
      return Array.isArray(value) ? value.length : null;
    }
    default: {
      const value = domain.cells[column.id] ?? null;
      return Array.isArray(value) ? (value[0] ?? null) : value;
    }
  }
}

/** What a cell says, in words; empty where it is not known. */
export function cellText(
  column: ColumnSpec,
  domain: DomainData,
  store: Store
): string {
  const value = domain.cells[column.id] ?? null;
  switch (column.kind) {
    case 'name':
      return nameText(domain, store);
    case 'state':
      return isTemplate(domain)
        ? store.text('template')
        : (store.states[domain.state] ?? domain.state);
    case 'graph': {
      const newest = store.newest(domain, column.id);
      return newest === null ? '' : figure(newest, column.unit);
    }
    case 'connection':
      return store.connections.get(domain.connection)?.label ?? '';
    case 'since':
      return typeof value === 'number' && !Store.isOff(domain)
        ? duration(store.now - value, store)
        : '';
    case 'flag':
      return store.text(value ? 'yes' : 'no');
    case 'changes':
      return Array.isArray(value) ? (value[0] ?? store.text('no_changes')) : '';
    default:
      if (value === null) {
        return '';
      }
      if (Array.isArray(value)) {
        return value.join(' ');
      }
      return typeof value === 'number' ? figure(value, column.unit) : value;
  }
}

/** Whether it lies there to be cloned: one that somebody else has started runs, above all. */
export function isTemplate(domain: DomainData): boolean {
  return Boolean(domain.template) && Store.isOff(domain);
}

/** The title stands for the name unless it has a column of its own. */
export function nameText(domain: DomainData, store: Store): string {
  return store.hasTitles ? domain.name : Store.label(domain);
}
