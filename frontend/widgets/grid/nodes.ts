/** Change what is in the page only where it differs, so that nothing is laid out for nothing. */

export function setText(node: Element, text: string): void {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

export function setTitle(node: HTMLElement, text: string): void {
  if (text) {
    if (node.title !== text) {
      node.title = text;
    }
  } else if (node.hasAttribute('title')) {
    node.removeAttribute('title');
  }
}

export function setAttribute(node: Element, name: string, value: string): void {
  if (node.getAttribute(name) !== value) {
    node.setAttribute(name, value);
  }
}
