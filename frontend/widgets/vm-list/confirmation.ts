/** A question before something that cannot be taken back. */

export interface Question {
  text: string;
  /** What the button that goes on says. */
  proceed: string;
  cancel: string;
  danger: boolean;
}

/** Ask in the middle of the window; Escape is a no. */
export function confirmed(
  host: HTMLElement,
  question: Question
): Promise<boolean> {
  const dialog = document.createElement('dialog');
  dialog.className = 'qvirt-confirmation';
  dialog.dataset.lmSuppressShortcuts = 'true';
  const text = document.createElement('p');
  text.id = `qvirt-question-${crypto.getRandomValues(new Uint32Array(1)).join()}`;
  text.textContent = question.text;
  dialog.setAttribute('aria-labelledby', text.id);
  const buttons = document.createElement('div');
  buttons.className = 'qvirt-confirmation-buttons';
  const no = button(question.cancel, 'jp-mod-reject');
  const yes = button(
    question.proceed,
    question.danger ? 'jp-mod-warn' : 'jp-mod-accept'
  );
  buttons.append(no, yes);
  dialog.append(text, buttons);
  host.append(dialog);
  return new Promise(resolve => {
    no.addEventListener('click', () => dialog.close());
    yes.addEventListener('click', () => dialog.close('yes'));
    dialog.addEventListener('keydown', event => event.stopPropagation());
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
    dialog.showModal();
    // What loses nothing is the answer to a thoughtless Enter.
    (question.danger ? no : yes).focus();
  });
}

function button(label: string, role: string): HTMLButtonElement {
  const node = document.createElement('button');
  node.type = 'button';
  node.className = `jp-mod-styled ${role}`;
  node.textContent = label;
  return node;
}
