/** A row of a table in the page. */
import { hasIcon, icon } from '../grid/icons';
import { setAttribute as set, setText, setTitle } from '../grid/nodes';
import type { RowNode } from '../grid/rowGrid';
import type { CellData, ColumnSpec } from './messages';
import type { RecordRow } from './records';

interface CellView {
  node: HTMLElement;
  update: (cell: CellData) => void;
}

function part(className: string): HTMLElement {
  const node = document.createElement('span');
  node.className = className;
  return node;
}

function createCell(column: ColumnSpec): CellView {
  const node = document.createElement('div');
  const label = part('qvirt-label');
  node.setAttribute('role', 'gridcell');
  node.append(label);
  const className = `qvirt-cell qvirt-record-${column.kind}`;
  let shown: CellData | undefined;
  return {
    node,
    update: cell => {
      if (cell === shown) {
        return;
      }
      shown = cell;
      const data = typeof cell === 'string' ? { text: cell } : cell;
      node.className = className;
      node.classList.toggle('qvirt-mod-unknown', !data.text);
      node.querySelector(':scope > .qvirt-sign')?.remove();
      node.querySelector(':scope > .qvirt-gauge')?.remove();
      if (data.tone) {
        node.dataset.tone = data.tone;
      } else {
        delete node.dataset.tone;
      }
      if (data.icon && hasIcon(data.icon)) {
        const sign = icon(data.icon);
        sign.classList.add('qvirt-sign');
        label.before(sign);
      }
      if (data.bar !== undefined) {
        const bar = part('qvirt-gauge');
        const filled = part('qvirt-gauge-filled');
        filled.style.width = `${100 * Math.min(1, Math.max(0, data.bar))}%`;
        bar.classList.toggle('qvirt-mod-over', data.bar > 1);
        bar.append(filled);
        label.before(bar);
      }
      setText(label, data.text || '–');
      setTitle(node, data.title ?? (column.kind === 'number' ? '' : data.text));
    }
  };
}

export class RecordView implements RowNode<RecordRow> {
  constructor(columns: readonly ColumnSpec[], isTree: boolean) {
    this.node.className = 'qvirt-row qvirt-row-record';
    this.node.setAttribute('role', 'row');
    this._cells = columns.map(createCell);
    this.node.append(...this._cells.map(({ node }) => node));
    const [first] = this._cells;
    if (isTree && first) {
      this._expander = icon('expander');
      first.node.prepend(this._expander);
    }
  }

  readonly node = document.createElement('div');

  update(row: RecordRow, index: number): void {
    const { node, _expander: expander } = this;
    set(node, 'data-key', row.key);
    // The heading is row 1.
    set(node, 'aria-rowindex', String(index + 2));
    if (expander) {
      set(node, 'aria-level', String(row.level));
      set(node, 'aria-posinset', String(row.position));
      set(node, 'aria-setsize', String(row.size));
      const canOpen = row.expanded !== undefined;
      expander.classList.toggle('qvirt-expander', canOpen);
      expander.classList.toggle('qvirt-mod-leaf', !canOpen);
      if (canOpen) {
        set(node, 'aria-expanded', String(row.expanded));
      } else {
        node.removeAttribute('aria-expanded');
      }
      node.style.setProperty('--qvirt-level', String(row.level - 1));
    }
    node.classList.toggle('qvirt-mod-dimmed', row.data.dimmed ?? false);
    this._cells.forEach((cell, place) =>
      cell.update(row.data.cells[place] ?? '')
    );
  }

  mark(selected: boolean, active: boolean): void {
    set(this.node, 'aria-selected', String(selected));
    this.node.tabIndex = active ? 0 : -1;
  }

  private readonly _cells: readonly CellView[];
  private readonly _expander: SVGSVGElement | null = null;
}
