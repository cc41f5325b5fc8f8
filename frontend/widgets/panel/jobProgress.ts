import { IProgress } from './cloneMessages';
import { element } from './dom';

/** How far a job is: a bar, its phase, its bytes, what went wrong, and a log to unfold. */
export class JobProgress {
  readonly node: HTMLElement;
  private readonly bar = element('progress', { max: '1' });
  private readonly phase = element('span', { role: 'status' });
  private readonly transfer = element('span', { class: 'qvirt-muted' });
  private readonly error = element('p', {
    class: 'qvirt-form-error qvirt-job-error',
    role: 'alert'
  });
  private readonly lines = element('ol', { class: 'qvirt-job-log' });
  private readonly log: HTMLElement;

  constructor(words: (name: string) => string) {
    this.log = element(
      'details',
      {},
      element('summary', {}, words('log')),
      this.lines
    );
    this.node = element(
      'div',
      { class: 'qvirt-job-progress' },
      this.bar,
      element('p', {}, this.phase, ' ', this.transfer),
      this.error,
      this.log
    );
  }

  draw(state: IProgress): void {
    const isOver = !['queued', 'running'].includes(state.state);
    this.bar.hidden = isOver;
    this.bar.setAttribute('aria-label', state.title);
    if (state.share === null) {
      this.bar.removeAttribute('value');
    } else {
      this.bar.value = state.share;
    }
    const percent =
      state.share === null || isOver
        ? ''
        : `${Math.round(100 * state.share)} % `;
    this.phase.textContent = percent + state.phase;
    this.transfer.textContent = state.transfer;
    this.error.textContent = state.error;
    this.error.hidden = state.error === '';
    this.log.hidden = state.log.length === 0;
    while (this.lines.childElementCount > state.log.length) {
      this.lines.lastElementChild?.remove();
    }
    state.log.forEach((line, number) => {
      const known = this.lines.children[number];
      if (!known) {
        this.lines.append(element('li', {}, line));
      } else if (known.textContent !== line) {
        known.textContent = line;
      }
    });
  }
}
