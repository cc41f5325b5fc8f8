/** A text of a form as code: it has colours, and its faults stand at their lines. */
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { element } from '../panel/dom';
import { Language, looks, PHRASES, typing } from './codeMirror';
import { mark } from './marks';

export interface ICodeFault {
  /** From 1 on. */
  line: number;
  text: string;
  level: 'error' | 'warning';
}

export interface ICodeText {
  readonly node: HTMLElement;
  readonly hasFocus: boolean;
  /** Take a text that was not typed here. */
  take(text: string): void;
  mark(faults: ICodeFault[]): void;
  focus(): void;
}

export interface ICodeUser {
  language: string;
  label: string;
  words: (name: string) => string;
  typed: (text: string) => void;
}

export function makeCodeText(text: string, user: ICodeUser): ICodeText {
  const node = element('div', { class: 'qvirt-xml qvirt-code' });
  // Keys that are typed here are not meant for JupyterLab's shortcuts.
  node.dataset.lmSuppressShortcuts = 'true';
  const language: Language = user.language === 'yaml' ? 'yaml' : 'xml';
  let isTaking = false;
  const view = new EditorView({
    parent: node,
    state: EditorState.create({
      doc: text,
      extensions: [
        looks(user.label, phrase => phraseOf(phrase, user.words), language),
        typing(),
        EditorView.lineWrapping,
        EditorView.updateListener.of(update => {
          if (update.docChanged && !isTaking) {
            user.typed(update.state.doc.toString());
          }
        })
      ]
    })
  });
  return {
    node,
    get hasFocus() {
      return view.hasFocus;
    },
    take(wanted) {
      if (wanted !== view.state.doc.toString()) {
        isTaking = true;
        view.dispatch({
          changes: { from: 0, to: view.state.doc.length, insert: wanted }
        });
        isTaking = false;
      }
    },
    mark: faults =>
      mark(
        view,
        faults.map(fault => ({ ...fault, title: '', path: '', details: '' }))
      ),
    focus: () => view.focus()
  };
}

/** A form that has no words for CodeMirror's own panels shows them as they are. */
function phraseOf(phrase: string, words: (name: string) => string): string {
  return (PHRASES.includes(phrase) && words(phrase)) || phrase;
}
