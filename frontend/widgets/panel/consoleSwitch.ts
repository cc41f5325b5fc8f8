import { element, follow, redraw, say, text } from './dom';
import { IConsoleChoice, IConsoleSwitchState, IModel } from './messages';
import { moveInRadioGroup } from './radioGroup';

/** Which console is in front: radio buttons in a row; what cannot be opened says why. */
export function renderConsoleSwitch(
  model: IModel,
  root: HTMLElement
): () => void {
  const group = element('div', {
    class: 'qvirt-console-switch',
    role: 'radiogroup',
    'aria-label': text(model, 'label')
  });
  const choose = (id: string) => say(model, { type: 'choose', id });
  group.addEventListener('keydown', event => {
    const chosen = moveInRadioGroup(event, group);
    if (chosen) {
      choose(chosen.dataset.choice ?? '');
    }
  });
  root.append(group);

  const radio = (choice: IConsoleChoice, isStop: boolean) => {
    const made = element(
      'div',
      {
        class: `qvirt-console-choice qvirt-kind-${choice.kind}`,
        role: 'radio',
        'aria-checked': String(choice.chosen),
        'aria-disabled': choice.reason ? 'true' : undefined,
        tabindex: isStop ? '0' : '-1',
        title: choice.reason || undefined,
        'data-choice': choice.id,
        'data-focus': `choice ${choice.id}`
      },
      choice.label
    );
    if (choice.reason) {
      // For those who do not hover.
      made.append(
        element('span', { class: 'qvirt-hidden' }, `. ${choice.reason}`)
      );
    }
    made.addEventListener('click', () => {
      made.focus();
      if (!choice.reason) {
        choose(choice.id);
      }
    });
    return made;
  };
  return follow(model, ({ choices }: IConsoleSwitchState) => {
    const stop = Math.max(
      choices.findIndex(choice => choice.chosen),
      0
    );
    redraw(
      group,
      choices.map((choice, index) => radio(choice, index === stop))
    );
  });
}
