/** What is typed into the filter: words, and fields such as `state:running` or `memory:>4GiB`. */
import { small, words } from '../grid/words';
import type { ColumnSpec, DomainData } from './messages';
import { Store } from './store';
import { cellText, sortValue } from './values';

type Test = (domain: DomainData) => boolean;

export interface Filter {
  /** Whether there is anything in it. */
  isEmpty: boolean;
  /** What is wrong with it, in a sentence; empty where nothing is. */
  problem: string;
  /** The columns that it looks into. */
  columns: string[];
  matches: Test;
}

const NUMBER = /^(>=|<=|>|<|=)?\s*(\d+(?:[.,]\d+)?)\s*([a-z%]*)$/i;
const KIB: Record<string, number> = {
  k: 1,
  kib: 1,
  '': 1024,
  m: 1024,
  mib: 1024,
  g: 1024 ** 2,
  gib: 1024 ** 2,
  t: 1024 ** 3,
  tib: 1024 ** 3
};

/** Understand what is typed; what makes no sense is said and leaves nothing out. */
export function parseFilter(text: string, store: Store): Filter {
  const columns = new Set<string>();
  let problem =
    (text.split('"').length - 1) % 2 ? store.text('open_quote') : '';
  const tests: Test[] = [];
  for (const word of words(text)) {
    const column = word.field
      ? store.columns.find(({ search }) => search === word.field)
      : undefined;
    let test: Test | string;
    if (column) {
      columns.add(column.id);
      test = fieldTest(column, word.value, store);
    } else if (word.field) {
      const known = store.columns.map(({ search }) => search).filter(Boolean);
      test = store.text('no_field', {
        field: word.field,
        known: known.join(', ')
      });
    } else {
      test = wordTest(word.value, store);
    }
    if (typeof test === 'string') {
      problem ||= test;
    } else {
      const wanted = test;
      tests.push(domain => wanted(domain) !== word.negated);
    }
  }
  return {
    isEmpty: tests.length === 0,
    problem,
    columns: [...columns],
    matches: domain => tests.every(test => test(domain))
  };
}

/** A word is looked for in the names and in what the text columns say. */
function wordTest(value: string, store: Store): Test {
  const columns = store.shown.filter(
    ({ kind }) => kind !== 'graph' && kind !== 'number' && kind !== 'since'
  );
  return domain =>
    [domain.name, domain.title ?? '', domain.description ?? ''].some(text =>
      small(text).includes(value)
    ) ||
    columns.some(column =>
      small(cellText(column, domain, store)).includes(value)
    );
}

/** The test of one field, or what is wrong with its value. */
function fieldTest(
  column: ColumnSpec,
  value: string,
  store: Store
): Test | string {
  if (!value) {
    return () => true;
  }
  switch (column.kind) {
    case 'state':
      return stateTest(value, store);
    case 'tags':
      return tagTest(column, value, store);
    case 'list':
      return domain =>
        listOf(domain, column).some(item => small(item).startsWith(value));
    case 'number':
    case 'graph':
      return numberTest(column, value, store);
    case 'flag':
      return flagTest(column, value, store);
    case 'changes':
      return changesTest(column, value, store);
    case 'connection':
      return domain =>
        small(
          `${domain.connection} ${cellText(column, domain, store)}`
        ).includes(value);
    case 'name':
      return domain =>
        small(`${domain.name}\n${domain.title ?? ''}`).includes(value);
    default:
      return domain => small(cellText(column, domain, store)).includes(value);
  }
}

function listOf(domain: DomainData, column: ColumnSpec): string[] {
  const value = domain.cells[column.id];
  return Array.isArray(value) ? value : [];
}

function stateTest(value: string, store: Store): Test | string {
  // A template is off as well, and found by both words.
  const known = { ...store.states, template: store.text('template') };
  const names = Object.entries(known).map(([state, label]) => ({
    state,
    both: [state, small(label)]
  }));
  const begins = names.filter(({ both }) =>
    both.some(name => name.startsWith(value))
  );
  const found = begins.length
    ? begins
    : names.filter(({ both }) => both.some(name => name.includes(value)));
  if (found.length === 0) {
    return store.text('no_state', {
      value,
      known: Object.values(known).join(', ')
    });
  }
  const states = new Set(found.map(({ state }) => state));
  return domain =>
    states.has(domain.state) ||
    (states.has('template') && Boolean(domain.template));
}

/** The whole tag where there is one of this name; while it is typed, how it begins. */
function tagTest(column: ColumnSpec, value: string, store: Store): Test {
  const has = (domain: DomainData) =>
    listOf(domain, column).some(tag => small(tag) === value);
  return [...store.domains.values()].some(has)
    ? has
    : domain =>
        listOf(domain, column).some(tag => small(tag).startsWith(value));
}

function numberTest(
  column: ColumnSpec,
  value: string,
  store: Store
): Test | string {
  if (/^(>=|<=|>|<|=)$/.test(value)) {
    return () => true;
  }
  const [, sign = '=', digits, unit = ''] = NUMBER.exec(value) ?? [];
  const factor =
    column.unit === 'KiB' ? KIB[unit] : unit && unit !== '%' ? undefined : 1;
  if (digits === undefined || factor === undefined) {
    return store.text('no_number', { value, field: column.search });
  }
  const wanted = Number(digits.replace(',', '.')) * factor;
  return domain => {
    const number = sortValue(column, domain, store);
    if (typeof number !== 'number') {
      return false;
    }
    switch (sign) {
      case '>':
        return number > wanted;
      case '<':
        return number < wanted;
      case '>=':
        return number >= wanted;
      case '<=':
        return number <= wanted;
      default:
        return number === wanted;
    }
  };
}

/** Yes as 1, no as 0, and null for another word. */
function flagOf(value: string, store: Store): number | null {
  const means = (...texts: string[]) =>
    texts.some(text => small(text).startsWith(value));
  return means(store.text('yes'), 'yes', 'true')
    ? 1
    : means(store.text('no'), 'no', 'false')
      ? 0
      : null;
}

function flagTest(
  column: ColumnSpec,
  value: string,
  store: Store
): Test | string {
  const wanted = flagOf(value, store);
  return wanted === null
    ? store.text('no_flag', { value })
    : domain => Number(domain.cells[column.id] ?? 0) === wanted;
}

/** Whether there are changes, or a part of what one of them says; not known is neither. */
function changesTest(column: ColumnSpec, value: string, store: Store): Test {
  const wanted = flagOf(value, store);
  return domain => {
    if (!Array.isArray(domain.cells[column.id])) {
      return false;
    }
    const changes = listOf(domain, column).slice(1);
    return wanted === null
      ? changes.some(text => small(text).includes(value))
      : Number(changes.length > 0) === wanted;
  };
}
