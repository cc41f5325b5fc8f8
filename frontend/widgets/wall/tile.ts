/** One machine on the wall: a button with its screen, its name and its state in words. */
import { element } from '../panel/dom';
import type { ITileState } from './messages';

export interface ITileWords {
  /** The name of the button; `{name}` stands for the machine. */
  open: string;
  waiting: string;
}

export class Tile {
  readonly node: HTMLLIElement;
  readonly button: HTMLButtonElement;
  state: ITileState;

  constructor(
    state: ITileState,
    private readonly _text: ITileWords,
    onPress: (id: string) => void
  ) {
    this.state = state;
    const screen = element(
      'span',
      { class: 'qvirt-wall-screen' },
      this._picture,
      this._words
    );
    const caption = element(
      'span',
      { class: 'qvirt-wall-caption' },
      this._name,
      this._state,
      this._host
    );
    this.button = element(
      'button',
      { type: 'button', class: 'qvirt-wall-tile', tabindex: '-1' },
      screen,
      caption
    );
    this.button.addEventListener('click', () => onPress(this.state.id));
    this.node = element('li', {}, this.button);
    this.draw(state);
  }

  /** Whether the browser has a picture of it. */
  get hasPicture(): boolean {
    return this._url !== '';
  }

  draw(state: ITileState): void {
    this.state = state;
    if (state.dark) {
      this._forget();
    }
    this.button.dataset.id = state.id;
    this.button.dataset.state = state.state;
    const label = this._text.open.replace('{name}', state.name);
    this.button.setAttribute(
      'aria-label',
      [label, state.host, state.stateLabel, state.live ? state.words : '']
        .filter(Boolean)
        .join(', ')
    );
    this.button.title = state.host
      ? `${state.name} · ${state.host}`
      : state.name;
    this._name.textContent = state.name;
    this._state.textContent = state.stateLabel;
    this._host.textContent = state.host;
    this._host.hidden = state.host === '';
    this._say();
  }

  /** Show a picture; the one before stays until this one can be drawn. */
  show(picture: DataView): void {
    if (this.state.dark) {
      return;
    }
    const before = this._url;
    this._url = URL.createObjectURL(
      new Blob([picture], { type: 'image/jpeg' })
    );
    this._picture.src = this._url;
    URL.revokeObjectURL(before);
    this._say();
  }

  dispose(): void {
    this._forget();
    this.node.remove();
  }

  private _say(): void {
    const { words, live } = this.state;
    this._picture.hidden = !this.hasPicture;
    this._words.textContent =
      words || (live && !this.hasPicture ? this._text.waiting : '');
    this._words.hidden = this._words.textContent === '';
    this.button.classList.toggle('qvirt-mod-still', words !== '');
  }

  private _forget(): void {
    URL.revokeObjectURL(this._url);
    this._url = '';
    this._picture.removeAttribute('src');
  }

  private _url = '';
  // The button's name says whose screen it is.
  private readonly _picture = element('img', { alt: '' });
  private readonly _words = element('span', { class: 'qvirt-wall-words' });
  private readonly _name = element('span', { class: 'qvirt-wall-name' });
  private readonly _state = element('span', { class: 'qvirt-wall-state' });
  private readonly _host = element('span', { class: 'qvirt-wall-host' });
}
