import { button, element } from './dom';
import { Words } from './formField';
import { ISystem, ISystems, WizardSaid } from './wizardMessages';

/** Milliseconds that a search waits for the next letter. */
const PAUSE = 120;

let searchesMade = 0;

/**
 * An operating system, searched while it is typed: a combo box whose list stays open while the
 * input has the focus (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/).
 */
export class SystemSearch {
  readonly node: HTMLElement;
  readonly input: HTMLInputElement;
  private readonly label: HTMLLabelElement;
  private readonly chosen = element('strong');
  private readonly list: HTMLElement;
  private readonly more = element('p', { class: 'qvirt-form-help' });
  private readonly note: HTMLElement;
  private readonly error: HTMLElement;
  private readonly old: HTMLInputElement;
  private readonly detect: HTMLElement;
  private readonly id: string;
  private state: ISystems | null = null;
  private active = -1;
  private timer = 0;
  private isOpen = false;

  constructor(
    private readonly words: Words,
    private readonly say: (said: WizardSaid) => void
  ) {
    searchesMade += 1;
    this.id = `qvirt-systems-${searchesMade}`;
    this.label = element('label', { for: this.id });
    this.input = element('input', {
      id: this.id,
      type: 'text',
      role: 'combobox',
      autocomplete: 'off',
      spellcheck: 'false',
      placeholder: words('searchSystem'),
      'aria-autocomplete': 'list',
      'aria-expanded': 'false',
      'aria-controls': `${this.id}-list`,
      'aria-describedby': `${this.id}-error ${this.id}-note`
    });
    this.list = element('ul', {
      id: `${this.id}-list`,
      class: 'qvirt-systems-list',
      role: 'listbox',
      'aria-label': words('systems'),
      hidden: true
    });
    this.note = element('p', {
      id: `${this.id}-note`,
      class: 'qvirt-form-help',
      role: 'status'
    });
    this.error = element('p', {
      id: `${this.id}-error`,
      class: 'qvirt-form-error',
      'aria-live': 'polite'
    });
    this.old = element('input', { type: 'checkbox', id: `${this.id}-old` });
    this.old.addEventListener('change', () =>
      this.say({ type: 'system', wish: 'old', text: String(this.old.checked) })
    );
    this.detect = button({ id: 'detect', label: words('detectSystem') }, () =>
      this.say({ type: 'system', wish: 'detect', text: '' })
    );
    this.node = element(
      'div',
      { class: 'qvirt-form-field qvirt-systems' },
      this.label,
      element('div', { class: 'qvirt-systems-chosen' }, this.chosen),
      element('p', { class: 'qvirt-systems-search' }, this.input, this.list),
      this.error,
      this.note,
      this.more,
      element(
        'p',
        { class: 'qvirt-systems-options' },
        element('label', {}, this.old, words('showOld')),
        this.detect
      )
    );
    this.listen();
  }

  draw(state: ISystems | null): void {
    const before = this.state;
    this.state = state;
    this.node.hidden = state === null;
    if (!state) {
      return;
    }
    this.label.textContent = state.label;
    this.chosen.textContent = this.words('chosenSystem').replace(
      '{name}',
      state.chosen || this.words('noSystem')
    );
    this.chosen.classList.toggle('qvirt-muted', state.chosen === '');
    this.note.textContent = state.note;
    this.note.classList.toggle('qvirt-mod-busy', state.busy);
    this.error.textContent = state.error;
    this.input.setAttribute('aria-invalid', String(state.error !== ''));
    this.old.checked = state.old;
    this.detect.hidden = state.automatic;
    this.more.textContent = state.more;
    this.more.hidden = !this.isOpen || state.more === '';
    if (
      JSON.stringify(before?.options) !== JSON.stringify(state.options) ||
      this.list.childElementCount === 0
    ) {
      this.list.replaceChildren(
        ...state.options.map((system, at) => this.option(system, at))
      );
      this.mark(this.input.value === '' ? -1 : 0);
    }
    if (before && before.chosen !== state.chosen) {
      this.input.value = '';
      this.open(false);
    }
  }

  get isWrong(): boolean {
    return this.state !== null && this.state.error !== '';
  }

  private option(system: ISystem, at: number): HTMLElement {
    const made = element(
      'li',
      {
        id: `${this.id}-${at}`,
        role: 'option',
        'aria-selected': 'false',
        'data-system': system.id
      },
      element('span', {}, system.label)
    );
    if (system.note) {
      made.append(element('span', { class: 'qvirt-muted' }, system.note));
    }
    // Before the input loses the focus, which would close the list.
    made.addEventListener('mousedown', event => {
      event.preventDefault();
      this.choose(at);
    });
    return made;
  }

  private listen(): void {
    const { input } = this;
    input.addEventListener('input', () => {
      this.open(true);
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(
        () => this.say({ type: 'system', wish: 'search', text: input.value }),
        PAUSE
      );
    });
    input.addEventListener('mousedown', () => this.open(true));
    input.addEventListener('blur', () => this.open(false));
    input.addEventListener('keydown', event => this.key(event));
  }

  private key(event: KeyboardEvent): void {
    const last = (this.state?.options.length ?? 0) - 1;
    const to = {
      ArrowDown: Math.min(this.active + 1, last),
      ArrowUp: Math.max(this.active - 1, 0),
      PageDown: Math.min(this.active + 8, last),
      PageUp: Math.max(this.active - 8, 0)
    }[event.key];
    if (to !== undefined) {
      this.open(true);
      this.mark(to);
    } else if (event.key === 'Enter' && this.isOpen && this.active >= 0) {
      this.choose(this.active);
    } else if (event.key === 'Escape' && this.isOpen) {
      this.open(false);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private choose(at: number): void {
    const system = this.state?.options[at];
    if (system) {
      window.clearTimeout(this.timer);
      this.input.value = '';
      this.open(false);
      this.say({ type: 'system', wish: 'choose', text: system.id });
    }
  }

  private mark(at: number): void {
    this.active = at;
    [...this.list.children].forEach((option, number) => {
      option.setAttribute('aria-selected', String(number === at));
      if (number === at) {
        option.scrollIntoView({ block: 'nearest' });
      }
    });
    if (at >= 0 && this.isOpen) {
      this.input.setAttribute('aria-activedescendant', `${this.id}-${at}`);
    } else {
      this.input.removeAttribute('aria-activedescendant');
    }
  }

  private open(wanted: boolean): void {
    this.isOpen = wanted;
    this.list.hidden = !wanted;
    this.more.hidden = !wanted || !this.state?.more;
    this.input.setAttribute('aria-expanded', String(wanted));
    if (!wanted) {
      this.mark(-1);
    }
  }
}
