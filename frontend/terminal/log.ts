/** Where everything is written to as well: the box that starts it, and shows where. */
import { words } from '../viewer/strings';
import { textButton } from '../viewer/textButton';
import { openBox, type Box } from './box';
import type { LineState } from './messages';

export class Log {
  /** What the kernel would call the file. */
  offer = '';
  private box: Box | null = null;
  private path = '';
  private error = '';

  constructor(
    private readonly button: HTMLButtonElement,
    /** Have it written to this file, or to none. */
    private readonly write: (path: string) => void
  ) {
    button.setAttribute('aria-haspopup', 'dialog');
    button.setAttribute('aria-expanded', 'false');
    button.addEventListener('click', () => {
      if (this.box) {
        this.box.close();
      } else {
        this.open();
      }
    });
  }

  /** The kernel said what it writes to. */
  follow({ log, log_error: error }: LineState): void {
    if (log === this.path && error === this.error) {
      return;
    }
    this.path = log;
    this.error = error;
    const label = log ? words('log_on', { path: log }) : words('log');
    this.button.classList.toggle('on', log !== '');
    this.button.title = label;
    this.button.setAttribute('aria-label', label);
    if (this.box) {
      this.box.close();
      this.open();
    }
  }

  private open(): void {
    const label = document.createElement('label');
    const input = document.createElement('input');
    input.spellcheck = false;
    input.value = this.path || this.offer;
    input.readOnly = this.path !== '';
    label.append(words(this.path ? 'log_writes' : 'log_file'), input);
    const note = document.createElement('p');
    note.textContent = this.error || words('log_note');
    note.classList.toggle('wrong', this.error !== '');
    const buttons = document.createElement('div');
    buttons.className = 'buttons';
    const act = textButton(words(this.path ? 'log_stop' : 'log_start'), () => {
      const path = this.path ? '' : input.value.trim();
      if (this.path || path) {
        this.box?.close();
        this.write(path);
      }
    });
    act.className = 'main';
    buttons.append(act);
    this.box = openBox(
      this.button,
      words('log'),
      [label, note, buttons],
      () => {
        this.box = null;
        this.button.focus();
      }
    );
    this.box.element.addEventListener('submit', () => act.click());
  }
}
