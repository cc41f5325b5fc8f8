/**
 * What is pasted: one line at once, several after a question.
 *
 * A shell runs each line as it comes. Where its program tells pasted text from typed text, it is
 * asked nothing: nothing runs there before somebody presses Enter.
 *
 * The text may be another page's. Of control characters only tabs and ends of lines are pasted: an
 * Escape could end the pasted text and begin to type, and Ctrl+O runs a line as Enter does.
 */
import { words } from '../viewer/strings';
import { textButton } from '../viewer/textButton';
import { openBox, type Box } from './box';
import type { Text } from './text';

// eslint-disable-next-line no-control-regex -- these are control characters
const CONTROLS = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;

export class Paste {
  private box: Box | null = null;

  constructor(
    private readonly button: HTMLButtonElement,
    private readonly text: Text,
    private readonly say: (message: string) => void
  ) {
    button.setAttribute('aria-haspopup', 'dialog');
    button.setAttribute('aria-expanded', 'false');
    button.addEventListener('click', () => {
      if (this.box) {
        this.box.close();
      } else {
        void this.fromClipboard();
      }
    });
  }

  /** Take a text that somebody wants pasted. */
  take(text: string): void {
    if (!text) {
      return;
    }
    const lines = text.split(/\r\n?|\n/);
    // An end of line runs what is before it; what is behind the last one may be nothing.
    const count = lines.at(-1) ? lines.length : lines.length - 1;
    if (lines.length > 1 && !this.text.bracketed) {
      this.ask(text, words('paste_lines', { lines: count }));
    } else {
      this.paste(text);
    }
  }

  private async fromClipboard(): Promise<void> {
    try {
      const text = await navigator.clipboard.readText();
      if (!text) {
        this.say(words('paste_nothing'));
      }
      this.take(text);
    } catch {
      // The browser keeps its clipboard from us, or this page is not of https: by hand, then.
      this.ask('', words('paste_by_hand'));
    }
  }

  private paste(pasted: string): void {
    const text = pasted.replace(CONTROLS, '');
    this.text.focus();
    this.text.paste(text);
    this.say(words('pasted', { characters: Array.from(text).length }));
  }

  private ask(text: string, question: string): void {
    this.box?.close();
    const label = document.createElement('label');
    const area = document.createElement('textarea');
    area.rows = 6;
    area.spellcheck = false;
    area.value = text;
    label.append(question, area);
    const buttons = document.createElement('div');
    buttons.className = 'buttons';
    const paste = textButton(words('paste'), () => {
      const { value } = area;
      this.box?.close();
      if (value) {
        this.paste(value);
      }
    });
    paste.className = 'main';
    buttons.append(
      textButton(words('cancel'), () => this.box?.close()),
      paste
    );
    this.box = openBox(this.button, words('paste'), [label, buttons], () => {
      this.box = null;
      this.text.focus();
    });
  }
}
