import { element, redraw } from './dom';
import { IWay } from './wizardMessages';

/** The ways to install as a group of radio buttons; what cannot be chosen says why. */
export class WayChoice {
  readonly node: HTMLElement;

  constructor(
    label: string,
    private readonly choose: (id: string) => void
  ) {
    this.node = element('div', {
      class: 'qvirt-ways',
      role: 'radiogroup',
      'aria-label': label
    });
    this.node.addEventListener('keydown', event => this.move(event));
  }

  draw(ways: IWay[]): void {
    this.node.hidden = ways.length === 0;
    redraw(
      this.node,
      ways.map(way => this.radio(way))
    );
  }

  private radio(way: IWay): HTMLElement {
    const made = element(
      'div',
      {
        class: 'qvirt-way',
        role: 'radio',
        'aria-checked': String(way.chosen),
        'aria-disabled': way.reason ? 'true' : undefined,
        tabindex: way.chosen ? '0' : '-1',
        'data-way': way.id,
        'data-focus': `way ${way.id}`
      },
      element('span', { class: 'qvirt-way-label' }, way.label),
      element('span', { class: 'qvirt-muted' }, way.reason || way.summary)
    );
    made.addEventListener('click', () => {
      made.focus();
      if (!way.reason) {
        this.choose(way.id);
      }
    });
    return made;
  }

  /** Arrows move and choose, as in all groups of radio buttons; what is disabled can be read. */
  private move(event: KeyboardEvent): void {
    const all = [...this.node.querySelectorAll<HTMLElement>('[role=radio]')];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = event.altKey
      ? undefined
      : {
          ArrowRight: at + 1,
          ArrowDown: at + 1,
          ArrowLeft: at - 1,
          ArrowUp: at - 1,
          Home: 0,
          End: all.length - 1,
          ' ': at
        }[event.key];
    const target =
      to === undefined ? undefined : all[(to + all.length) % all.length];
    if (at >= 0 && target) {
      event.preventDefault();
      event.stopPropagation();
      target.focus();
      if (!target.hasAttribute('aria-disabled')) {
        this.choose(target.dataset.way ?? '');
      }
    }
  }
}
