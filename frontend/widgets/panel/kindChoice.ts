import { IKind } from './detailsMessages';
import { deviceIcon } from './deviceIcons';
import { element, redraw } from './dom';
import { Words } from './formField';
import { moveInRadioGroup } from './radioGroup';

/** The kinds of devices as a group of radio buttons; what cannot be added says why. */
export class KindChoice {
  readonly node: HTMLElement;
  private readonly reason: HTMLElement;
  private readonly list: HTMLElement;

  constructor(
    words: Words,
    private readonly choose: (id: string) => void
  ) {
    this.list = element('div', {
      class: 'qvirt-kinds-list',
      role: 'radiogroup',
      'aria-label': words('kinds')
    });
    this.reason = element('p', {
      class: 'qvirt-form-help',
      'aria-live': 'polite'
    });
    this.node = element(
      'div',
      { class: 'qvirt-kinds' },
      this.list,
      this.reason
    );
    this.list.addEventListener('keydown', event => this.move(event));
  }

  draw(kinds: IKind[]): void {
    this.node.hidden = kinds.length === 0;
    redraw(
      this.list,
      kinds.map(kind => this.radio(kind))
    );
  }

  private radio(kind: IKind): HTMLElement {
    const made = element(
      'div',
      {
        class: 'qvirt-kind',
        role: 'radio',
        'aria-checked': String(kind.chosen),
        'aria-disabled': kind.reason ? 'true' : undefined,
        title: kind.reason || undefined,
        tabindex: kind.chosen ? '0' : '-1',
        'data-kind': kind.id,
        'data-focus': `kind ${kind.id}`
      },
      deviceIcon(kind.icon),
      element('span', {}, kind.label)
    );
    if (kind.reason) {
      made.append(
        element('span', { class: 'qvirt-hidden' }, `. ${kind.reason}`)
      );
    }
    made.addEventListener('focus', () => {
      this.reason.textContent = kind.reason
        ? `${kind.label}: ${kind.reason}`
        : '';
    });
    made.addEventListener('click', () => {
      made.focus();
      if (!kind.reason) {
        this.choose(kind.id);
      }
    });
    return made;
  }

  private move(event: KeyboardEvent): void {
    const chosen = moveInRadioGroup(event, this.list);
    if (chosen) {
      this.choose(chosen.dataset.kind ?? '');
    }
  }
}
