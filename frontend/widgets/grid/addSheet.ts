/** Put a widget's looks into the page, once, however many of it there are. */
export function addSheet(name: string, style: string): void {
  const id = `qvirt-${name}-style`;
  if (!document.getElementById(id)) {
    const node = document.createElement('style');
    node.id = id;
    node.textContent = style;
    document.head.append(node);
  }
}
