import { element } from './dom';
import { IField } from './formMessages';

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** Words of the frame around the fields, which the kernel translated. */
export type Words = (name: string) => string;

let fieldsMade = 0;

/** One labelled input with its unit, its help and what is wrong with it. */
export class FormField {
  readonly node: HTMLElement;
  private readonly control: Control;
  private readonly help: HTMLElement;
  private readonly error: HTMLElement;
  private readonly suggestions?: HTMLDataListElement;

  constructor(
    private field: IField,
    words: Words,
    onEdit: (name: string, value: string) => void
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
    this.control.setAttribute('aria-describedby', `${id}-error ${id}-help`);
    this.control.dataset.field = field.name;
    if (!this.isSecret) {
      this.control.addEventListener('input', () =>
        onEdit(field.name, this.typed)
      );
    }
    const label = element('label', { for: id }, field.label);
    const input = element('div', { class: 'qvirt-form-input' }, this.control);
    if (this.isSecret) {
      input.append(revealButton(this.control as HTMLInputElement, words));
    }
    if (field.unit) {
      input.append(element('span', { class: 'qvirt-form-unit' }, field.unit));
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
      this.help
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

  /** A state answers what was typed a moment ago: it must not undo what is typed now. */
  update(field: IField): void {
    this.field = field;
    this.node.hidden = !field.shown;
    this.help.textContent = field.help;
    this.error.textContent = field.error;
    this.control.setAttribute('aria-invalid', String(field.error !== ''));
    if ('placeholder' in this.control) {
      this.control.placeholder = field.placeholder;
    }
    if (this.control instanceof HTMLSelectElement) {
      this.control.replaceChildren(...field.choices.map(option));
      this.control.value = field.value;
    } else if (this.control.type === 'checkbox') {
      (this.control as HTMLInputElement).checked = field.value === 'true';
    } else if (!this.isSecret && document.activeElement !== this.control) {
      this.control.value = field.value;
    }
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
    this.control.focus();
  }
}

function option(choice: { value: string; label: string }): HTMLOptionElement {
  return element('option', { value: choice.value }, choice.label);
}

function makeControl(field: IField, id: string): Control {
  const plain = { name: id, autocomplete: 'off', spellcheck: 'false' };
  switch (field.kind) {
    case 'choice':
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
    { type: 'button', class: 'qvirt-button', 'aria-controls': input.id },
    name()
  );
  made.addEventListener('click', () => {
    input.type = input.type === 'password' ? 'text' : 'password';
    made.textContent = name();
  });
  return made;
}
