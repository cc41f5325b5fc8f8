/** The cells of the list, by kind of column: how they look, sort and read as text. */
import { figure } from './figures';
import { hasIcon, icon } from './icons';
import type { ColumnSpec, DomainData } from './messages';
import { createSparkline, drawSparkline } from './sparkline';
import { Store } from './store';

/** A cell in the page; `update` touches only what changed. */
export interface Cell {
  node: HTMLElement;
  update: (domain: DomainData) => void;
  /** The clock went on. */
  tick?: (domain: DomainData) => void;
}

/** The states in the order in which sorting puts them: what runs comes first. */
const STATES = [
  'running',
  'shutting_down',
  'paused',
  'suspended',
  'crashed',
  'saved',
  'shutoff'
];

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
      return STATES.indexOf(domain.state);
    case 'graph':
      return store.newest(domain.key, column.id);
    default: {
      const value = domain.cells[column.id] ?? null;
      return Array.isArray(value) ? (value[0] ?? null) : value;
    }
  }
}

/** What a cell says, in words. */
export function cellText(
  column: ColumnSpec,
  domain: DomainData,
  store: Store
): string {
  switch (column.kind) {
    case 'name':
      return Store.label(domain);
    case 'state':
      return domain.state_text;
    case 'graph': {
      const value = store.newest(domain.key, column.id);
      return value === null ? '' : figure(value, column.unit);
    }
    default: {
      const value = domain.cells[column.id] ?? null;
      if (value === null) {
        return '';
      }
      if (Array.isArray(value)) {
        return value.join(' ');
      }
      return typeof value === 'number' ? figure(value, column.unit) : value;
    }
  }
}

function element(tag: string, className: string): HTMLElement {
  const node = document.createElement(tag);
  node.className = className;
  return node;
}

/** Set text only where it differs, so that nothing is laid out for nothing. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

function setTitle(node: HTMLElement, text: string): void {
  if (text) {
    if (node.title !== text) {
      node.title = text;
    }
  } else if (node.hasAttribute('title')) {
    node.removeAttribute('title');
  }
}

function nameCell(): Cell {
  const node = element('div', 'qvirt-cell qvirt-cell-name');
  const label = element('span', 'qvirt-label');
  node.append(label);
  return {
    node,
    update: domain => {
      setText(label, Store.label(domain));
      const name = domain.title ? domain.name : '';
      setTitle(node, [name, domain.description].filter(Boolean).join('\n'));
    }
  };
}

function stateCell(): Cell {
  const node = element('div', 'qvirt-cell qvirt-cell-state');
  const word = element('span', 'qvirt-label');
  let shown = '';
  node.append(word);
  return {
    node,
    update: domain => {
      if (domain.state !== shown) {
        shown = domain.state;
        node.dataset.state = domain.state;
        node.querySelector('svg')?.remove();
        if (hasIcon(`state-${domain.state}`)) {
          node.prepend(icon(`state-${domain.state}`));
        }
      }
      setText(word, domain.state_text);
      setTitle(
        node,
        [domain.state_text, domain.reason].filter(Boolean).join(': ')
      );
    }
  };
}

function graphCell(column: ColumnSpec, store: Store): Cell {
  const node = element('div', 'qvirt-cell qvirt-cell-graph');
  const svg = createSparkline();
  const value = element('span', 'qvirt-figure');
  node.append(svg, value);
  const draw = (domain: DomainData) => {
    const series = store.samples.get(domain.key);
    const newest = store.newest(domain.key, column.id);
    drawSparkline(
      svg,
      series,
      column.id,
      column.unit,
      store.now,
      store.interval
    );
    svg.classList.toggle('qvirt-mod-empty', !series);
    const text = newest === null ? '–' : figure(newest, column.unit);
    setText(value, text);
    const words = newest === null ? store.text('unknown') : text;
    if (value.getAttribute('aria-label') !== words) {
      value.setAttribute('role', 'img');
      value.setAttribute('aria-label', words);
    }
  };
  return { node, update: draw, tick: draw };
}

function valueCell(column: ColumnSpec, store: Store): Cell {
  const node = element('div', `qvirt-cell qvirt-cell-${column.kind}`);
  return {
    node,
    update: domain => {
      const value = domain.cells[column.id] ?? null;
      const text = cellText(column, domain, store);
      node.classList.toggle('qvirt-mod-unknown', !text);
      if (Array.isArray(value) && value.length > 1) {
        const [first = ''] = value;
        setText(
          node,
          store.text('and_more', { first, count: value.length - 1 })
        );
        setTitle(node, value.join('\n'));
        return;
      }
      setText(node, text || '–');
      setTitle(node, text ? '' : store.text('unknown'));
    }
  };
}

/** Make a cell of a column. */
export function createCell(column: ColumnSpec, store: Store): Cell {
  switch (column.kind) {
    case 'name':
      return nameCell();
    case 'state':
      return stateCell();
    case 'graph':
      return graphCell(column, store);
    default:
      return valueCell(column, store);
  }
}
