import { CloneDisks } from './cloneDisks';
import { CloneSaid, ICloneMachine, ICloneState } from './cloneMessages';
import { button, element, follow, option, say, text } from './dom';
import { Edits } from './edits';
import { FocusReturn } from './focusReturn';
import { JobProgress } from './jobProgress';
import { IModel } from './messages';
import { StorageBrowser } from './storageBrowser';

let dialogsMade = 0;

/** The clone dialog stands in the panel: Enter clones, Escape leaves it. */
export function renderClone(model: IModel, root: HTMLElement): () => void {
  const focus = new FocusReturn(root);
  dialogsMade += 1;
  const dialog = new CloneDialog(
    name => text(model, name),
    said => say(model, said),
    `qvirt-clone-${dialogsMade}`
  );
  root.append(dialog.storage.node, dialog.node);
  const end = follow(model, (state: ICloneState) => {
    dialog.draw(state);
    // Closing the tab asks where this says something.
    root.dataset.leaving = state.leaving;
    root.dataset.goesOn = 'true';
  });
  return () => {
    end();
    delete root.dataset.leaving;
    focus.give();
  };
}

class CloneDialog {
  readonly node: HTMLElement;
  private readonly title: HTMLElement;
  private readonly machines = element('div');
  private readonly parts = new Map<string, MachinePart>();
  private readonly count = element('input', {
    type: 'number',
    min: '1',
    max: '1000'
  });
  private readonly linked = element('input', { type: 'checkbox' });
  private readonly start = element('input', { type: 'checkbox' });
  private readonly renew = element('input', { type: 'checkbox' });
  private readonly renewHelp = element('span', { class: 'qvirt-muted' });
  private readonly pool = element('select');
  private readonly options: HTMLElement;
  private readonly facts = element('div', { 'aria-live': 'polite' });
  private readonly agree = element('input', { type: 'checkbox' });
  private readonly agreement: HTMLElement;
  private readonly progress: JobProgress;
  private readonly buttons = element('div', {
    class: 'qvirt-question-buttons'
  });
  private readonly edits: Edits;
  readonly storage: StorageBrowser;
  private state: ICloneState | null = null;

  constructor(
    private readonly words: (name: string) => string,
    private readonly tell: (said: CloneSaid) => void,
    id: string
  ) {
    this.edits = new Edits((machine, target, name, value, number) =>
      tell({
        type: 'clone',
        wish: 'edit',
        machine,
        target,
        name,
        value,
        number
      })
    );
    this.title = element('h3', { id });
    this.storage = new StorageBrowser(words, tell);
    this.progress = new JobProgress(words);
    this.options = this.makeOptions();
    this.agreement = element(
      'label',
      { class: 'qvirt-check' },
      this.agree,
      element('span', {}, words('agree'))
    );
    this.agree.addEventListener('change', () =>
      tell({ type: 'clone', wish: 'agree', value: String(this.agree.checked) })
    );
    this.node = element(
      'section',
      { class: 'qvirt-form qvirt-clone', 'aria-labelledby': id },
      this.title,
      this.machines,
      this.options,
      this.facts,
      this.agreement,
      this.progress.node,
      this.buttons
    );
    this.node.addEventListener('keydown', event => this.key(event));
  }

  draw(state: ICloneState): void {
    const isFirst = this.state === null;
    this.state = state;
    this.title.textContent = state.title;
    const isRunning = isRunningState(state);
    this.node.hidden = state.storage !== null;
    this.storage.draw(state.storage);
    this.drawMachines(state, isRunning);
    const { answered } = state;
    this.edits.show(this.count, String(state.count), answered);
    this.edits.show(this.linked, String(state.linked), answered);
    this.edits.show(this.start, String(state.start), answered);
    this.edits.show(this.renew, String(state.renew), answered);
    this.renewHelp.textContent = state.renew_help;
    this.drawPools(state);
    this.drawFacts(state);
    this.progress.node.hidden = state.progress === null;
    if (state.progress) {
      this.progress.draw(state.progress);
    }
    for (const control of this.node.querySelectorAll<
      HTMLInputElement | HTMLSelectElement
    >('input, select')) {
      control.disabled = isRunning;
    }
    this.drawButtons(state, isRunning);
    if (isFirst) {
      this.node.scrollIntoView({ block: 'nearest' });
      this.node.querySelector<HTMLElement>('input')?.focus({
        preventScroll: true
      });
    }
  }

  private makeOptions(): HTMLElement {
    const { words, edits } = this;
    edits.follow(this.count, '', '', 'count');
    edits.follow(this.linked, '', '', 'linked');
    edits.follow(this.start, '', '', 'start');
    edits.follow(this.renew, '', '', 'renew');
    edits.follow(this.pool, '', '', 'pool');
    const field = (name: string, control: HTMLElement) =>
      element(
        'label',
        { class: 'qvirt-field' },
        element('span', {}, words(name)),
        control
      );
    return element(
      'div',
      { class: 'qvirt-clone-options' },
      field('count', this.count),
      field('pool', this.pool),
      element(
        'label',
        { class: 'qvirt-check' },
        this.linked,
        element('span', {}, words('linked')),
        element('span', { class: 'qvirt-muted' }, words('linkedHelp'))
      ),
      element(
        'label',
        { class: 'qvirt-check' },
        this.start,
        element('span', {}, words('start'))
      ),
      element(
        'label',
        { class: 'qvirt-check' },
        this.renew,
        element('span', {}, words('renew')),
        this.renewHelp
      )
    );
  }

  private drawMachines(state: ICloneState, isRunning: boolean): void {
    for (const machine of state.machines) {
      let part = this.parts.get(machine.id);
      if (!part) {
        const { id } = machine;
        part = new MachinePart(this.words, this.edits, id, target =>
          this.tell({ type: 'clone', wish: 'browse', machine: id, target })
        );
        this.parts.set(machine.id, part);
        this.machines.append(part.node);
      }
      part.draw(machine, state, isRunning);
    }
  }

  private drawPools(state: ICloneState): void {
    const wanted = JSON.stringify(state.pools);
    if (this.pool.dataset.shown !== wanted) {
      this.pool.dataset.shown = wanted;
      const { value } = this.pool;
      this.pool.replaceChildren(...state.pools.map(option));
      this.pool.value = value;
    }
    this.edits.show(this.pool, state.pool, state.answered);
  }

  private drawFacts(state: ICloneState): void {
    const line = (said: string, kind: string) =>
      element('p', { class: `qvirt-clone-fact ${kind}` }, said);
    this.facts.replaceChildren(
      ...state.space.map(one =>
        line(
          `${this.words('space')} – ${one.text}`,
          one.enough ? 'qvirt-muted' : 'qvirt-form-error'
        )
      ),
      ...state.refusals.map(said => line(said, 'qvirt-form-error')),
      ...state.warnings.map(said => line(said, 'qvirt-clone-warning'))
    );
    this.agreement.hidden =
      state.warnings.length === 0 || isRunningState(state);
    this.agree.checked = state.agreed;
  }

  private drawButtons(state: ICloneState, isRunning: boolean): void {
    const { words } = this;
    const wish = (name: 'submit' | 'close' | 'stop' | 'again') => () =>
      this.tell({ type: 'clone', wish: name });
    const made: HTMLElement[] = [];
    if (isRunning) {
      made.push(
        button(
          {
            id: 'stop',
            label: words('stop'),
            reason: state.progress?.can_cancel ? '' : state.progress?.phase
          },
          wish('stop')
        ),
        button({ id: 'leave', label: words('leave') }, wish('close'))
      );
    } else if (state.progress) {
      made.push(
        button(
          { id: 'again', label: words('again'), kind: 'primary' },
          wish('again')
        ),
        button({ id: 'close', label: words('close') }, wish('close'))
      );
    } else {
      made.push(
        button(
          {
            id: 'clone',
            label: words('clone'),
            kind: 'primary',
            reason: this.why(state)
          },
          wish('submit')
        ),
        button({ id: 'close', label: words('cancel') }, wish('close'))
      );
    }
    const wanted = made.map(one => one.outerHTML).join('');
    if (this.buttons.dataset.shown !== wanted) {
      this.buttons.dataset.shown = wanted;
      const focused = (document.activeElement as HTMLElement | null)?.dataset
        .button;
      const had = this.buttons.contains(document.activeElement);
      this.buttons.replaceChildren(...made);
      if (had) {
        (made.find(one => one.dataset.button === focused) ?? made[0])?.focus();
      }
    }
  }

  /** Why it cannot be cloned now; empty where it can. */
  private why(state: ICloneState): string {
    if (state.busy) {
      return this.words('looking');
    }
    const unread = state.agreed ? undefined : state.warnings[0];
    return state.refusals[0] ?? unread ?? '';
  }

  private key(event: KeyboardEvent): void {
    // What is typed here is not meant for JupyterLab's shortcuts.
    event.stopPropagation();
    if (event.key === 'Escape') {
      event.preventDefault();
      if (this.state && !isRunningState(this.state)) {
        this.tell({ type: 'clone', wish: 'close' });
      }
    } else if (
      event.key === 'Enter' &&
      event.target instanceof HTMLInputElement &&
      event.target.type !== 'checkbox'
    ) {
      event.preventDefault();
      // What was typed last is told first.
      event.target.dispatchEvent(new Event('change'));
      this.tell({ type: 'clone', wish: 'submit' });
    }
  }
}

function isRunningState(state: ICloneState): boolean {
  return (
    state.progress !== null &&
    ['queued', 'running'].includes(state.progress.state)
  );
}

/** One machine that is cloned: the name of its clone and its disks. */
class MachinePart {
  readonly node: HTMLElement;
  private readonly legend = element('legend');
  private readonly label = element('span');
  private readonly name = element('input', {
    type: 'text',
    autocomplete: 'off',
    spellcheck: 'false'
  });
  private readonly made = element('p', { class: 'qvirt-form-help' });
  private readonly none: HTMLElement;
  private readonly disks: CloneDisks;

  constructor(
    private readonly words: (name: string) => string,
    private readonly edits: Edits,
    id: string,
    browse: (target: string) => void
  ) {
    this.disks = new CloneDisks(words, edits, id, browse);
    this.none = element('p', { class: 'qvirt-muted' }, words('noDisks'));
    edits.follow(this.name, id, '', 'name');
    this.node = element(
      'fieldset',
      { class: 'qvirt-clone-machine', 'data-machine': id },
      this.legend,
      element('label', { class: 'qvirt-field' }, this.label, this.name),
      this.made,
      this.disks.node,
      this.none
    );
  }

  draw(machine: ICloneMachine, state: ICloneState, isRunning: boolean): void {
    const isOne = state.machines.length === 1;
    this.legend.textContent = isOne ? '' : machine.title;
    this.legend.hidden = isOne;
    this.label.textContent = this.words(
      state.count > 1 ? 'namePattern' : 'name'
    );
    this.name.placeholder = state.count > 1 ? `${machine.title}-{n}` : '';
    this.edits.show(this.name, machine.name, state.answered);
    this.made.hidden = machine.made.length < 2;
    this.made.textContent = `${this.words('made')}: ${shortened(machine.made)}`;
    this.disks.draw(machine, state.answered);
    this.none.hidden =
      machine.disks.length > 0 ||
      state.busy ||
      isRunning ||
      machine.problem !== '' ||
      machine.made.length === 0;
  }
}

function shortened(names: string[]): string {
  return names.length <= MANY
    ? names.join(', ')
    : `${names.slice(0, MANY - 1).join(', ')} … ${names[names.length - 1]}`;
}

const MANY = 5;
