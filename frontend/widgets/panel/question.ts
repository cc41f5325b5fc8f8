import { diffText } from '../../viewer/diffText';
import { button, clientId, element, follow, say, text } from './dom';
import { FocusReturn } from './focusReturn';
import { IModel, IQuestion, IQuestionState } from './messages';
import { place } from './questionPlace';

/** Questions of the panel: they stand over it, not over JupyterLab, and Escape says no. */
export function renderQuestion(model: IModel, root: HTMLElement): () => void {
  root.classList.add('qvirt-questions');
  const shown = new Map<string, HTMLElement>();
  let focus = new FocusReturn(root);

  function ask(question: IQuestion): HTMLElement {
    const id = `qvirt-question-${question.id}`;
    const box = element('div', {
      class: 'qvirt-question',
      role: 'alertdialog',
      'aria-labelledby': `${id}-title`,
      'aria-describedby': `${id}-text`,
      'data-question': question.id
    });
    box.append(
      element('h3', { id: `${id}-title` }, question.title),
      element('p', { id: `${id}-text` }, question.text)
    );
    if (question.diff) {
      box.append(diffText(question.diff, text(model, 'diff')));
    }
    const inputs = question.fields.map(field => {
      if (field.check) {
        const check = element('input', { type: 'checkbox', name: field.name });
        check.checked = field.value === 'true';
        check.disabled = field.reason !== '';
        box.append(
          element(
            'label',
            { class: 'qvirt-check' },
            check,
            element('span', {}, field.label),
            element('span', { class: 'qvirt-muted' }, field.reason)
          )
        );
        return check;
      }
      const input = element('input', {
        type: field.secret ? 'password' : 'text',
        autocomplete: 'off',
        spellcheck: 'false',
        name: field.name,
        value: field.value
      });
      box.append(
        element(
          'label',
          { class: 'qvirt-field' },
          element('span', {}, field.label),
          input
        )
      );
      return input;
    });
    const remember = element('input', { type: 'checkbox' });
    if (question.remember) {
      box.append(
        element(
          'label',
          { class: 'qvirt-check' },
          remember,
          element('span', {}, question.remember)
        )
      );
    }
    const answer = (pressed: string) => {
      say(model, {
        type: 'answer',
        id: question.id,
        button: pressed,
        values: Object.fromEntries(
          inputs.map(input => [input.name, answerOf(input)])
        ),
        remember: remember.checked
      });
      for (const input of inputs) {
        input.value = '';
      }
    };
    const buttons = question.buttons.map(spec =>
      button(spec, () => answer(spec.id))
    );
    box.append(element('div', { class: 'qvirt-question-buttons' }, ...buttons));
    box.addEventListener('keydown', event => {
      // No key of an answer is meant for JupyterLab.
      event.stopPropagation();
      if (event.key === 'Escape') {
        event.preventDefault();
        answer('');
      } else if (
        event.key === 'Enter' &&
        event.target instanceof HTMLInputElement
      ) {
        event.preventDefault();
        answer(question.buttons[0]?.id ?? '');
      }
    });
    return box;
  }

  function focusIn(box: HTMLElement): void {
    // A dangerous answer must not be one stray Enter away: then the focus is on "Cancel".
    const first =
      box.querySelector<HTMLElement>('input:not([type=checkbox])') ??
      (box.querySelector('.qvirt-danger')
        ? box.querySelector<HTMLElement>('button.qvirt-plain')
        : box.querySelector<HTMLElement>('button'));
    first?.focus();
    box.scrollIntoView({ block: 'nearest' });
  }

  return follow(model, (state: IQuestionState) => {
    const mine = state.questions.filter(
      question => !question.client || question.client === clientId()
    );
    const wanted = new Set(mine.map(question => question.id));
    for (const [id, box] of shown) {
      if (!wanted.has(id)) {
        const hadFocus = box.contains(document.activeElement);
        box.remove();
        shown.delete(id);
        if (hadFocus) {
          focus.give();
        }
      }
    }
    for (const question of mine) {
      if (!shown.has(question.id)) {
        if (shown.size === 0) {
          focus = new FocusReturn(root);
        }
        const box = ask(question);
        shown.set(question.id, box);
        root.append(box);
        place(root);
        focusIn(box);
      }
    }
    root.setAttribute('aria-label', text(model, 'questions'));
  });
}

function answerOf(input: HTMLInputElement): string {
  if (input.type === 'checkbox') {
    return input.checked ? 'true' : '';
  }
  return input.value;
}
