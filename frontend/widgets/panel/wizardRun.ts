import { button, element } from './dom';
import { Words } from './formField';
import { IRun } from './wizardMessages';

/** How far the making of a machine is, what was done so far, and why it failed. */
export class RunView {
  readonly node: HTMLElement;
  private readonly problem: HTMLElement;
  private readonly problemText = element('p');
  private readonly details = element('pre', { tabindex: '0' });
  private readonly phase = element('p', { role: 'status' });
  private readonly bar: HTMLProgressElement;
  private readonly figures = element('p', { class: 'qvirt-muted' });
  private readonly log = element('pre', { tabindex: '0' });
  private readonly clock: number;
  private run: IRun | null = null;

  constructor(private readonly words: Words) {
    this.bar = element('progress', { max: '1' });
    this.problem = element(
      'div',
      { class: 'qvirt-wizard-problem', role: 'alert' },
      this.problemText,
      element(
        'details',
        {},
        element('summary', {}, words('details')),
        this.details
      )
    );
    this.node = element(
      'section',
      { class: 'qvirt-wizard-run', hidden: true },
      this.problem,
      this.phase,
      this.bar,
      this.figures,
      element(
        'details',
        { class: 'qvirt-wizard-log' },
        element('summary', {}, words('log')),
        this.log
      )
    );
    this.clock = window.setInterval(() => this.drawFigures(), 1000);
  }

  draw(run: IRun | null): void {
    this.run = run;
    this.node.hidden = run === null;
    if (!run) {
      return;
    }
    this.problem.hidden = run.problem === '';
    this.problemText.textContent = run.problem;
    this.details.textContent = run.details;
    const percent =
      run.progress === null ? '' : ` ${Math.floor(run.progress * 100)} %`;
    this.phase.textContent = run.phase + (run.running ? percent : '');
    this.phase.hidden = run.problem !== '';
    this.bar.hidden = !run.running;
    this.bar.setAttribute('aria-label', run.phase);
    if (run.progress === null) {
      this.bar.removeAttribute('value');
    } else {
      this.bar.value = run.progress;
    }
    this.log.textContent = run.log.join('\n');
    this.drawFigures();
  }

  end(): void {
    window.clearInterval(this.clock);
  }

  private drawFigures(): void {
    const { run } = this;
    this.figures.hidden = !run?.running;
    if (run?.running) {
      const seconds = Math.max(0, Math.round(Date.now() / 1000 - run.started));
      const time =
        seconds < 60
          ? `${seconds} s`
          : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
      const elapsed = this.words('elapsed').replace('{time}', time);
      this.figures.textContent = [run.rate, run.left, elapsed]
        .filter(part => part !== '')
        .join(' · ');
    }
  }
}

/** XML or Python that somebody looks at, with a button that copies it. */
export class TextView {
  readonly node: HTMLElement;
  private readonly label = element('h4');
  private readonly text = element('pre', { tabindex: '0' });

  constructor(words: Words, copy: (text: string) => Promise<void>) {
    const done = element('span', { role: 'status', class: 'qvirt-muted' });
    this.node = element(
      'section',
      { class: 'qvirt-wizard-text', hidden: true },
      element(
        'div',
        { class: 'qvirt-wizard-text-head' },
        this.label,
        button({ id: 'copy', label: words('copy'), icon: 'copy' }, () => {
          void copy(this.text.textContent ?? '').then(() => {
            done.textContent = words('copied');
          });
        }),
        done
      ),
      this.text
    );
  }

  draw(label: string, text: string): void {
    this.node.hidden = label === '';
    this.label.textContent = label;
    if (this.text.textContent !== text) {
      this.text.textContent = text;
    }
  }
}
