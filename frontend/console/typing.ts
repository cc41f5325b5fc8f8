/** A text that is being typed: a box shows how far it is, and a button stops it. */
import { pageBody, place } from '../viewer/menu';
import { words } from '../viewer/strings';
import { textButton } from '../viewer/textButton';
import type { Written } from './layout';
import type { Screen } from './screen';

export class Typing {
  private running: AbortController | null = null;

  constructor(
    private readonly button: HTMLButtonElement,
    private readonly screen: Screen,
    private readonly say: (message: string) => void
  ) {}

  /** Stop, where something is being typed. */
  cancel(): void {
    this.running?.abort();
  }

  async type(characters: readonly Written[]): Promise<void> {
    this.cancel();
    const controller = new AbortController();
    this.running = controller;
    const total = characters.length;
    const box = document.createElement('div');
    box.className = 'box progress';
    box.setAttribute('role', 'group');
    box.setAttribute('aria-label', words('typing'));
    const bar = document.createElement('progress');
    bar.max = total;
    bar.setAttribute('aria-label', words('typing'));
    const count = document.createElement('span');
    const stop = textButton(words('cancel'), () => controller.abort());
    box.append(words('typing'), bar, count, stop);
    pageBody().append(box);
    place(box, this.button);
    stop.focus();
    const typed = await this.screen.type(
      characters,
      controller.signal,
      done => {
        bar.value = done;
        count.textContent = words('typing_of', { typed: done, total });
      }
    );
    box.remove();
    if (this.running === controller) {
      this.running = null;
    }
    // Before the words, which the hint of a screen that gets the focus would take away.
    this.screen.focus();
    this.say(
      typed < total
        ? words('typing_stopped', { typed, total })
        : words('typing_done', { typed })
    );
  }
}
