/** The tools above the terminal. */
import { menuButton } from '../viewer/menu';
import { words } from '../viewer/strings';
import { ToolRow } from '../viewer/toolRow';
import { KEYS } from './keys';
import { Log } from './log';
import { Paste } from './paste';
import { SIZES, type Text } from './text';

export interface ToolbarActions {
  copy: () => void;
  find: () => void;
  /** Send what a key sends. */
  send: (data: string) => void;
  /** Keep all that can be scrolled to as a file. */
  save: () => void;
  log: (path: string) => void;
  tellSize: () => void;
  keepFontSize: (size: number) => void;
  keepScreenReader: (on: boolean) => void;
  say: (message: string) => void;
}

export class Toolbar {
  readonly paste: Paste;
  readonly log: Log;
  private readonly row: ToolRow;
  private usable = false;
  private selected = false;

  constructor(element: HTMLElement, text: Text, actions: ToolbarActions) {
    this.row = new ToolRow(element, {
      row: words('toolbar'),
      keys: words('leave_help')
    });
    menuButton(this.row.add('keys', words('send_key'), true), () =>
      KEYS.map(key => ({
        label: key.label,
        separated: key.separated ?? false,
        run: () => {
          actions.send(key.data);
          text.focus();
        }
      }))
    );
    this.row
      .add('copy', words('copy'))
      .addEventListener('click', () => actions.copy());
    this.paste = new Paste(
      this.row.add('clipboard', words('paste')),
      text,
      actions.say
    );
    this.row
      .add('find', words('find'))
      .addEventListener('click', () => actions.find());
    this.log = new Log(this.row.add('log', words('log')), actions.log);
    const resize = (step: number) => {
      const size = Math.min(
        SIZES.most,
        Math.max(SIZES.least, text.fontSize + step)
      );
      text.fontSize = size;
      actions.keepFontSize(size);
    };
    menuButton(this.row.add('view', words('view'), true), () => [
      { label: words('larger'), run: () => resize(1) },
      { label: words('smaller'), run: () => resize(-1) },
      {
        label: words('tell_size', { rows: text.rows, columns: text.columns }),
        separated: true,
        run: () => {
          if (this.usable) {
            actions.tellSize();
          } else {
            actions.say(words('not_open'));
          }
        }
      },
      {
        label: words('clear'),
        separated: true,
        run: () => text.clear()
      },
      { label: words('save'), run: actions.save },
      {
        label: words('screen_reader'),
        role: 'menuitemcheckbox' as const,
        checked: text.screenReader,
        separated: true,
        run: () => {
          text.screenReader = !text.screenReader;
          actions.keepScreenReader(text.screenReader);
        }
      }
    ]);
    this.enable();
  }

  /** Say whose terminal this is and what it does. */
  describe(title: string, state: string, kind: string): void {
    this.row.describe(title, state, kind);
  }

  /** Whether there is room for how to leave the terminal. */
  get tellsHowToLeave(): boolean {
    return getComputedStyle(this.row.keys).visibility === 'visible';
  }

  /** Whether what is typed reaches the guest. */
  set open(value: boolean) {
    this.usable = value;
    this.enable();
  }

  /** Whether there is something to copy. */
  set anySelected(value: boolean) {
    this.selected = value;
    this.enable();
  }

  /** Say how to leave the terminal. */
  tellKeys(): void {
    this.row.keys.textContent = this.usable ? words('leave_hint') : '';
    this.row.keys.title = words('leave_help');
  }

  private enable(): void {
    this.tellKeys();
    this.row.enable(name =>
      name === 'keys' || name === 'clipboard'
        ? this.usable
        : name === 'copy'
          ? this.selected
          : true
    );
  }
}
