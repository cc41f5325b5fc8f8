/** What the page says in passing: to those who listen, and briefly to those who look. */

/** Milliseconds for which it can be read. */
const SHOWN = 4000;

export class Speech {
  private timer: number | undefined;

  constructor(
    private readonly live: HTMLElement,
    private readonly place: HTMLElement
  ) {}

  /** Say to those who listen what others see. */
  announce(text: string): void {
    this.live.textContent = text;
  }

  /** Say something to both. */
  say(text: string): void {
    this.announce(text);
    this.hint(text);
  }

  /** Show something for a moment. */
  hint(text: string): void {
    clearTimeout(this.timer);
    this.place.textContent = text;
    this.place.hidden = text === '';
    this.timer = window.setTimeout(() => {
      this.place.hidden = true;
    }, SHOWN);
  }
}
