/** A small popup menu: mouse and arrow keys; what cannot be done says why. */
import { element } from './dom';

export interface IPopupItem {
  label: string;
  /** Why it cannot be chosen; empty where it can. */
  reason: string;
  run: () => void;
}

interface IPopup {
  label: string;
  items: IPopupItem[];
  x: number;
  y: number;
  /** Gets the focus back. */
  opener: HTMLElement;
}

/** Show a menu at a place of the window; it removes itself. */
export function showPopup({ label, items, x, y, opener }: IPopup): void {
  const layer = element('div', {
    class: 'qvirt-popup-layer',
    // JupyterLab's shortcuts must not act on what is behind the menu.
    'data-lm-suppress-shortcuts': 'true'
  });
  const menu = element('div', {
    class: 'qvirt-popup',
    role: 'menu',
    'aria-label': label
  });
  const onBlur = () => close(false);

  function close(refocus: boolean): void {
    layer.remove();
    window.removeEventListener('blur', onBlur);
    if (refocus) {
      opener.focus();
    }
  }

  for (const item of items) {
    const entry = element(
      'div',
      {
        class: 'qvirt-popup-item',
        role: 'menuitem',
        tabindex: '-1',
        'aria-disabled': item.reason ? 'true' : undefined
      },
      element('span', {}, item.label)
    );
    if (item.reason) {
      entry.append(
        element('span', { class: 'qvirt-popup-reason' }, item.reason)
      );
    }
    const choose = () => {
      if (!item.reason) {
        close(true);
        item.run();
      }
    };
    entry.addEventListener('click', choose);
    entry.addEventListener('mouseenter', () => entry.focus());
    entry.addEventListener('keydown', event => {
      const all = [...menu.querySelectorAll<HTMLElement>('[role=menuitem]')];
      const at = all.indexOf(entry);
      const to = {
        ArrowDown: at + 1,
        ArrowUp: at - 1,
        Home: 0,
        End: all.length - 1
      }[event.key];
      if (to !== undefined) {
        all[(to + all.length) % all.length]?.focus();
      } else if (event.key === 'Enter' || event.key === ' ') {
        choose();
      } else if (event.key === 'Escape' || event.key === 'Tab') {
        close(true);
      } else {
        return;
      }
      event.preventDefault();
      event.stopPropagation();
    });
    menu.append(entry);
  }
  layer.append(menu);
  layer.addEventListener('mousedown', event => {
    if (event.target === layer) {
      event.preventDefault();
      close(true);
    }
  });
  layer.addEventListener('contextmenu', event => event.preventDefault());
  window.addEventListener('blur', onBlur);
  document.body.append(layer);
  const { width, height } = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(4, Math.min(x, window.innerWidth - width - 4))}px`;
  menu.style.top = `${Math.max(4, Math.min(y, window.innerHeight - height - 4))}px`;
  menu.querySelector<HTMLElement>('[role=menuitem]')?.focus();
}
