/** The buttons above a table, and its filter. */
import { hasIcon, icon } from '../grid/icons';
import { type Item, showMenu } from '../grid/menu';
import { keepReachable, rove } from '../grid/roving';
import type { ActionData } from './messages';
import type { Store } from './store';

interface Options {
  store: Store;
  onAction: (action: ActionData) => void;
  onFilter: (text: string) => void;
  /** Do something once it is known what can be done with the rows that are selected now. */
  once: (run: () => void) => void;
  /** Down from the filter goes into the table. */
  onLeave: () => void;
}

export class Toolbar {
  constructor(private readonly _options: Options) {
    this.node.className = 'qvirt-toolbar';
    this._buttons.className = 'qvirt-toolbar-buttons';
    rove(this._buttons);
    this._filter.type = 'search';
    this._filter.className = 'qvirt-filter-text';
    this._filter.autocomplete = 'off';
    this._filter.addEventListener('input', () =>
      _options.onFilter(this._filter.value)
    );
    this._filter.addEventListener('keydown', event => {
      if (event.key === 'Escape' && this._filter.value) {
        this._filter.value = '';
        _options.onFilter('');
      } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
        _options.onLeave();
      } else {
        return;
      }
      event.preventDefault();
      event.stopPropagation();
    });
    const field = document.createElement('div');
    field.className = 'qvirt-filter';
    field.append(icon('search'), this._filter);
    this.node.append(this._buttons, field);
  }

  readonly node = document.createElement('div');

  /** Put the texts in, when they have come. */
  label(): void {
    const { store } = this._options;
    this._buttons.setAttribute('aria-label', store.label);
    this._filter.placeholder = store.text('filter');
    this._filter.setAttribute('aria-label', store.text('filter'));
    this._filter.title = store.text('filter_help');
  }

  /** Show what can be done with the selected rows. */
  update(actions: readonly ActionData[]): void {
    this._actions = actions;
    const here = actions.filter(({ toolbar }) => toolbar);
    const nodes = here.map(action => this._button(action));
    if (here.length < actions.length && here.length > 0) {
      nodes.push(this._more());
    }
    if (
      nodes.length !== this._buttons.children.length ||
      nodes.some((node, index) => this._buttons.children[index] !== node)
    ) {
      const active = document.activeElement;
      this._buttons.replaceChildren(...nodes);
      if (active instanceof HTMLElement && this._buttons.contains(active)) {
        active.focus();
      }
    }
    this._buttons.hidden = nodes.length === 0;
    keepReachable(nodes);
  }

  private _button(action: ActionData): HTMLButtonElement {
    const node = this._node(action.id);
    node.dataset.action = action.id;
    const label = document.createElement('span');
    label.className = 'qvirt-label';
    label.textContent = action.label;
    node.replaceChildren(
      ...(hasIcon(action.icon) ? [icon(action.icon)] : []),
      label
    );
    node.setAttribute('aria-disabled', String(Boolean(action.reason)));
    node.title = action.reason
      ? `${action.label}: ${action.reason}`
      : action.label;
    node.onclick = () => this._options.onAction(action);
    return node;
  }

  private _more(): HTMLButtonElement {
    const node = this._node('');
    const label = this._options.store.text('more');
    node.title = label;
    node.setAttribute('aria-label', label);
    node.setAttribute('aria-haspopup', 'menu');
    node.replaceChildren(icon('more'));
    node.onclick = () =>
      this._options.once(() => {
        const { left, bottom } = node.getBoundingClientRect();
        showMenu({
          items: items(this._actions, this._options.onAction),
          label,
          x: left,
          y: bottom + 2,
          opener: node
        });
      });
    return node;
  }

  /** The same buttons are kept, so that the focus stays. */
  private _node(place: string): HTMLButtonElement {
    let node = this._nodes.get(place);
    if (!node) {
      node = document.createElement('button');
      node.type = 'button';
      node.className = 'qvirt-button';
      node.tabIndex = -1;
      this._nodes.set(place, node);
    }
    return node;
  }

  private _actions: readonly ActionData[] = [];
  private readonly _buttons = document.createElement('div');
  private readonly _filter = document.createElement('input');
  private readonly _nodes = new Map<string, HTMLButtonElement>();
}

/** Actions as the entries of a menu. */
export function items(
  actions: readonly ActionData[],
  run: (action: ActionData) => void
): Item[] {
  return actions.map(action => ({
    label: action.label,
    icon: action.icon,
    refusal: action.reason,
    separated: action.danger,
    run: () => run(action)
  }));
}
