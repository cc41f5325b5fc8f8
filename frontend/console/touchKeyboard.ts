/**
 * Keys for those who have a screen to touch and no keyboard: a button that calls up the one of the
 * device, whose text goes to the guest as the keys of its layout.
 *
 * Such a keyboard writes into an input; there is one out of sight, which is emptied at once.
 */
import { words } from '../viewer/strings';
import { keyAt, written, type KeyboardLayout } from './layout';
import type { Screen } from './screen';

/** What editing does that is no text. */
const EDITS: Record<string, string> = {
  deleteContentBackward: 'Backspace',
  deleteWordBackward: 'Backspace',
  deleteContentForward: 'Delete',
  insertLineBreak: 'Enter',
  insertParagraph: 'Enter'
};

/** Whether somebody may touch this screen. */
export function canBeTouched(): boolean {
  return navigator.maxTouchPoints > 0;
}

export class TouchKeyboard {
  private readonly input = document.createElement('textarea');
  /** What is typed goes out in its order. */
  private typing: Promise<unknown> = Promise.resolve();

  constructor(
    button: HTMLButtonElement,
    private readonly screen: Screen,
    private readonly layout: () => Promise<KeyboardLayout>,
    private readonly say: (message: string) => void
  ) {
    const { input } = this;
    input.className = 'only-heard';
    input.setAttribute('aria-label', words('touch_keyboard_text'));
    input.autocapitalize = 'off';
    input.autocomplete = 'off';
    input.spellcheck = false;
    input.tabIndex = -1;
    input.rows = 1;
    button.after(input);
    button.setAttribute('aria-pressed', 'false');
    // The press would take the focus from the input before the click can see that it had it.
    button.addEventListener('pointerdown', event => event.preventDefault());
    button.addEventListener('click', () => {
      if (document.activeElement === input) {
        input.blur();
      } else {
        input.focus();
      }
    });
    input.addEventListener('focus', () =>
      button.setAttribute('aria-pressed', 'true')
    );
    input.addEventListener('blur', () =>
      button.setAttribute('aria-pressed', 'false')
    );
    input.addEventListener('beforeinput', event => {
      const code = EDITS[event.inputType];
      if (code) {
        event.preventDefault();
        this.screen.send([keyAt(code)]);
      }
    });
    input.addEventListener('input', event => {
      // A word that is being composed comes as a whole at its end.
      if (!(event as InputEvent).isComposing) {
        this.take();
      }
    });
    input.addEventListener('compositionend', () => this.take());
  }

  private take(): void {
    const text = this.input.value;
    this.input.value = '';
    if (text) {
      this.typing = this.typing.then(() => this.type(text));
    }
  }

  private async type(text: string): Promise<void> {
    try {
      const layout = await this.layout();
      const { characters, missing } = written(layout, text);
      await this.screen.type(
        characters,
        new AbortController().signal,
        () => undefined
      );
      if (missing.length > 0) {
        this.say(
          words('touch_missing', {
            layout: layout.label,
            characters: missing.join(' ')
          })
        );
      }
    } catch (error) {
      this.say(error instanceof Error ? error.message : String(error));
    }
  }
}
