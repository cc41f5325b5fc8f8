/** The headings of the columns, and the widths of these. */
import { icon } from './icons';
import type { ColumnSpec } from './messages';

/**
 * Make a heading.
 *
 * @param descending The order if the list is sorted by it, else null.
 */
export function heading(
  column: ColumnSpec,
  descending: boolean | null,
  onSort: () => void
): HTMLElement {
  const node = document.createElement('div');
  node.className = `qvirt-heading qvirt-heading-${column.kind}`;
  node.setAttribute('role', 'columnheader');
  const button = document.createElement('button');
  button.type = 'button';
  button.tabIndex = -1;
  button.title = column.description || column.label;
  button.textContent = column.label;
  if (descending !== null) {
    const arrow = icon('down');
    arrow.classList.toggle('qvirt-mod-up', !descending);
    button.append(arrow);
    node.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
  }
  button.addEventListener('click', onSort);
  node.append(button);
  return node;
}

/** A column's share of the width: in pixels, so that all rows share alike. */
export function track({ kind, width, least_width }: ColumnSpec): string {
  return `minmax(${least_width}px, ${kind === 'name' ? '1fr' : `${width}px`})`;
}
