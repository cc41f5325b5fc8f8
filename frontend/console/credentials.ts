/**
 * What a display wants to know before it lets anybody in: asked here, or remembered by the kernel.
 *
 * A password is kept in the kernel's memory alone, where its user says so after it was right; it
 * is in no storage of the browser.
 */
import { words } from '../viewer/strings';
import type { FromPage } from './messages';

/** Milliseconds for the kernel to say what it remembers; it may be busy with a cell. */
const PATIENCE = 600;

export interface CredentialsActions {
  post: (message: FromPage) => void;
  /** Try these. */
  send: (username: string, password: string) => void;
  /** Something else is shown in the form's place. */
  trying: () => void;
}

export class Credentials {
  private types: readonly string[] = [];
  private timer: number | undefined;
  private wrong = false;
  /** What is being tried; `kept` where the kernel knew it. */
  private tried: {
    username: string;
    password: string;
    remember: boolean;
    kept: boolean;
  } | null = null;

  constructor(
    private readonly element: HTMLElement,
    private readonly actions: CredentialsActions
  ) {}

  /** The display asks. */
  ask(types: readonly string[]): void {
    this.types = types;
    if (this.wrong) {
      this.show();
      return;
    }
    this.actions.post({ kind: 'recall' });
    this.timer = window.setTimeout(() => this.show(), PATIENCE);
  }

  /** The kernel's answer; an empty password is none. */
  recalled(username: string, password: string): void {
    if (this.types.length === 0 || this.tried) {
      return;
    }
    clearTimeout(this.timer);
    if (password) {
      this.try({ username, password, remember: false, kept: true });
    } else {
      this.show();
    }
  }

  /** The display let us in. */
  accepted(): void {
    if (this.tried?.remember) {
      const { username, password } = this.tried;
      this.actions.post({ kind: 'remember', username, password });
    }
    this.wrong = false;
    this.forget();
  }

  /** What was given is wrong; it will ask again. */
  denied(): void {
    if (this.tried?.kept) {
      this.actions.post({ kind: 'forget' });
    }
    this.wrong = true;
    this.forget();
  }

  /** The connection is over: nothing that was asked is to be answered any more. */
  forget(): void {
    clearTimeout(this.timer);
    this.types = [];
    this.tried = null;
  }

  private try(what: NonNullable<Credentials['tried']>): void {
    this.tried = what;
    this.actions.trying();
    this.actions.send(what.username, what.password);
  }

  private show(): void {
    const { element } = this;
    if (this.types.length === 0 || element.querySelector('form')) {
      return;
    }
    delete element.dataset.key;
    element.replaceChildren();
    element.dataset.kind = this.wrong ? 'error' : 'plain';
    const title = document.createElement('h1');
    title.textContent = this.wrong
      ? words('password_wrong')
      : words('password_needed');
    const text = document.createElement('p');
    text.textContent = words('password_text');
    const form = document.createElement('form');
    const labels = [
      ['username', words('username')],
      ['password', words('password')]
    ] as const;
    const inputs = labels.map(([name, text]) => {
      const input = document.createElement('input');
      input.type = name === 'password' ? 'password' : 'text';
      input.autocomplete = 'off';
      input.name = name;
      const label = document.createElement('label');
      label.append(text, input);
      label.hidden = !this.types.includes(name);
      form.append(label);
      return input;
    });
    const remember = document.createElement('input');
    remember.type = 'checkbox';
    const check = document.createElement('label');
    check.className = 'check';
    check.append(remember, words('remember'));
    const submit = document.createElement('button');
    submit.className = 'main';
    submit.textContent = words('connect');
    form.append(check, submit);
    form.addEventListener('submit', event => {
      event.preventDefault();
      const [username = '', password = ''] = inputs.map(({ value }) => value);
      this.try({
        username,
        password,
        remember: remember.checked,
        kept: false
      });
    });
    element.append(title, text, form);
    element.hidden = false;
    inputs.find(input => !input.closest('label')?.hidden)?.focus();
  }
}
