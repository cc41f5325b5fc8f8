/** Any combination of keys, written by name: a small box with the names to choose from. */
import { pageBody, place } from '../viewer/menu';
import { words } from '../viewer/strings';
import { textButton } from '../viewer/textButton';
import { wordsOf } from './kernelAnswers';
import type { Key } from './keys';

export interface CombinationActions {
  /** The keys of what was written; it fails with words. */
  keysOf: (text: string) => Promise<readonly Key[]>;
  /** They are to be pressed. */
  send: (keys: readonly Key[], text: string) => void;
}

/** How many names are offered at once. */
const OFFERED = 8;

export class CombinationBox {
  private box: HTMLElement | null = null;
  private last = '';
  /** Names of keys, the likely ones first. */
  names: readonly string[] = [];

  constructor(
    private readonly button: HTMLButtonElement,
    private readonly actions: CombinationActions
  ) {}

  open(): void {
    this.close();
    const box = document.createElement('form');
    box.className = 'box';
    box.setAttribute('role', 'dialog');
    box.setAttribute('aria-label', words('combination'));
    const label = document.createElement('label');
    label.textContent = words('combination_keys');
    const input = document.createElement('input');
    input.spellcheck = false;
    input.autocomplete = 'off';
    input.autocapitalize = 'off';
    input.value = this.last;
    const offered = document.createElement('datalist');
    offered.id = 'qvirt-key-names';
    input.setAttribute('list', offered.id);
    label.append(input, offered);
    const note = document.createElement('p');
    note.id = 'qvirt-keys-note';
    note.textContent = words('combination_note');
    const problem = document.createElement('p');
    problem.className = 'problem';
    problem.id = 'qvirt-keys-problem';
    problem.setAttribute('role', 'alert');
    input.setAttribute('aria-describedby', `${note.id} ${problem.id}`);
    const send = document.createElement('button');
    send.type = 'submit';
    send.className = 'main';
    send.textContent = words('combination_send');
    const buttons = document.createElement('div');
    buttons.className = 'buttons';
    buttons.append(
      textButton(words('cancel'), () => this.close(true)),
      send
    );
    box.append(label, note, problem, buttons);

    input.addEventListener('input', () => {
      problem.textContent = '';
      input.removeAttribute('aria-invalid');
      this.offer(input.value, offered);
    });
    box.addEventListener('submit', event => {
      event.preventDefault();
      const text = input.value.trim();
      this.actions.keysOf(text).then(
        keys => {
          this.last = text;
          this.close();
          this.actions.send(keys, text);
        },
        (error: unknown) => {
          problem.textContent = wordsOf(error);
          input.setAttribute('aria-invalid', 'true');
          input.focus();
        }
      );
    });
    box.addEventListener('keydown', event => {
      event.stopPropagation();
      if (event.key === 'Escape') {
        this.close(true);
      }
    });
    pageBody().append(box);
    this.box = box;
    this.offer(input.value, offered);
    place(box, this.button);
    document.addEventListener('pointerdown', this.outside, true);
    input.focus();
    input.select();
  }

  private close(refocus = false): void {
    this.box?.remove();
    this.box = null;
    document.removeEventListener('pointerdown', this.outside, true);
    if (refocus) {
      this.button.focus();
    }
  }

  private readonly outside = (event: Event): void => {
    if (!this.box?.contains(event.target as Node)) {
      this.close();
    }
  };

  /** Offer what the last name may become. */
  private offer(text: string, offered: HTMLDataListElement): void {
    const [, before = '', begun = ''] =
      /^(.*[-+]\s*)?([^-+]*)$/.exec(text) ?? [];
    const wanted = begun.toLowerCase();
    offered.replaceChildren(
      ...this.names
        .filter(name => name.startsWith(wanted) && name !== wanted)
        .slice(0, OFFERED)
        .map(name => {
          const option = document.createElement('option');
          option.value = `${before}${name}`;
          return option;
        })
    );
  }
}
