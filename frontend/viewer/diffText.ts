/** A diff of XML, line by line: what comes and what goes is told apart by more than its sign. */
export function diffText(diff: string, label: string): HTMLPreElement {
  const code = document.createElement('pre');
  code.className = 'qvirt-diff';
  // It scrolls, so that who has no mouse must be able to come to it.
  code.tabIndex = 0;
  code.setAttribute('role', 'region');
  code.setAttribute('aria-label', label);
  for (const line of diff.split('\n')) {
    const text = document.createElement('span');
    text.textContent = line || ' ';
    const kind = { '+': 'new', '-': 'old' }[line.charAt(0)];
    if (kind) {
      text.className = kind;
    }
    code.append(text);
  }
  return code;
}
