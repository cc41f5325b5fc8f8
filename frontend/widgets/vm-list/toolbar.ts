/** The buttons above the list, and the filter. */
import type { Offer } from './actions';
import { icon } from './icons';
import { type Item, showMenu } from './menu';
import type { Store } from './store';

interface Options {
  store: Store;
  onAction: (offer: Offer) => void;
  onFilter: (text: string) => void;
  /** Down from the filter goes into the list. */
  onLeave: () => void;
}

/** A group of the toolbar: one button, and behind its arrow those of the same submenu. */
interface Place {
  offer: Offer;
  more: Offer[];
}

export class Toolbar {
  constructor(options: Options) {
    this._options = options;
    this.node.className = 'qvirt-toolbar';
    this._buttons.className = 'qvirt-toolbar-buttons';
    this._buttons.setAttribute('role', 'toolbar');
    this._buttons.addEventListener('keydown', event => this._onKey(event));
    this._filter.type = 'search';
    this._filter.className = 'qvirt-filter-text';
    this._filter.addEventListener('input', () =>
      options.onFilter(this._filter.value)
    );
    this._filter.addEventListener('keydown', event => {
      if (event.key === 'Escape' && this._filter.value) {
        event.preventDefault();
        event.stopPropagation();
        this._filter.value = '';
        options.onFilter('');
      } else if (event.key === 'ArrowDown') {
        event.preventDefault();
        options.onLeave();
      }
    });
    const field = document.createElement('label');
    field.className = 'qvirt-filter';
    field.append(icon('search'), this._filter);
    this.node.append(this._buttons, field);
  }

  readonly node = document.createElement('div');

  /** Put the texts in, when they have come. */
  label(): void {
    const { store } = this._options;
    this._buttons.setAttribute('aria-label', store.text('toolbar'));
    this._filter.placeholder = store.text('filter');
    this._filter.setAttribute('aria-label', store.text('filter'));
  }

  /** Show what can be done now. */
  update(offers: Offer[]): void {
    const places: Place[] = [];
    for (const offer of offers) {
      if (!offer.spec.toolbar) {
        continue;
      }
      const last = places.at(-1);
      const { submenu } = offer.spec;
      if (submenu && last?.offer.spec.submenu === submenu) {
        last.more.push(offer);
      } else {
        places.push({ offer, more: [] });
      }
    }
    // The same buttons are kept, so that the focus stays.
    const nodes = places.flatMap((place, index) => [
      this._button(`${index}`, place.offer),
      ...(place.more.length > 0 ? [this._arrow(`${index}-more`, place)] : [])
    ]);
    if (
      nodes.length !== this._buttons.children.length ||
      nodes.some((node, index) => this._buttons.children[index] !== node)
    ) {
      this._buttons.replaceChildren(...nodes);
    }
    if (!nodes.some(node => node.tabIndex === 0)) {
      const [first] = nodes;
      if (first) {
        first.tabIndex = 0;
      }
    }
  }

  private _button(place: string, offer: Offer): HTMLButtonElement {
    const node = this._node(place, button => {
      button.append(icon(''), document.createElement('span'));
    });
    const { label, icon: name } = offer.spec;
    if (node.dataset.action !== offer.spec.name) {
      node.dataset.action = offer.spec.name;
      node.firstElementChild?.replaceWith(icon(name));
      const text = node.lastElementChild;
      if (text) {
        text.className = 'qvirt-label';
        text.textContent = label;
      }
    }
    node.setAttribute('aria-disabled', String(Boolean(offer.refusal)));
    node.title = offer.refusal ? `${label}: ${offer.refusal}` : label;
    node.onclick = () => {
      if (!offer.refusal) {
        this._options.onAction(offer);
      }
    };
    return node;
  }

  private _arrow(place: string, { offer, more }: Place): HTMLButtonElement {
    const node = this._node(place, button => {
      button.classList.add('qvirt-mod-arrow');
      button.setAttribute('aria-haspopup', 'menu');
      button.append(icon('down'));
    });
    const label = this._options.store.text('more', { label: offer.spec.label });
    node.title = label;
    node.setAttribute('aria-label', label);
    node.onclick = () => {
      const { left, bottom } = node.getBoundingClientRect();
      showMenu({
        items: [offer, ...more].map(one => this.item(one)),
        label,
        x: left,
        y: bottom + 2,
        opener: node
      });
    };
    return node;
  }

  /** An offer as a menu entry. */
  item(offer: Offer): Item {
    return {
      label: offer.spec.label,
      icon: offer.spec.icon,
      refusal: offer.refusal,
      run: () => this._options.onAction(offer)
    };
  }

  private _node(
    place: string,
    fill: (button: HTMLButtonElement) => void
  ): HTMLButtonElement {
    let node = this._nodes.get(place);
    if (!node) {
      node = document.createElement('button');
      node.type = 'button';
      node.className = 'qvirt-button';
      node.tabIndex = -1;
      fill(node);
      this._nodes.set(place, node);
    }
    return node;
  }

  /** The arrow keys go from button to button; the tab key leaves. */
  private _onKey(event: KeyboardEvent): void {
    const all = [...this._buttons.querySelectorAll<HTMLElement>('button')];
    const at = all.findIndex(node => node === document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[
      event.key
    ];
    const next = to === undefined ? undefined : all.at(to % all.length);
    if (next) {
      event.preventDefault();
      all.forEach(node => (node.tabIndex = -1));
      next.tabIndex = 0;
      next.focus();
    }
  }

  private readonly _options: Options;
  private readonly _buttons = document.createElement('div');
  private readonly _filter = document.createElement('input');
  private readonly _nodes = new Map<string, HTMLButtonElement>();
}
