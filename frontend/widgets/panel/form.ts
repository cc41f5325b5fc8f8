import { button, element, follow, redraw, say, text } from './dom';
import { FocusReturn } from './focusReturn';
import { FolderBrowser } from './folderBrowser';
import { FormField } from './formField';
import { grouped, hideEmptyGroups } from './formGroups';
import { FormPreview } from './formPreview';
import { IField, IFormState, INote } from './formMessages';
import { IButton, IModel } from './messages';

let formsMade = 0;

/** A form that stands in the panel: Enter submits it, Escape leaves it. */
export function renderForm(model: IModel, root: HTMLElement): () => void {
  const focus = new FocusReturn(root);
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
  const own = element('span', { class: 'qvirt-form-buttons' });
  const kind = words('danger') ? 'danger' : 'primary';
  const go = button({ id: 'submit', label: words('submit'), kind }, submit);
  const last = element('span', { class: 'qvirt-form-buttons' });
  const buttons = element(
    'div',
    { class: 'qvirt-question-buttons' },
    own,
    go,
    last
  );
  if (words('cancel')) {
    buttons.append(button({ id: 'cancel', label: words('cancel') }, cancel));
  }
  const preview = new FormPreview(words);
  const busy = element('p', { class: 'qvirt-form-busy', role: 'status' });
  form.append(title, place, note, preview.node, problem, busy, buttons);
  root.append(form);

  const folders = new FolderBrowser(
    words,
    said => say(model, said),
    field => fields.get(field)?.focusBrowse()
  );

  let fields = new Map<string, FormField>();
  let signature = '';
  let keepsSecrets = false;
  let attempt = 0;
  let edits = 0;

  function submit(): void {
    if (busy.textContent) {
      return;
    }
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
      event.key === 'ArrowLeft' &&
      event.altKey &&
      own.querySelector('[data-button=back]')
    ) {
      event.preventDefault();
      say(model, { type: 'press', id: 'back' });
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

  function browse(name: string): void {
    say(model, { type: 'folders', wish: 'look', path: name });
  }

  function build(states: IField[]): void {
    fields = new Map(
      states.map(state => [
        state.name,
        new FormField(state, { words, edited, browse })
      ])
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

  function drawButtons(into: HTMLElement, specs: IButton[] = []): void {
    redraw(
      into,
      specs.map(spec =>
        button(spec, () => say(model, { type: 'press', id: spec.id }))
      )
    );
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
    const searched = state.folders ?? null;
    folders.draw(searched, fields.get(searched?.field ?? '')?.node);
    title.textContent = state.title;
    problem.textContent = state.problem;
    problem.hidden = state.problem === '';
    drawNote(note, state.note);
    preview.draw(state.preview ?? '', state.code ?? '');
    busy.textContent = state.busy ?? '';
    if (state.busy) {
      go.setAttribute('aria-disabled', 'true');
    } else {
      go.removeAttribute('aria-disabled');
    }
    drawButtons(own, state.buttons);
    drawButtons(last, state.lastButtons);
    // A page of a wizard has its buttons where all pages have them.
    buttons.className = state.lastButtons
      ? 'qvirt-page-buttons'
      : 'qvirt-question-buttons';
    if (isFirst && !state.rests) {
      if (!beginsOnScreen(form)) {
        form.scrollIntoView({ block: 'nearest' });
      }
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
    focus.give();
  };
}

/** Whether it is longer than the screen and begins well on it: what stands above stays in sight. */
function beginsOnScreen(form: HTMLElement): boolean {
  const { top, height } = form.getBoundingClientRect();
  const screen = window.innerHeight;
  return height > screen && top >= 0 && top < screen / 2;
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
