/**
 * Texts between the two clipboards, and texts that are typed.
 *
 * The guest's clipboard needs an agent in the guest (qemu-vdagent); typing works everywhere, also
 * in a BIOS. The browser's clipboard is touched only after the user allowed it here, and the
 * browser may ask once more.
 */
import { strokesOf } from './keys';
import { pageBody, place } from './menu';
import type { Screen } from './screen';
import { words } from './strings';

export class ClipboardBox {
  private box: HTMLElement | null = null;
  private text = '';
  private allowed = false;
  private typing: AbortController | null = null;
  private lastSent = '';

  constructor(
    private readonly button: HTMLButtonElement,
    private readonly screen: Screen,
    private readonly say: (message: string) => void
  ) {
    button.setAttribute('aria-haspopup', 'dialog');
    button.setAttribute('aria-expanded', 'false');
    button.addEventListener('click', () => {
      if (this.box) {
        this.close();
      } else {
        this.open();
      }
    });
  }

  /** A text was copied in the guest. */
  fromGuest(text: string): void {
    this.text = text;
    const area = this.box?.querySelector('textarea');
    if (area) {
      area.value = text;
    }
    if (this.allowed) {
      this.lastSent = text;
      navigator.clipboard.writeText(text).then(
        () => this.say(words('clipboard_copied')),
        () => this.say(words('clipboard_denied'))
      );
    }
  }

  /** The user turns to the screen: give it what was copied elsewhere. */
  toGuest(): void {
    if (!this.allowed) {
      return;
    }
    navigator.clipboard.readText().then(
      text => {
        if (text && text !== this.lastSent) {
          this.lastSent = text;
          this.screen.offerText(text);
        }
      },
      () => this.say(words('clipboard_denied'))
    );
  }

  /** Stop typing, where something is being typed. */
  cancel(): void {
    this.typing?.abort();
  }

  private close(): void {
    this.text = this.box?.querySelector('textarea')?.value ?? this.text;
    this.box?.remove();
    this.box = null;
    this.button.setAttribute('aria-expanded', 'false');
    document.removeEventListener('pointerdown', this.outside, true);
  }

  private readonly outside = (event: Event): void => {
    const target = event.target as Node;
    if (!this.box?.contains(target) && !this.button.contains(target)) {
      this.close();
    }
  };

  private open(): void {
    const box = document.createElement('form');
    box.className = 'box';
    box.setAttribute('role', 'dialog');
    box.setAttribute('aria-label', words('clipboard'));

    const label = document.createElement('label');
    label.textContent = words('clipboard_text');
    const area = document.createElement('textarea');
    area.rows = 5;
    area.spellcheck = false;
    area.value = this.text;
    label.append(area);

    const allow = document.createElement('label');
    allow.className = 'check';
    const check = document.createElement('input');
    check.type = 'checkbox';
    check.checked = this.allowed;
    check.disabled = !('clipboard' in navigator);
    allow.append(check, words('clipboard_share'));
    check.addEventListener('change', () => {
      this.allowed = check.checked;
      this.toGuest();
    });

    const note = document.createElement('p');
    note.textContent = check.disabled
      ? words('clipboard_insecure')
      : words('clipboard_note');

    const buttons = document.createElement('div');
    buttons.className = 'buttons';
    const type = textButton(words('type'), () => {
      this.close();
      void this.type(area.value);
    });
    const send = textButton(words('clipboard_send'), () => {
      this.screen.offerText(area.value);
      this.close();
      this.screen.focus();
    });
    send.className = 'main';
    buttons.append(type, send);

    box.append(label, allow, note, buttons);
    box.addEventListener('submit', event => event.preventDefault());
    box.addEventListener('keydown', event => {
      if (event.key === 'Escape') {
        this.close();
        this.button.focus();
        event.stopPropagation();
      }
    });
    pageBody().append(box);
    this.box = box;
    place(box, this.button);
    this.button.setAttribute('aria-expanded', 'true');
    document.addEventListener('pointerdown', this.outside, true);
    area.focus();
  }

  /** Type a text as keys, with a box that shows how far it is and a button that stops it. */
  private async type(text: string): Promise<void> {
    this.cancel();
    const { strokes, missing } = strokesOf(text);
    const controller = new AbortController();
    this.typing = controller;
    const box = document.createElement('div');
    box.className = 'box progress';
    box.setAttribute('role', 'group');
    box.setAttribute('aria-label', words('typing'));
    const bar = document.createElement('progress');
    bar.max = strokes.length;
    bar.setAttribute('aria-label', words('typing'));
    const stop = textButton(words('cancel'), () => controller.abort());
    box.append(words('typing'), bar, stop);
    pageBody().append(box);
    place(box, this.button);
    stop.focus();
    const typed = await this.screen.type(strokes, controller.signal, done => {
      bar.value = done;
    });
    box.remove();
    this.typing = null;
    // Before the words, which the hint of a screen that gets the focus would take away.
    this.screen.focus();
    if (typed < strokes.length) {
      this.say(words('typing_stopped', { typed, total: strokes.length }));
    } else if (missing.length > 0) {
      const characters = [...new Set(missing)].join(' ');
      this.say(words('typing_missing', { characters }));
    } else {
      this.say(words('typing_done', { typed }));
    }
  }
}

export function textButton(label: string, run: () => void): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = label;
  button.addEventListener('click', run);
  return button;
}
