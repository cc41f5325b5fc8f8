/** Earlier definitions: when and why each was replaced, what that changed, and the way back. */
import { unifiedMergeView } from '@codemirror/merge';
import { EditorView } from '@codemirror/view';
import { button, element, follow, redraw, text } from '../panel/dom';
import { IModel } from '../panel/messages';
import { looking, looks } from './codeMirror';
import {
  IXmlDifference,
  IXmlHistoryState,
  IXmlKept,
  VERSION
} from './messages';
import { tell } from './tell';

const COMPARISONS: [IXmlHistoryState['against'], string][] = [
  ['next', 'againstNext'],
  ['now', 'againstNow']
];

export function renderHistory(model: IModel, root: HTMLElement): () => void {
  root.classList.add('qvirt-xml', 'qvirt-xml-history');
  root.dataset.lmSuppressShortcuts = 'true';
  const words = (name: string) => text(model, name);
  const list = element('ul', { 'aria-label': words('entries') });
  const bar = element('div', { class: 'qvirt-xml-buttons' });
  const status = element('div', { class: 'qvirt-xml-status', role: 'status' });
  const problem = element('p', { class: 'qvirt-form-error', role: 'alert' });
  const same = element('p', {}, words('same'));
  const host = element('div', { class: 'qvirt-xml-host' });
  const empty = element('p', { class: 'qvirt-xml-empty' }, words('empty'));
  const right = element(
    'div',
    { class: 'qvirt-xml-chosen' },
    element('div', { class: 'qvirt-xml-bar' }, bar, status),
    problem,
    same,
    host
  );
  const both = element('div', { class: 'qvirt-xml-both' }, list, right);
  root.append(empty, both);
  let view: EditorView | null = null;

  const onDifference = (message: IXmlDifference) => {
    if (message.type !== 'difference' || message.version !== VERSION) {
      return;
    }
    view?.destroy();
    same.hidden = message.before !== message.after;
    host.hidden = !same.hidden;
    view = host.hidden
      ? null
      : new EditorView({
          parent: host,
          doc: message.after,
          extensions: [
            looks(words('difference'), words),
            looking(),
            unifiedMergeView({
              original: message.before,
              mergeControls: false,
              collapseUnchanged: { margin: 3, minSize: 6 }
            })
          ]
        });
  };
  model.on('msg:custom', onDifference);

  const entry = (kept: IXmlKept, chosen: string): HTMLElement => {
    const made = element(
      'button',
      {
        type: 'button',
        'data-button': kept.id,
        'aria-current': kept.id === chosen ? 'true' : undefined
      },
      element('span', { class: 'qvirt-xml-cause' }, kept.cause),
      element('time', {}, when(kept.time))
    );
    made.addEventListener('click', () =>
      tell(model, { type: 'choose', id: kept.id })
    );
    return element('li', {}, made);
  };

  const stop = follow(model, (state: IXmlHistoryState) => {
    empty.hidden = state.entries.length > 0;
    both.hidden = !empty.hidden;
    redraw(
      list,
      state.entries.map(kept => entry(kept, state.chosen))
    );
    const reason = state.refused || (state.busy ? words('restoring') : '');
    redraw(bar, [
      ...COMPARISONS.map(([what, label]) => {
        const made = button({ id: what, label: words(label) }, () =>
          tell(model, { type: 'against', what })
        );
        made.setAttribute('aria-pressed', String(what === state.against));
        return made;
      }),
      button({ id: 'restore', label: words('restore'), reason }, () =>
        tell(model, { type: 'restore', id: state.chosen })
      )
    ]);
    status.textContent = state.outcome;
    problem.textContent = state.problem;
    problem.hidden = !state.problem;
  });
  return () => {
    stop();
    model.off('msg:custom', onDifference);
    view?.destroy();
  };
}

function when(seconds: number): string {
  const time = new Date(seconds * 1000);
  return time.toLocaleString(document.documentElement.lang || undefined, {
    dateStyle: 'medium',
    timeStyle: 'medium'
  });
}
