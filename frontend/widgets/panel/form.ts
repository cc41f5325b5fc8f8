import { button, element, follow, say, text } from './dom';
import { FormField } from './formField';
import { grouped, hideEmptyGroups } from './formGroups';
import { IField, IFormState, INote } from './formMessages';
import { IModel } from './messages';

let formsMade = 0;

/** A form that stands in the panel: Enter submits it, Escape leaves it. */
export function renderForm(model: IModel, root: HTMLElement): () => void {
  const before = document.activeElement;
  formsMade += 1;
  const title = element('h3', { id: `qvirt-form-${formsMade}` });
  const place = element('div', { class: 'qvirt-form-fields' });
  const note = element('div', {
    class: 'qvirt-form-note',
    'aria-live': 'polite'
  });
  const problem = element('p', { class: 'qvirt-form-error', role: 'alert' });
  const form = element('form', {
    class: 'qvirt-form',
    'aria-labelledby': title.id,
    novalidate: true
  });
  const words = (name: string) => text(model, name);
  const buttons = element('div', { class: 'qvirt-question-buttons' });
  buttons.append(
    button({ id: 'submit', label: words('submit'), kind: 'primary' }, submit)
  );
  if (words('cancel')) {
    buttons.append(button({ id: 'cancel', label: words('cancel') }, cancel));
  }
  form.append(title, place, note, problem, buttons);
  root.append(form);

  let fields = new Map<string, FormField>();
  let signature = '';
  let keepsSecrets = false;
  let attempt = 0;
  let edits = 0;

  function submit(): void {
    const secrets: Record<string, string> = {};
    for (const [name, field] of fields) {
      if (field.isSecret) {
        secrets[name] = field.takeSecret();
      }
    }
    say(model, { type: 'submit', secrets });
  }

  function cancel(): void {
    fields.forEach(field => field.isSecret && field.takeSecret());
    say(model, { type: 'cancel' });
  }

  form.addEventListener('submit', event => {
    event.preventDefault();
    submit();
  });
  form.addEventListener('keydown', event => {
    // What is typed here is not meant for JupyterLab's shortcuts.
    event.stopPropagation();
    const { target } = event;
    if (event.key === 'Escape' && words('cancel')) {
      event.preventDefault();
      cancel();
    } else if (
      event.key === 'Enter' &&
      (target instanceof HTMLInputElement ||
        target instanceof HTMLSelectElement)
    ) {
      event.preventDefault();
      submit();
    }
  });

  function edited(name: string, value: string): number {
    edits += 1;
    say(model, { type: 'edit', name, value, number: edits });
    return edits;
  }

  function build(states: IField[]): void {
    fields = new Map(
      states.map(state => [state.name, new FormField(state, { words, edited })])
    );
    place.replaceChildren(...grouped(states, fields, words('advanced')));
    if (keepsSecrets) {
      keepSecrets();
    }
  }

  /** Send secrets as they are typed, for a form that is left and comes again. */
  function keepSecrets(): void {
    for (const [name, field] of fields) {
      if (field.isSecret) {
        field.node
          .querySelector('input')
          ?.addEventListener('change', ({ target }) => {
            const { value } = target as HTMLInputElement;
            say(model, { type: 'secret', name, value });
          });
      }
    }
  }

  function draw(state: IFormState): void {
    keepsSecrets = state.keepsSecrets;
    const isFirst = signature === '';
    // Others may show the same form: all count on from the same number.
    edits = Math.max(edits, state.answered);
    const wanted = JSON.stringify(
      state.fields.map(field => [field.name, field.kind, field.group])
    );
    if (wanted !== signature) {
      const focused = (document.activeElement as HTMLElement | null)?.dataset
        .field;
      signature = wanted;
      build(state.fields);
      fields.get(focused ?? '')?.focus();
    } else {
      state.fields.forEach(field =>
        fields.get(field.name)?.update(field, false, state.answered)
      );
    }
    hideEmptyGroups(place, state.fields);
    title.textContent = state.title;
    problem.textContent = state.problem;
    problem.hidden = state.problem === '';
    drawNote(note, state.note);
    if (isFirst) {
      form.scrollIntoView({ block: 'nearest' });
      [...form.querySelectorAll<HTMLElement>('select, input, textarea')]
        .find(control => !control.closest('[hidden]'))
        ?.focus({ preventScroll: true });
    }
    if (state.attempt !== attempt) {
      attempt = state.attempt;
      [...fields.values()].find(field => field.isWrong)?.focus();
    }
  }

  const end = follow(model, draw);
  return () => {
    end();
    fields.forEach(field => field.isSecret && field.takeSecret());
    const hadFocus =
      form.contains(document.activeElement) ||
      document.activeElement === document.body;
    if (hadFocus && before instanceof HTMLElement && before.isConnected) {
      before.focus();
    }
  };
}

function drawNote(place: HTMLElement, note: INote | null): void {
  place.hidden = note === null;
  if (note) {
    place.replaceChildren(
      element('span', { class: 'qvirt-form-note-label' }, note.label),
      element('code', {}, note.text || '–'),
      element('p', { class: 'qvirt-form-help' }, note.help)
    );
  }
}
