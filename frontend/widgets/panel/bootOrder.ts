import { IBootEntry } from './detailsMessages';
import { deviceIcon } from './deviceIcons';
import { button, element, redraw } from './dom';
import { Words } from './formField';

/** The devices to boot from: check boxes, and buttons that move them up and down. */
export class BootOrder {
  readonly node: HTMLElement;
  private readonly list: HTMLElement;
  private entries: IBootEntry[] = [];
  private refused = '';
  /** The last edit of the order. */
  private edit = 0;

  constructor(
    private readonly words: Words,
    /** Returns the number of the edit, which the state that answers it will carry. */
    private readonly changed: (chosen: string[]) => number
  ) {
    this.list = element('ol', { class: 'qvirt-boot-list' });
    this.node = element(
      'fieldset',
      { class: 'qvirt-boot' },
      element('legend', {}, words('bootDevices')),
      this.list
    );
    // Alt and an arrow move the device whose check box has the focus.
    this.list.addEventListener('keydown', event => {
      const id = (event.target as HTMLElement).dataset.boot;
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (id !== undefined && by !== undefined && event.altKey) {
        event.preventDefault();
        this.move(id, by);
      }
    });
  }

  /** Draw a state, unless it answers what was clicked before the last click. */
  draw(
    entries: IBootEntry[],
    refused: string,
    forget = false,
    answered = Infinity
  ): void {
    if (!forget && answered < this.edit) {
      return;
    }
    this.refused = refused;
    this.show(entries);
  }

  private show(entries: IBootEntry[]): void {
    this.entries = entries;
    this.node.hidden = entries.length === 0;
    redraw(
      this.list,
      entries.map((entry, at) => this.row(entry, at, this.refused))
    );
  }

  private row(entry: IBootEntry, at: number, refused: string): HTMLElement {
    const check = element('input', {
      type: 'checkbox',
      'data-boot': entry.id,
      'data-focus': `boot ${entry.id}`,
      disabled: refused !== ''
    });
    check.checked = entry.chosen;
    check.addEventListener('change', () =>
      this.tell(
        this.entries.filter(each =>
          each.id === entry.id ? check.checked : each.chosen
        )
      )
    );
    const chosen = this.entries.filter(each => each.chosen).length;
    const mover = (name: 'up' | 'down', by: number, possible: boolean) => {
      const made = button(
        { id: `${name} ${entry.id}`, label: this.words(name) },
        () => possible && this.move(entry.id, by)
      );
      made.setAttribute('aria-label', `${this.words(name)}: ${entry.label}`);
      if (!possible) {
        made.setAttribute('aria-disabled', 'true');
      }
      return made;
    };
    const isMovable = entry.chosen && refused === '';
    return element(
      'li',
      {},
      element(
        'label',
        {},
        check,
        deviceIcon(entry.icon),
        element('span', {}, entry.label),
        element('span', { class: 'qvirt-muted' }, entry.summary)
      ),
      mover('up', -1, isMovable && at > 0),
      mover('down', 1, isMovable && at < chosen - 1)
    );
  }

  private move(id: string, by: number): void {
    const chosen = this.entries.filter(each => each.chosen);
    const at = chosen.findIndex(each => each.id === id);
    const to = at + by;
    const [moved] = chosen.slice(at, at + 1);
    if (at >= 0 && moved && to >= 0 && to < chosen.length) {
      chosen.splice(at, 1);
      chosen.splice(to, 0, moved);
      this.tell(chosen);
    }
  }

  private tell(chosen: IBootEntry[]): void {
    this.edit = this.changed(chosen.map(each => each.id));
    // The next click is about what this one made of the list.
    const others = this.entries.filter(each => !chosen.includes(each));
    this.show([
      ...chosen.map(each => ({ ...each, chosen: true })),
      ...others.map(each => ({ ...each, chosen: false }))
    ]);
  }
}
