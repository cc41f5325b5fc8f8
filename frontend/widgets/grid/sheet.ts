import { addSheet } from './addSheet';
import shared from './style.css';

/** Put the looks that lists and tables share into the page, then a widget's own; each once. */
export function addStyles(widget: string, own: string): void {
  addSheet('grid', shared);
  addSheet(widget, own);
}
