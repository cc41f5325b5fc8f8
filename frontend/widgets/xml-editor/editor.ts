/** The XML of a document or a device: what it is, its text, what is wrong with it. */
import { openSearchPanel } from '@codemirror/search';
import { button, element, follow, redraw, text } from '../panel/dom';
import { IButton, IModel } from '../panel/messages';
import { Comparison } from './comparison';
import { XmlEditorView } from './editorView';
import { goTo, listed, mark } from './marks';
import {
  IXmlConflict,
  IXmlEditorState,
  IXmlText,
  VERSION,
  XmlSaid
} from './messages';
import { tell } from './tell';

let editorsMade = 0;

export function renderEditor(model: IModel, root: HTMLElement): () => void {
  return new Editor(model, root).start();
}

class Editor {
  private readonly bar = element('div', { class: 'qvirt-xml-bar' });
  private readonly status = element('div', {
    class: 'qvirt-xml-status',
    role: 'status'
  });
  private readonly notes = element('div', { class: 'qvirt-xml-notes' });
  private readonly host = element('div', { class: 'qvirt-xml-host' });
  private readonly place = element('div');
  private readonly faults = element('ul', { class: 'qvirt-xml-faults' });
  private readonly hint = element('p', { class: 'qvirt-xml-hint' });
  private readonly editor: XmlEditorView;
  private readonly name = `xml-${Date.now()}-${(editorsMade += 1)}`;
  private comparison: Comparison | null = null;
  private conflict: IXmlConflict | null = null;
  private state: IXmlEditorState | null = null;
  private question = '';

  constructor(
    private readonly model: IModel,
    private readonly root: HTMLElement
  ) {
    root.classList.add('qvirt-xml');
    // Keys that are typed here are not meant for JupyterLab's shortcuts.
    root.dataset.lmSuppressShortcuts = 'true';
    root.addEventListener('keydown', event => event.stopPropagation());
    this.faults.setAttribute('aria-label', this.words('faults'));
    this.hint.textContent = this.words('hint');
    root.append(
      this.bar,
      this.notes,
      this.host,
      this.place,
      this.faults,
      this.hint
    );
    this.editor = new XmlEditorView(this.host, this.words, {
      typed: () => this.drawBar(),
      paused: (typed, revision) =>
        this.say({ type: 'edit', text: typed, revision, view: this.name }),
      apply: () => this.apply()
    });
  }

  start(): () => void {
    const onText = (message: IXmlText | IXmlConflict) => {
      if (message.version !== VERSION) {
        return;
      }
      if (message.type === 'text') {
        this.onText(message as IXmlText);
      } else if (message.type === 'conflict') {
        this.conflict = message as IXmlConflict;
        this.endComparison();
      }
    };
    this.model.on('msg:custom', onText);
    const stop = follow(this.model, (state: IXmlEditorState) =>
      this.draw(state)
    );
    return () => {
      stop();
      this.model.off('msg:custom', onText);
      this.endComparison();
      this.editor.destroy();
    };
  }

  private readonly words = (name: string) => text(this.model, name);

  private say(said: XmlSaid): void {
    tell(this.model, said);
  }

  private onText(message: IXmlText): void {
    if (message.by === this.name && !this.editor.isAhead) {
      this.editor.revision = message.revision;
    } else if (message.by !== this.name) {
      this.editor.take(message);
    }
  }

  private apply(): void {
    if (this.comparison || !this.canApply) {
      return;
    }
    this.editor.stopPause();
    this.say({
      type: 'apply',
      text: this.editor.text,
      revision: this.editor.revision,
      view: this.name
    });
  }

  private get isDirty(): boolean {
    return this.editor.isAhead || (this.state?.dirty ?? false);
  }

  private get canApply(): boolean {
    return this.isDirty && this.state?.phase === 'ready' && !this.state.refused;
  }

  private draw(state: IXmlEditorState): void {
    this.state = state;
    this.editor.allow(!state.refused && state.phase !== 'saving');
    this.root.setAttribute('aria-busy', String(state.phase !== 'ready'));
    if (!state.comparing) {
      this.endComparison();
    } else if (!this.comparison && this.conflict) {
      this.compare(this.conflict);
    }
    this.drawBar();
    this.drawNotes();
    this.status.textContent = state.outcome;
    mark(this.editor.view, state.faults);
    redraw(
      this.faults,
      listed(state.faults, this.words, line => goTo(this.editor.view, line))
    );
    this.faults.hidden = state.faults.length === 0;
  }

  private drawBar(): void {
    const { state } = this;
    if (!state) {
      return;
    }
    const isDirty = this.isDirty;
    this.root.dataset.dirty = String(isDirty);
    this.root.dataset.asks = String(state.asks);
    const clean = isDirty ? '' : this.words('nothingChanged');
    const busy = state.phase === 'saving' ? this.words('saving') : '';
    const spec = (id: string, more: Partial<IButton> = {}): IButton => ({
      id,
      label: this.words(id),
      ...more
    });
    const made: HTMLElement[] = [];
    if (state.choices.length > 1) {
      made.push(this.chooser(state));
    }
    const reason = state.refused || busy || clean;
    made.push(
      button(spec('apply', { kind: 'primary', reason }), () => this.apply()),
      button(spec('revert', { reason: busy || clean }), () => {
        this.editor.stopPause();
        this.say({ type: 'revert' });
      }),
      button(spec('find'), () => openSearchPanel(this.editor.view))
    );
    if (state.secrets) {
      const reveal = button(spec('reveal'), () =>
        this.say({ type: 'reveal', on: !state.revealed })
      );
      reveal.setAttribute('aria-pressed', String(state.revealed));
      made.push(reveal);
    }
    if (this.status.parentElement !== this.bar) {
      this.bar.append(element('div', { class: 'qvirt-xml-buttons' }));
      this.bar.append(this.status);
    }
    redraw(this.bar.firstElementChild as HTMLElement, made);
    this.bar.hidden = this.comparison !== null;
  }

  private chooser(state: IXmlEditorState): HTMLElement {
    const select = element('select', {
      'aria-label': this.words('choice'),
      'data-focus': 'choice'
    });
    for (const choice of state.choices) {
      select.append(
        element(
          'option',
          { value: choice.id, selected: choice.id === state.chosen },
          choice.label
        )
      );
    }
    select.addEventListener('change', () => {
      const id = select.value;
      // The kernel may ask first, and then choose.
      select.value = state.chosen;
      this.editor.hand();
      this.say({ type: 'choose', id });
    });
    return select;
  }

  private drawNotes(): void {
    const { state } = this;
    if (!state) {
      return;
    }
    const notes: HTMLElement[] = [];
    if (state.question) {
      const asked = element(
        'div',
        {
          class: 'qvirt-question qvirt-xml-question',
          role: 'alertdialog',
          'aria-label': state.question
        },
        element('p', {}, state.question),
        element(
          'div',
          { class: 'qvirt-question-buttons' },
          ...state.answers.map(answer =>
            button(answer, () => this.answer(answer.id))
          )
        )
      );
      asked.addEventListener('keydown', event => {
        if (event.key === 'Escape') {
          event.preventDefault();
          this.answer('stay');
        }
      });
      notes.push(asked);
    }
    if (state.refused) {
      notes.push(
        element('p', { class: 'qvirt-xml-note', role: 'note' }, state.refused)
      );
    }
    if (state.foreign && !state.comparing) {
      notes.push(
        element(
          'div',
          { class: 'qvirt-xml-note qvirt-xml-foreign', role: 'note' },
          element('span', {}, this.words('foreign')),
          button({ id: 'compare', label: this.words('compare') }, () => {
            this.editor.hand();
            this.say({ type: 'compare' });
          })
        )
      );
    }
    redraw(this.notes, notes);
    if (state.question && !this.question) {
      this.notes.querySelector<HTMLElement>('.qvirt-question button')?.focus();
    } else if (!state.question && this.question && !state.comparing) {
      this.editor.view.focus();
    }
    this.question = state.question;
  }

  private answer(id: string): void {
    this.say({ type: 'answer', button: id });
  }

  private compare(texts: IXmlConflict): void {
    this.comparison = new Comparison(texts, this.words, (how, mine) =>
      this.say({ type: 'resolve', how, text: mine })
    );
    this.place.append(this.comparison.node);
    this.host.hidden = true;
    this.hint.hidden = true;
    this.comparison.focus();
  }

  private endComparison(): void {
    if (this.comparison) {
      this.comparison.destroy();
      this.comparison = null;
      this.host.hidden = false;
      this.hint.hidden = false;
    }
  }
}
