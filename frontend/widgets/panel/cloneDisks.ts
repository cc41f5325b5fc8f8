import { ICloneDisk, ICloneMachine } from './cloneMessages';
import { button, element, option } from './dom';
import { Edits } from './edits';

/** The disks of a machine, what becomes of each, and what new volumes are called. */
export class CloneDisks {
  readonly node: HTMLElement;
  private readonly body = element('tbody');
  private readonly rows = new Map<string, DiskRow>();

  constructor(
    private readonly words: (name: string) => string,
    private readonly edits: Edits,
    private readonly machine: string,
    private readonly browse: (target: string) => void
  ) {
    const heading = (name: string) =>
      element('th', { scope: 'col' }, words(name));
    this.node = element(
      'table',
      { class: 'qvirt-clone-disks' },
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          heading('disk'),
          heading('size'),
          heading('how'),
          heading('newVolume')
        )
      ),
      this.body
    );
  }

  draw(state: ICloneMachine, answered: number): void {
    this.node.setAttribute('aria-label', state.title);
    this.node.hidden = state.disks.length === 0;
    const wanted = new Set(state.disks.map(disk => disk.target));
    for (const [target, row] of this.rows) {
      if (!wanted.has(target)) {
        row.node.remove();
        this.rows.delete(target);
      }
    }
    for (const disk of state.disks) {
      let row = this.rows.get(disk.target);
      if (!row) {
        const { target } = disk;
        row = new DiskRow(this.words, this.edits, this.machine, target, () =>
          this.browse(target)
        );
        this.rows.set(disk.target, row);
        this.body.append(row.node);
      }
      row.draw(disk, answered);
    }
  }
}

class DiskRow {
  readonly node: HTMLElement;
  private readonly label = element('th', { scope: 'row' });
  private readonly size = element('td');
  private readonly how = element('select');
  private readonly reason = element('div', { class: 'qvirt-form-help' });
  private readonly name = element('input', {
    type: 'text',
    autocomplete: 'off',
    spellcheck: 'false'
  });
  private readonly place: HTMLElement;
  private choices = '';

  constructor(
    private readonly words: (name: string) => string,
    private readonly edits: Edits,
    machine: string,
    target: string,
    browse: () => void
  ) {
    const look = button({ id: 'browse', label: words('browse') }, browse);
    look.setAttribute('aria-label', `${words('browse')} ${target}`);
    this.place = element(
      'div',
      { class: 'qvirt-clone-place' },
      this.name,
      look
    );
    this.node = element(
      'tr',
      { 'data-target': target },
      this.label,
      this.size,
      element('td', {}, this.how, this.reason),
      element('td', {}, this.place)
    );
    edits.follow(this.how, machine, target, 'how');
    edits.follow(this.name, machine, target, 'name');
  }

  draw(disk: ICloneDisk, answered: number): void {
    this.label.replaceChildren(
      disk.label,
      element('div', { class: 'qvirt-muted qvirt-clone-where' }, disk.where)
    );
    this.label.title = disk.where;
    this.size.textContent = disk.size;
    const choices = JSON.stringify(disk.choices);
    if (choices !== this.choices) {
      this.choices = choices;
      this.how.replaceChildren(...disk.choices.map(option));
    }
    this.how.setAttribute('aria-label', `${disk.label}: ${this.words('how')}`);
    this.edits.show(this.how, disk.how, answered);
    this.reason.textContent = disk.reason;
    this.reason.classList.toggle('qvirt-clone-unsafe', disk.is_unsafe);
    this.place.hidden = disk.name === null;
    this.name.setAttribute(
      'aria-label',
      `${disk.label}: ${this.words('newVolume')}`
    );
    this.name.title = this.words('volumeHelp');
    this.edits.show(this.name, disk.name ?? '', answered);
  }
}
