/** A popup menu: mouse, arrow keys, type-ahead, one level of submenus. */
import { icon } from './icons';

export interface Item {
  label: string;
  icon?: string;
  /** Why it cannot be chosen. */
  refusal?: string;
  /** For what can be switched on and off, or is one of several. */
  checked?: boolean;
  /** Whether it is one of several. */
  radio?: boolean;
  run?: () => void;
  items?: Item[];
  /** Draw a line above it. */
  separated?: boolean;
}

interface Options {
  items: Item[];
  label: string;
  x: number;
  y: number;
  /** Gets the focus back. */
  opener: HTMLElement | null;
}

/** Show a menu at a place of the window; it removes itself. */
export function showMenu(options: Options): void {
  const before = options.opener;
  const layer = document.createElement('div');
  layer.className = 'qvirt-menu-layer';
  const close = (refocus: boolean) => {
    layer.remove();
    window.removeEventListener('blur', onBlur);
    if (refocus) {
      before?.focus();
    }
  };
  const onBlur = () => {
    close(false);
  };
  const open = (
    items: Item[],
    label: string,
    x: number,
    y: number,
    parent?: HTMLElement
  ): HTMLElement => {
    const menu = document.createElement('div');
    menu.className = 'qvirt-menu';
    menu.setAttribute('role', 'menu');
    menu.setAttribute('aria-label', label);
    for (const item of items) {
      menu.append(entry(item, menu));
    }
    layer.append(menu);
    place(menu, x, y, parent);
    menu.querySelector<HTMLElement>('[role^=menuitem]')?.focus();
    return menu;
  };
  const closeSubmenus = (menu: HTMLElement) => {
    while (layer.lastElementChild && layer.lastElementChild !== menu) {
      layer.lastElementChild.remove();
    }
    menu
      .querySelectorAll('[aria-expanded=true]')
      .forEach(node => node.setAttribute('aria-expanded', 'false'));
  };
  const expand = (item: Item, node: HTMLElement, menu: HTMLElement) => {
    closeSubmenus(menu);
    node.setAttribute('aria-expanded', 'true');
    const { right, top } = node.getBoundingClientRect();
    open(item.items ?? [], item.label, right, top - 5, node);
  };
  const choose = (item: Item, node: HTMLElement, menu: HTMLElement) => {
    if (item.items) {
      expand(item, node, menu);
    } else if (!item.refusal) {
      close(true);
      item.run?.();
    }
  };
  const entry = (item: Item, menu: HTMLElement): HTMLElement => {
    const node = document.createElement('div');
    const isCheck = item.checked !== undefined;
    node.className = 'qvirt-menu-item';
    node.classList.toggle('qvirt-mod-separated', item.separated ?? false);
    node.tabIndex = -1;
    const check = item.radio ? 'menuitemradio' : 'menuitemcheckbox';
    node.setAttribute('role', isCheck ? check : 'menuitem');
    if (isCheck) {
      node.setAttribute('aria-checked', String(item.checked));
    }
    if (item.refusal) {
      node.setAttribute('aria-disabled', 'true');
      node.title = item.refusal;
    }
    const name = document.createElement('span');
    name.className = 'qvirt-label';
    name.textContent = item.label;
    node.append(icon(item.checked ? 'check' : (item.icon ?? '')), name);
    if (item.items) {
      node.setAttribute('aria-haspopup', 'menu');
      node.setAttribute('aria-expanded', 'false');
      node.append(icon('expander'));
    }
    node.addEventListener('click', () => choose(item, node, menu));
    node.addEventListener('mouseenter', () => {
      if (item.items) {
        expand(item, node, menu);
      } else {
        closeSubmenus(menu);
        node.focus();
      }
    });
    node.addEventListener('keydown', event => {
      const entries = [
        ...menu.querySelectorAll<HTMLElement>('[role^=menuitem]')
      ];
      const at = entries.indexOf(node);
      const to = target(event, item, entries, at);
      if (to !== null) {
        event.preventDefault();
        event.stopPropagation();
      }
      if (to === 'choose') {
        choose(item, node, menu);
      } else if (to === 'close') {
        close(true);
      } else if (to === 'back') {
        const parent = menu.previousElementSibling;
        if (parent instanceof HTMLElement) {
          const opener = parent.querySelector<HTMLElement>(
            '[aria-expanded=true]'
          );
          closeSubmenus(parent);
          opener?.focus();
        }
      } else {
        to?.focus();
      }
    });
    return node;
  };

  layer.addEventListener('mousedown', event => {
    if (event.target === layer) {
      event.preventDefault();
      close(true);
    }
  });
  layer.addEventListener('contextmenu', event => event.preventDefault());
  window.addEventListener('blur', onBlur);
  // JupyterLab's shortcuts must not act on what is behind the menu.
  layer.dataset.lmSuppressShortcuts = 'true';
  document.body.append(layer);
  open(options.items, options.label, options.x, options.y);
}

/** Put a menu where it fits into the window. */
function place(menu: HTMLElement, x: number, y: number, parent?: HTMLElement) {
  const { width, height } = menu.getBoundingClientRect();
  const beyond = x + width > window.innerWidth;
  const left = parent?.getBoundingClientRect().left ?? x;
  const room = window.innerWidth - width - 4;
  menu.style.left = `${Math.max(4, beyond ? Math.min(left - width, room) : x)}px`;
  menu.style.top = `${Math.max(4, Math.min(y, window.innerHeight - height - 4))}px`;
  if (beyond && !parent) {
    menu.style.left = `${Math.max(4, room)}px`;
  }
}

/** What a key means in a menu. */
function target(
  event: KeyboardEvent,
  item: Item,
  entries: HTMLElement[],
  at: number
): HTMLElement | 'choose' | 'close' | 'back' | null {
  const { length } = entries;
  switch (event.key) {
    case 'ArrowDown':
      return entries[(at + 1) % length] ?? null;
    case 'ArrowUp':
      return entries[(at + length - 1) % length] ?? null;
    case 'Home':
      return entries[0] ?? null;
    case 'End':
      return entries[length - 1] ?? null;
    case 'Enter':
    case ' ':
      return 'choose';
    case 'ArrowRight':
      return item.items ? 'choose' : null;
    case 'ArrowLeft':
      return 'back';
    case 'Escape':
    case 'Tab':
      return 'close';
    default: {
      if (event.key.length !== 1 || event.ctrlKey || event.metaKey) {
        return null;
      }
      const letter = event.key.toLocaleLowerCase();
      const after = [...entries.slice(at + 1), ...entries.slice(0, at + 1)];
      return (
        after.find(node =>
          node.textContent?.trim().toLocaleLowerCase().startsWith(letter)
        ) ?? null
      );
    }
  }
}
