/** The cells of the list, by kind of column. */
import { hasIcon, icon } from '../grid/icons';
import { setText, setTitle } from '../grid/nodes';
import type { ColumnSpec, DomainData } from './messages';
import { createSparkline, drawSparkline } from './sparkline';
import { Store } from './store';
import { cellText, isTemplate, nameText } from './values';

/** A cell in the page; `update` touches only what changed. */
export interface Cell {
  node: HTMLElement;
  update: (domain: DomainData) => void;
  /** The clock went on. */
  tick?: (domain: DomainData) => void;
}

function element(tag: string, className: string): HTMLElement {
  const node = document.createElement(tag);
  node.className = className;
  return node;
}

function nameCell(store: Store): Cell {
  const node = element('div', 'qvirt-cell qvirt-cell-name');
  const label = element('span', 'qvirt-label');
  node.append(label);
  return {
    node,
    update: domain => {
      const text = nameText(domain, store);
      setText(label, text);
      const name = text === domain.name ? '' : domain.name;
      setTitle(node, [name, domain.description].filter(Boolean).join('\n'));
      drawWarning(node, domain.warning ?? '', domain.mark ?? '');
    }
  };
}

function stateCell(column: ColumnSpec, store: Store): Cell {
  const node = element('div', 'qvirt-cell qvirt-cell-state');
  const word = element('span', 'qvirt-label');
  let shown = '';
  node.append(word);
  return {
    node,
    update: domain => {
      const name = isTemplate(domain) ? 'template' : `state-${domain.state}`;
      if (name !== shown) {
        shown = name;
        node.querySelector(':scope > svg')?.remove();
        if (hasIcon(name)) {
          node.prepend(icon(name));
        }
      }
      node.dataset.state = domain.state;
      setText(word, cellText(column, domain, store));
      const state = store.states[domain.state] ?? domain.state;
      const text = [state, domain.reason].filter(Boolean).join(': ');
      setTitle(
        node,
        domain.template ? store.text('template_help', { state: text }) : text
      );
    }
  };
}

/** A mark whose words are its tooltip, and are read out with the row. */
function drawWarning(node: HTMLElement, warning: string, mark: string): void {
  const sign = node.querySelector<HTMLElement>('.qvirt-row-warning');
  if (warning === '') {
    sign?.remove();
  } else if (sign?.title !== warning) {
    const made = sign ?? element('span', 'qvirt-row-warning');
    made.setAttribute('role', 'img');
    made.setAttribute('aria-label', warning);
    made.title = warning;
    const words = element('span', 'qvirt-row-mark');
    words.textContent = mark;
    made.replaceChildren('⚠', words);
    node.append(made);
  }
}

function graphCell(column: ColumnSpec, store: Store): Cell {
  const node = element('div', 'qvirt-cell qvirt-cell-graph');
  const svg = createSparkline();
  const value = element('span', 'qvirt-figure');
  node.append(svg, value);
  const draw = (domain: DomainData) => {
    const series = Store.isOff(domain)
      ? undefined
      : store.samples.get(domain.key);
    drawSparkline(
      svg,
      series,
      column.id,
      column.unit,
      store.now,
      store.interval
    );
    svg.classList.toggle('qvirt-mod-empty', !series);
    const text = cellText(column, domain, store);
    setText(value, text || '–');
    const words = text || store.text('unknown');
    if (value.getAttribute('aria-label') !== words) {
      value.setAttribute('role', 'img');
      value.setAttribute('aria-label', words);
    }
  };
  return { node, update: draw, tick: draw };
}

function valueCell(column: ColumnSpec, store: Store): Cell {
  const kind = column.kind === 'connection' ? 'connection-name' : column.kind;
  const node = element('div', `qvirt-cell qvirt-cell-${kind}`);
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

function tagsCell(column: ColumnSpec, store: Store): Cell {
  const node = element('div', 'qvirt-cell qvirt-cell-tags');
  let shown = '';
  return {
    node,
    update: domain => {
      const text = cellText(column, domain, store);
      const value = domain.cells[column.id] ?? null;
      const tags = Array.isArray(value) ? value : [];
      if (tags.join('\n') === shown && node.firstChild) {
        return;
      }
      shown = tags.join('\n');
      node.replaceChildren(
        ...tags.map(tag => {
          const chip = element('span', 'qvirt-tag');
          chip.textContent = tag;
          return chip;
        })
      );
      if (tags.length === 0) {
        node.textContent = '–';
      }
      node.classList.toggle('qvirt-mod-unknown', tags.length === 0);
      setTitle(node, text);
    }
  };
}

/** How many changes wait; each of them is in the tooltip. */
function changesCell(column: ColumnSpec, store: Store): Cell {
  const node = element('div', 'qvirt-cell qvirt-cell-changes');
  return {
    node,
    update: domain => {
      const value = domain.cells[column.id] ?? null;
      const changes = Array.isArray(value) ? value.slice(1) : [];
      const text = cellText(column, domain, store);
      node.classList.toggle('qvirt-mod-unknown', changes.length === 0);
      setText(node, text || '–');
      setTitle(
        node,
        text
          ? [changes.length ? column.description : '', ...changes]
              .filter(Boolean)
              .join('\n')
          : store.text('unknown')
      );
    }
  };
}

/** Make a cell of a column. */
export function createCell(column: ColumnSpec, store: Store): Cell {
  switch (column.kind) {
    case 'name':
      return nameCell(store);
    case 'state':
      return stateCell(column, store);
    case 'graph':
      return graphCell(column, store);
    case 'tags':
      return tagsCell(column, store);
    case 'changes':
      return changesCell(column, store);
    case 'since': {
      const cell = valueCell(column, store);
      return { ...cell, tick: cell.update };
    }
    default:
      return valueCell(column, store);
  }
}
