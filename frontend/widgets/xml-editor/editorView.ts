/** The text that is edited: CodeMirror, and what the kernel has of it. */
import { diff } from '@codemirror/merge';
import { Annotation, Compartment, EditorState, Prec } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import { looks, typing } from './codeMirror';
import { IXmlText } from './messages';

/** Milliseconds without a key after which the kernel gets what was typed. */
const PAUSE = 300;
const remote = Annotation.define<boolean>();

export interface IEditorEvents {
  /** The person typed; the kernel has not got it yet. */
  typed(): void;
  /** Typing paused. */
  paused(text: string, revision: number): void;
  apply(): void;
}

export class XmlEditorView {
  readonly view: EditorView;
  private readonly access = new Compartment();
  private document = '';
  private pause: number | undefined;

  constructor(
    parent: HTMLElement,
    private readonly words: (name: string) => string,
    private readonly events: IEditorEvents
  ) {
    this.view = new EditorView({ parent, state: this.fresh('', '') });
  }

  /** Which stored definition the text was made of. */
  revision = 0;

  get text(): string {
    return this.view.state.doc.toString();
  }

  /** Whether something was typed that the kernel has not got. */
  get isAhead(): boolean {
    return this.pause !== undefined;
  }

  /** Take the kernel's text; what is the same keeps its cursor, marks and history. */
  take(message: IXmlText): void {
    if (message.document !== this.document) {
      this.stopPause();
      this.document = message.document;
      this.revision = message.revision;
      const isReadOnly = this.view.state.readOnly;
      this.view.setState(this.fresh(message.text, message.label));
      this.allow(!isReadOnly);
      return;
    }
    if (this.isAhead) {
      // What is typed now is the newer one; the kernel hears what it was made of.
      return;
    }
    this.revision = message.revision;
    const before = this.text;
    const changes = diff(before, message.text).map(change => ({
      from: change.fromA,
      to: change.toA,
      insert: message.text.slice(change.fromB, change.toB)
    }));
    if (changes.length > 0) {
      this.view.dispatch({ changes, annotations: remote.of(true) });
    }
  }

  allow(isAllowed: boolean): void {
    if (this.view.state.readOnly === isAllowed) {
      this.view.dispatch({
        effects: this.access.reconfigure(EditorState.readOnly.of(!isAllowed))
      });
    }
  }

  /** Give the kernel what was typed, now. */
  hand(): void {
    if (this.isAhead) {
      this.stopPause();
      this.events.paused(this.text, this.revision);
    }
  }

  /** Forget the pause: the text goes with another message. */
  stopPause(): void {
    window.clearTimeout(this.pause);
    this.pause = undefined;
  }

  destroy(): void {
    this.stopPause();
    this.view.destroy();
  }

  private fresh(text: string, label: string): EditorState {
    const apply = () => {
      this.events.apply();
      return true;
    };
    const state = EditorState.create({
      doc: text,
      extensions: [
        Prec.highest(
          keymap.of([
            { key: 'Mod-s', run: apply },
            { key: 'Mod-Enter', run: apply }
          ])
        ),
        looks(label, this.words),
        typing(),
        this.access.of(EditorState.readOnly.of(false)),
        // Who goes elsewhere may mean to leave: that waits for no pause.
        EditorView.domEventHandlers({ blur: () => this.hand() }),
        EditorView.updateListener.of(update => {
          if (
            update.docChanged &&
            !update.transactions.every(each => each.annotation(remote))
          ) {
            this.onTyped();
          }
        })
      ]
    });
    // virt-manager's users find the cursor below the root element.
    const at = state.doc.line(Math.min(2, state.doc.lines)).from;
    return state.update({ selection: { anchor: at } }).state;
  }

  private onTyped(): void {
    if (!this.isAhead) {
      // The first key is told at once: a click on another tab comes before the blur that it makes.
      this.events.paused(this.text, this.revision);
    }
    window.clearTimeout(this.pause);
    this.pause = window.setTimeout(() => this.hand(), PAUSE);
    this.events.typed();
  }
}
