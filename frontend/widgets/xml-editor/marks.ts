/** Faults: as marks in the text, and as a list below it that leads to their lines. */
import { Diagnostic, setDiagnostics } from '@codemirror/lint';
import { EditorView } from '@codemirror/view';
import { element } from '../panel/dom';
import { IXmlFault } from './messages';

/** Mark the lines of faults. */
export function mark(view: EditorView, faults: IXmlFault[]): void {
  const { doc } = view.state;
  const found: Diagnostic[] = faults
    .filter(fault => fault.line >= 1 && fault.line <= doc.lines)
    .map(fault => {
      const line = doc.line(fault.line);
      const indent = line.text.length - line.text.trimStart().length;
      return {
        from: Math.min(line.from + indent, line.to),
        to: line.to,
        severity: fault.level,
        message: [fault.title, fault.text].filter(Boolean).join('\n')
      };
    });
  view.dispatch(setDiagnostics(view.state, found));
}

/** Put the cursor on a line and show it. */
export function goTo(view: EditorView, number: number): void {
  const { doc } = view.state;
  const line = doc.line(Math.max(1, Math.min(number, doc.lines)));
  const indent = line.text.length - line.text.trimStart().length;
  view.dispatch({
    selection: { anchor: line.from + indent },
    effects: EditorView.scrollIntoView(line.from, { y: 'center' })
  });
  view.focus();
}

/** Return what a list of faults shows. */
export function listed(
  faults: IXmlFault[],
  words: (name: string) => string,
  onLine: (line: number) => void
): HTMLElement[] {
  return faults.map(fault => {
    const item = element('li', { class: `qvirt-xml-fault-${fault.level}` });
    const title = element('strong', {}, fault.title);
    if (fault.line > 0) {
      const button = element(
        'button',
        {
          type: 'button',
          class: 'qvirt-xml-line',
          'data-line': `${fault.line}`
        },
        words('line').replace('{number}', `${fault.line}`)
      );
      button.addEventListener('click', () => onLine(fault.line));
      item.append(button, ' ');
    }
    item.append(title);
    if (fault.text) {
      item.append(element('p', {}, fault.text));
    }
    if (fault.details) {
      item.append(
        element(
          'details',
          {},
          element('summary', {}, words('details')),
          element('pre', {}, fault.details)
        )
      );
    }
    return item;
  });
}
