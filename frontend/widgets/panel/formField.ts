import { CodeArea } from './codeArea';
import { element, option } from './dom';
import { IField } from './formMessages';

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** Words of the frame around the fields, which the kernel translated. */
export type Words = (name: string) => string;

/** What a field tells the form that it stands in. */
export interface IFieldUser {
  words: Words;
  /** Returns the number of the edit, which the state that answers it will carry. */
  edited: (name: string, value: string) => number;
  /** Take the running value back; absent where that is not offered. */
  revert?: (name: string) => void;
  /** Look for a file; absent where that is not offered. */
  browse?: (name: string) => void;
  /** Take away what is wrong; absent where that is not offered. */
  mend?: (name: string, waives: boolean) => void;
}

/** The entry of an open choice that asks for another value; no value of libvirt is like it. */
const OTHER = '\u0000other';

let fieldsMade = 0;

/** One labelled input with its unit, its help and what is wrong with it. */
export class FormField {
  readonly node: HTMLElement;
  private readonly control: Control;
  private readonly help: HTMLElement;
  private readonly error: HTMLElement;
  private readonly running: HTMLElement;
  private readonly reasons: HTMLElement;
  private readonly other?: HTMLInputElement;
  private readonly browse?: HTMLButtonElement;
  private readonly suggestions?: HTMLDataListElement;
  private readonly code?: CodeArea;
  /** The last edit of this field. */
  private edit = 0;

  constructor(
    private field: IField,
    private readonly user: IFieldUser
  ) {
    fieldsMade += 1;
    const id = `qvirt-field-${fieldsMade}`;
    this.control = makeControl(field, id);
    this.control.id = id;
    this.help = element('p', { id: `${id}-help`, class: 'qvirt-form-help' });
    this.error = element('p', {
      id: `${id}-error`,
      class: 'qvirt-form-error',
      'aria-live': 'polite'
    });
    this.running = element('p', {
      id: `${id}-running`,
      class: 'qvirt-form-running'
    });
    this.reasons = element('p', {
      id: `${id}-reasons`,
      class: 'qvirt-form-help'
    });
    this.control.setAttribute(
      'aria-describedby',
      `${id}-error ${id}-running ${id}-help ${id}-reasons`
    );
    this.control.dataset.field = field.name;
    const label = element('label', { for: id }, field.label);
    const input = element('div', { class: 'qvirt-form-input' }, this.control);
    if (field.code && this.control instanceof HTMLTextAreaElement) {
      this.code = new CodeArea(this.control, field, user.words);
    }
    if (field.kind === 'open') {
      this.other = this.makeOther();
      input.append(this.other);
    }
    this.listen();
    if (this.isSecret) {
      input.append(revealButton(this.control as HTMLInputElement, user.words));
    }
    if (field.unit) {
      input.append(element('span', { class: 'qvirt-form-unit' }, field.unit));
    }
    if (field.browse) {
      this.browse = this.makeBrowse(field.browse);
      input.append(this.browse);
    }
    if (field.kind === 'suggest') {
      this.suggestions = element('datalist', { id: `${id}-suggestions` });
      this.control.setAttribute('list', this.suggestions.id);
      input.append(this.suggestions);
    }
    this.node = element(
      'div',
      {
        class: `qvirt-form-field qvirt-form-${field.kind}`,
        'data-name': field.name
      },
      label,
      input,
      this.error,
      this.running,
      this.help,
      this.reasons
    );
    this.update(field);
  }

  get isSecret(): boolean {
    return this.field.kind === 'secret';
  }

  get isWrong(): boolean {
    return this.field.shown && this.field.error !== '';
  }

  get typed(): string {
    return this.control instanceof HTMLInputElement &&
      this.control.type === 'checkbox'
      ? String(this.control.checked)
      : this.control.value;
  }

  /**
   * A state answers what was typed a moment ago: it must not undo what is typed now, unless what
   * was typed is to be forgotten.
   */
  update(field: IField, forget = false, answered = Infinity): void {
    this.field = field;
    const isLate = !forget && answered < this.edit;
    this.node.hidden = !field.shown;
    this.help.textContent = field.fixed || field.help;
    this.drawError(field);
    this.control.setAttribute('aria-invalid', String(field.error !== ''));
    this.drawFixed(field.fixed ?? '');
    this.drawRunning(field);
    if ('placeholder' in this.control) {
      this.control.placeholder = field.placeholder;
    }
    if (this.control instanceof HTMLSelectElement) {
      this.drawChoices(this.control, field, isLate);
    } else if (this.control.type === 'checkbox' && !isLate) {
      (this.control as HTMLInputElement).checked = field.value === 'true';
    } else if (!this.isSecret && !isLate && (forget || !this.hasFocus)) {
      this.control.value = field.value;
    }
    this.code?.draw(field);
    this.suggestions?.replaceChildren(...field.choices.map(option));
  }

  /** Return a secret and forget it. */
  takeSecret(): string {
    const { value } = this.control;
    this.control.value = '';
    return value;
  }

  focus(): void {
    const folded = this.node.closest('details');
    if (folded) {
      folded.open = true;
    }
    (this.code ?? this.control).focus();
  }

  /** Back to the button that looked for a value, or to the field. */
  focusBrowse(): void {
    (this.browse ?? this.control).focus();
  }

  private get hasFocus(): boolean {
    return (
      document.activeElement === this.control || (this.code?.hasFocus ?? false)
    );
  }

  private listen(): void {
    const { control, user } = this;
    if (this.isSecret) {
      if (user.revert) {
        // A page keeps its secrets in the kernel until they are applied.
        control.addEventListener('input', () => this.tell(control.value));
      }
      return;
    }
    control.addEventListener('input', () => {
      if (this.other && this.typed === OTHER) {
        this.other.hidden = false;
        this.other.value = '';
        this.other.focus();
      } else {
        this.tell(this.typed);
      }
    });
  }

  private tell(value: string): void {
    this.edit = this.user.edited(this.field.name, value);
  }

  private makeBrowse(label: string): HTMLButtonElement {
    const { name, noBrowse } = this.field;
    const made = element(
      'button',
      {
        type: 'button',
        class: 'qvirt-panel-button',
        'aria-label': [`${label} ${this.field.label}`, noBrowse]
          .filter(Boolean)
          .join('. '),
        'aria-disabled': noBrowse ? 'true' : undefined,
        title: noBrowse || undefined,
        'data-browse': name
      },
      label
    );
    made.addEventListener('click', () => {
      if (!noBrowse) {
        this.user.browse?.(name);
      }
    });
    return made;
  }

  private makeOther(): HTMLInputElement {
    const made = element('input', {
      type: 'text',
      autocomplete: 'off',
      spellcheck: 'false',
      'aria-label': `${this.field.label}: ${this.user.words('otherValue')}`,
      hidden: true
    });
    made.addEventListener('change', () => {
      made.hidden = true;
      this.tell(made.value || this.field.value);
    });
    return made;
  }

  private drawError(field: IField): void {
    const { mend } = this.user;
    const shown = JSON.stringify([field.error, field.mend, field.waive]);
    if (this.error.dataset.shown === shown) {
      // The button may have the focus.
      return;
    }
    this.error.dataset.shown = shown;
    this.error.textContent = field.error;
    if (field.error && mend) {
      this.error.append(
        ...[field.mend ?? '', field.waive ?? '']
          .map((label, at) => ({ label, waives: at === 1 }))
          .filter(({ label }) => label)
          .flatMap(({ label, waives }) => {
            const made = element(
              'button',
              {
                type: 'button',
                class: 'qvirt-panel-button',
                [waives ? 'data-waive' : 'data-mend']: field.name
              },
              label
            );
            made.addEventListener('click', () => mend(field.name, waives));
            return [' ', made];
          })
      );
    }
  }

  private drawFixed(reason: string): void {
    const { control } = this;
    // Text stays readable and reachable; what is chosen from a list cannot be read-only.
    if (control instanceof HTMLSelectElement || control.type === 'checkbox') {
      control.disabled = reason !== '';
    } else {
      (control as HTMLInputElement).readOnly = reason !== '';
    }
    this.node.classList.toggle('qvirt-mod-fixed', reason !== '');
  }

  private drawRunning(field: IField): void {
    const { revert, words } = this.user;
    this.running.replaceChildren();
    this.running.hidden = !field.running;
    this.node.classList.toggle('qvirt-mod-pending', Boolean(field.running));
    if (field.running) {
      this.running.append(
        element(
          'span',
          {},
          words('untilStop').replace('{value}', field.running)
        )
      );
      if (field.revert && revert) {
        const button = element(
          'button',
          {
            type: 'button',
            class: 'qvirt-panel-button',
            'data-revert': field.name
          },
          words('revert')
        );
        button.addEventListener('click', () => revert(field.name));
        this.running.append(button);
      }
    }
  }

  private drawChoices(
    select: HTMLSelectElement,
    field: IField,
    isLate: boolean
  ): void {
    const chosen = select.value;
    const options = field.choices.map(option);
    if (this.other) {
      options.push(
        element('option', { value: OTHER }, this.user.words('other'))
      );
    }
    const isTyping = this.other && document.activeElement === this.other;
    select.replaceChildren(...options);
    select.value = isTyping ? OTHER : isLate ? chosen : field.value;
    if (this.other && !isTyping) {
      this.other.hidden = true;
    }
    // A disabled entry of a list says nothing by itself: what they have in common is said below.
    const reasons = new Map<string, string[]>();
    for (const choice of field.choices) {
      if (choice.reason && !field.fixed) {
        const like = reasons.get(choice.reason) ?? [];
        reasons.set(choice.reason, [...like, choice.label]);
      }
    }
    this.reasons.textContent = [...reasons]
      .map(([reason, labels]) => `${labels.join(', ')}: ${reason}`)
      .join(' ');
  }
}

function makeControl(field: IField, id: string): Control {
  const plain = { name: id, autocomplete: 'off', spellcheck: 'false' };
  switch (field.kind) {
    case 'choice':
    case 'open':
      return element('select', { name: id });
    case 'multiline':
      return element('textarea', { name: id, rows: '3' });
    case 'check':
      return element('input', { ...plain, type: 'checkbox' });
    case 'secret':
      return element('input', {
        ...plain,
        type: 'password',
        autocomplete: 'new-password'
      });
    case 'number':
      return element('input', { ...plain, type: 'text', inputmode: 'numeric' });
    default:
      return element('input', { ...plain, type: 'text' });
  }
}

function revealButton(input: HTMLInputElement, words: Words): HTMLElement {
  const name = () =>
    words(input.type === 'password' ? 'showPassword' : 'hidePassword');
  const made = element(
    'button',
    {
      type: 'button',
      class: 'qvirt-panel-button qvirt-plain',
      'aria-controls': input.id
    },
    name()
  );
  made.addEventListener('click', () => {
    input.type = input.type === 'password' ? 'text' : 'password';
    made.textContent = name();
  });
  return made;
}
