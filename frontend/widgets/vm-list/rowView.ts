/** A row in the page: made once, then changed where its data changed. */
import { icon } from '../grid/icons';
import { setAttribute as set, setText } from '../grid/nodes';
import { type Cell, createCell } from './columns';
import type { ColumnSpec } from './messages';
import type { Store } from './store';
import type { ConnectionRow, DomainRow, GroupRow, Row } from './tree';

export class RowView {
  constructor(kind: Row['kind'], columns: ColumnSpec[], store: Store) {
    this._store = store;
    this.node.className = `qvirt-row qvirt-row-${kind}`;
    this.node.setAttribute('role', 'row');
    if (kind === 'domain') {
      this._cells = columns.map(column => createCell(column, store));
      for (const { node } of this._cells) {
        node.setAttribute('role', 'gridcell');
        this.node.append(node);
      }
    } else {
      this._cell.className = 'qvirt-cell qvirt-cell-connection';
      this._cell.setAttribute('role', 'gridcell');
      this._cell.setAttribute('aria-colspan', String(columns.length));
      const expander = icon('expander');
      expander.classList.add('qvirt-expander');
      for (const [index, part] of this._parts.entries()) {
        part.className = `qvirt-connection-${['label', 'suffix', 'count'][index] ?? ''}`;
      }
      this._cell.append(expander, ...this._parts);
      if (kind === 'connection') {
        expander.after(icon('host'));
      }
      this.node.append(this._cell);
    }
  }

  readonly node = document.createElement('div');

  /** Show a row's data. */
  update(row: Row, index: number): void {
    this._row = row;
    const { node } = this;
    set(node, 'data-key', row.key);
    // The heading is row 1.
    set(node, 'aria-rowindex', String(index + 2));
    set(node, 'aria-level', String(row.level));
    set(node, 'aria-posinset', String(row.position));
    set(node, 'aria-setsize', String(row.size));
    if (row.kind === 'connection') {
      this._updateConnection(row);
    } else if (row.kind === 'group') {
      this._updateGroup(row);
    } else {
      this._updateDomain(row);
    }
  }

  /** The clock went on. */
  tick(): void {
    const row = this._row;
    if (row?.kind === 'domain') {
      this._cells.forEach(cell => cell.tick?.(row.data));
    }
  }

  mark(selected: boolean, active: boolean): void {
    set(this.node, 'aria-selected', String(selected));
    this.node.tabIndex = active ? 0 : -1;
  }

  private _updateConnection({ data, expanded, total, running }: ConnectionRow) {
    set(this.node, 'aria-expanded', String(expanded));
    set(this.node, 'data-qvirt-uri', data.uri);
    set(this.node, 'data-qvirt-state', data.state);
    this.node.classList.toggle('qvirt-mod-dimmed', data.dimmed);
    const [label, suffix, count] = this._parts;
    setText(label, data.label);
    setText(suffix, [data.suffix, data.error].filter(Boolean).join(': '));
    setText(count, data.dimmed ? '' : this._count(total, running));
    this._cell.title = [data.uri, data.read_only, data.error]
      .filter(Boolean)
      .join('\n');
  }

  private _updateGroup({ label: text, expanded, total, running }: GroupRow) {
    set(this.node, 'aria-expanded', String(expanded));
    const [label, , count] = this._parts;
    setText(label, text);
    setText(count, this._count(total, running));
  }

  private _count(total: number, running: number): string {
    return this._store.text(total > 0 ? 'running' : 'no_machines', {
      running,
      total
    });
  }

  private _updateDomain({ data }: DomainRow) {
    set(this.node, 'data-qvirt-uri', data.connection);
    set(this.node, 'data-qvirt-name', data.name);
    set(this.node, 'data-qvirt-state', data.state);
    this._cells.forEach(cell => cell.update(data));
  }

  private readonly _store: Store;
  private readonly _cells: Cell[] = [];
  private readonly _cell = document.createElement('div');
  private readonly _parts = [
    document.createElement('span'),
    document.createElement('span'),
    document.createElement('span')
  ] as const;
  private _row: Row | null = null;
}
