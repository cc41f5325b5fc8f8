/** The dialog of a change of the display: what it takes is shown before it is done. */
import { diffText } from '../viewer/diffText';
import { textButton } from '../viewer/textButton';
import { words } from '../viewer/strings';
import type { PlannedMessage } from './messages';

/** Show what would be done, and call `apply` where that is wanted. */
export function showPlanned(
  { title: heading, yes: label, notes, diff }: PlannedMessage,
  apply: () => void
): void {
  const dialog = document.createElement('dialog');
  dialog.className = 'sheet';
  const title = document.createElement('h1');
  title.id = 'planned-title';
  title.textContent = heading;
  dialog.setAttribute('aria-labelledby', title.id);
  const list = document.createElement('ul');
  for (const note of notes) {
    const item = document.createElement('li');
    item.textContent = note;
    list.append(item);
  }
  const changes = document.createElement('h2');
  changes.textContent = words('planned_diff');
  const code = diffText(diff, words('planned_diff'));
  const buttons = document.createElement('div');
  buttons.className = 'buttons';
  const yes = textButton(label, () => {
    dialog.close();
    apply();
  });
  yes.className = 'main';
  buttons.append(
    textButton(words('cancel'), () => dialog.close()),
    yes
  );
  dialog.append(title, list, changes, code, buttons);
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  yes.focus();
}
