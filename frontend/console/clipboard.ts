/**
 * Texts between the two clipboards, and texts that are typed.
 *
 * The guest's clipboard needs an agent in the guest (qemu-vdagent); typing works everywhere, also
 * in a BIOS. The browser's clipboard is touched only after the user allowed it here, and the
 * browser may ask once more.
 */
import { pageBody, place } from '../viewer/menu';
import { wordsOf } from './kernelAnswers';
import { named, written, type KeyboardLayout } from './layout';
import type { Screen } from './screen';
import { Typing } from './typing';
import { words } from '../viewer/strings';
import { textButton } from '../viewer/textButton';

/** The keyboard layouts that a text can be typed for. */
export interface Layouts {
  /** By name, what they are called. */
  labels: Record<string, string>;
  /** That of this machine's guest. */
  chosen: string;
  /** Return one of them; it fails with words. */
  of: (name: string) => Promise<KeyboardLayout>;
  /** The guest has this one. */
  keep: (name: string) => void;
}

export class ClipboardBox {
  private box: HTMLElement | null = null;
  private text = '';
  private allowed = false;
  private lastSent = '';
  private readonly typing: Typing;

  constructor(
    private readonly button: HTMLButtonElement,
    private readonly screen: Screen,
    private readonly layouts: Layouts,
    private readonly say: (message: string) => void
  ) {
    this.typing = new Typing(button, screen, say);
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
    if (!this.allowed || this.screen.lacks('clipboard')) {
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
    this.typing.cancel();
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
    const refusal = this.screen.lacks('clipboard');
    check.disabled = refusal !== '' || !('clipboard' in navigator);
    allow.append(check, words('clipboard_share'));
    check.addEventListener('change', () => {
      this.allowed = check.checked;
      this.toGuest();
    });

    const note = document.createElement('p');
    note.textContent =
      refusal ||
      (check.disabled ? words('clipboard_insecure') : words('clipboard_note'));

    const buttons = document.createElement('div');
    buttons.className = 'buttons';
    const layoutLabel = document.createElement('label');
    layoutLabel.textContent = words('layout');
    const layout = this.layoutChoice();
    layoutLabel.append(layout);
    const problem = document.createElement('p');
    problem.className = 'problem';
    problem.setAttribute('role', 'alert');
    const type = textButton(
      words('type'),
      () => void this.type(area.value, layout.value, problem)
    );
    const send = textButton(words('clipboard_send'), () => {
      this.screen.offerText(area.value);
      this.close();
      this.screen.focus();
    });
    send.className = 'main';
    send.disabled = refusal !== '';
    buttons.append(type, send);

    box.append(label, allow, layoutLabel, note, problem, buttons);
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

  /** Type a text as keys of the guest's layout, unless that lacks some of its characters. */
  private async type(
    text: string,
    name: string,
    problem: HTMLElement
  ): Promise<void> {
    problem.textContent = words('layout_waiting');
    let layout: KeyboardLayout;
    try {
      layout = await this.layouts.of(name);
    } catch (error) {
      problem.textContent = wordsOf(error);
      return;
    }
    const { characters, missing } = written(layout, text);
    problem.textContent =
      missing.length === 0
        ? ''
        : words('typing_missing', {
            layout: layout.label,
            characters: missing.map(named).join(' ')
          });
    if (missing.length === 0) {
      this.close();
      await this.typing.type(characters);
    }
  }

  /** A choice among the layouts; what is chosen is kept for this machine. */
  private layoutChoice(): HTMLSelectElement {
    const choice = document.createElement('select');
    for (const [name, label] of Object.entries(this.layouts.labels)) {
      const option = document.createElement('option');
      option.value = name;
      option.textContent = label;
      choice.append(option);
    }
    choice.value = this.layouts.chosen;
    choice.addEventListener('change', () => this.layouts.keep(choice.value));
    return choice;
  }
}
