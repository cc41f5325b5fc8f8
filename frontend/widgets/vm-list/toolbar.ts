/** The buttons above the list, the filter, and how the list is seen. */
import type { Offer } from './actions';
import { icon } from '../grid/icons';
import { type Item, showMenu } from '../grid/menu';
import { keepReachable, rove } from '../grid/roving';
import type { Store } from './store';

interface Options {
  store: Store;
  onAction: (offer: Offer) => void;
  onFilter: (text: string) => void;
  /** The filter is to be kept, or no longer. */
  onKeep: (text: string) => void;
  /** The menu of what is seen is wanted at this place of the window. */
  onView: (x: number, y: number, opener: HTMLElement) => void;
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
    rove(this._buttons);
    this._filter.type = 'search';
    this._filter.className = 'qvirt-filter-text';
    this._filter.autocomplete = 'off';
    this._filter.addEventListener('input', () => this._onInput());
    this._filter.addEventListener('keydown', event => {
      if (event.key === 'Escape' && this._filter.value) {
        event.preventDefault();
        event.stopPropagation();
        this.search('');
      } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
        event.preventDefault();
        options.onLeave();
      }
    });
    this._star.type = 'button';
    this._star.className = 'qvirt-star';
    this._star.append(icon('star'));
    this._star.addEventListener('click', () =>
      options.onKeep(this._filter.value.trim())
    );
    const field = document.createElement('div');
    field.className = 'qvirt-filter';
    field.append(icon('search'), this._filter, this._star);
    this._view.type = 'button';
    this._view.className = 'qvirt-button';
    this._view.setAttribute('aria-haspopup', 'menu');
    this._view.addEventListener('click', () => {
      const { left, bottom } = this._view.getBoundingClientRect();
      options.onView(left, bottom + 2, this._view);
    });
    this.node.append(this._buttons, field, this._view);
  }

  readonly node = document.createElement('div');

  /** Put the texts in, when they have come. */
  label(): void {
    const { store } = this._options;
    this._buttons.setAttribute('aria-label', store.text('toolbar'));
    this._filter.placeholder = store.text('filter');
    this._filter.setAttribute('aria-label', store.text('filter'));
    this._filter.title = store.text('filter_help');
    const label = document.createElement('span');
    label.className = 'qvirt-label';
    label.textContent = store.text('view');
    this._view.title = store.text('view');
    this._view.replaceChildren(icon('view'), label, icon('down'));
    this.arrange();
  }

  /** Show whether the filter is kept. */
  arrange(): void {
    const { store } = this._options;
    const { filters } = store.arrangement;
    const text = this._filter.value.trim();
    const isKept = filters.includes(text);
    const label = store.text(isKept ? 'drop_filter' : 'keep_filter');
    this._star.hidden = !text;
    this._star.title = label;
    this._star.setAttribute('aria-label', label);
    this._star.setAttribute('aria-pressed', String(isKept));
  }

  /** Filter by a text. */
  search(text: string): void {
    this._filter.value = text;
    this._onInput();
  }

  /** Mark a filter that makes no sense. */
  complain(problem: string): void {
    this._filter.setAttribute('aria-invalid', String(Boolean(problem)));
  }

  private _onInput(): void {
    this.arrange();
    this._options.onFilter(this._filter.value);
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
    keepReachable(nodes);
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

  private readonly _options: Options;
  private readonly _buttons = document.createElement('div');
  private readonly _filter = document.createElement('input');
  private readonly _star = document.createElement('button');
  private readonly _view = document.createElement('button');
  private readonly _nodes = new Map<string, HTMLButtonElement>();
}
