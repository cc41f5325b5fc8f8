/** Three texts beside each other: what was read and what became of it, what is stored, and ours. */
import { MergeView, unifiedMergeView } from '@codemirror/merge';
import { EditorView } from '@codemirror/view';
import { button, element } from '../panel/dom';
import { looking, looks, typing } from './codeMirror';
import { IXmlConflict } from './messages';

const COLLAPSED = { margin: 2, minSize: 5 };

type How = 'theirs' | 'mine' | 'back';

export class Comparison {
  readonly node: HTMLElement;
  private readonly foreign: EditorView;
  private readonly both: MergeView;

  constructor(
    texts: IXmlConflict,
    words: (name: string) => string,
    resolve: (how: How, mine: string) => void
  ) {
    const left = element('div', { class: 'qvirt-xml-pane' });
    const right = element('div', { class: 'qvirt-xml-pane qvirt-xml-two' });
    const answer = (how: How) => resolve(how, this.mine);
    this.node = element(
      'section',
      { class: 'qvirt-xml-comparison', 'aria-label': words('comparison') },
      element('p', {}, words('comparisonText')),
      element(
        'div',
        { class: 'qvirt-question-buttons' },
        button({ id: 'theirs', label: words('takeTheirs') }, () =>
          answer('theirs')
        ),
        button({ id: 'mine', label: words('writeMine'), kind: 'primary' }, () =>
          answer('mine')
        ),
        button({ id: 'back', label: words('backToText') }, () => answer('back'))
      ),
      element('div', { class: 'qvirt-xml-panes' }, left, right)
    );
    left.append(element('h3', {}, words('baseToTheirs')));
    this.foreign = new EditorView({
      parent: left,
      doc: texts.theirs,
      extensions: [
        looks(words('baseToTheirs'), words),
        looking(),
        unifiedMergeView({
          original: texts.base,
          mergeControls: false,
          collapseUnchanged: COLLAPSED
        })
      ]
    });
    right.append(
      element(
        'div',
        { class: 'qvirt-xml-headings' },
        element('h3', {}, words('theirs')),
        element('h3', {}, words('mine'))
      )
    );
    this.both = new MergeView({
      parent: right,
      a: {
        doc: texts.theirs,
        extensions: [looks(words('theirs'), words), looking()]
      },
      b: {
        doc: texts.mine,
        extensions: [looks(words('mine'), words), typing()]
      },
      revertControls: 'a-to-b',
      renderRevertControl: () => {
        const made = element('button', {
          type: 'button',
          class: 'qvirt-xml-take',
          title: words('takeChunk'),
          'aria-label': words('takeChunk')
        });
        made.textContent = '→';
        return made;
      },
      collapseUnchanged: COLLAPSED
    });
  }

  /** Our text, as it was changed here. */
  get mine(): string {
    return this.both.b.state.doc.toString();
  }

  focus(): void {
    this.both.b.focus();
  }

  destroy(): void {
    this.foreign.destroy();
    this.both.destroy();
    this.node.remove();
  }
}
