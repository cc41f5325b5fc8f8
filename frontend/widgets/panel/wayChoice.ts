import { element, redraw } from './dom';
import { moveInRadioGroup } from './radioGroup';
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

  private move(event: KeyboardEvent): void {
    const chosen = moveInRadioGroup(event, this.node);
    if (chosen) {
      this.choose(chosen.dataset.way ?? '');
    }
  }
}
