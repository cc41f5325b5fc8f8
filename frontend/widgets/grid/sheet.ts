import shared from './style.css';

/** Put the looks that lists and tables share into the page, then a widget's own; each once. */
export function addStyles(widget: string, own: string): void {
  for (const [name, text] of [
    ['grid', shared],
    [widget, own]
  ] as const) {
    const id = `qvirt-${name}-style`;
    if (!document.getElementById(id)) {
      const node = document.createElement('style');
      node.id = id;
      node.textContent = text;
      document.head.append(node);
    }
  }
}
