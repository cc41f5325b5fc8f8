/** A button that opens a menu below it (https://www.w3.org/WAI/ARIA/apg/patterns/menu-button/). */

export interface Entry {
  label: string;
  run: () => void;
  /** For one of several, or for a switch. */
  checked?: boolean;
  role?: 'menuitem' | 'menuitemradio' | 'menuitemcheckbox';
  separated?: boolean;
}

/** Make `button` open a menu whose entries are asked for each time. */
export function menuButton(
  button: HTMLButtonElement,
  entries: () => Entry[]
): void {
  button.setAttribute('aria-haspopup', 'menu');
  button.setAttribute('aria-expanded', 'false');
  let menu: HTMLElement | null = null;

  function close(refocus: boolean): void {
    if (!menu) {
      return;
    }
    menu.remove();
    menu = null;
    button.setAttribute('aria-expanded', 'false');
    document.removeEventListener('pointerdown', outside, true);
    window.removeEventListener('blur', away);
    if (refocus) {
      button.focus();
    }
  }

  function outside(event: Event): void {
    const target = event.target as Node;
    if (!menu?.contains(target) && !button.contains(target)) {
      close(false);
    }
  }

  function away(): void {
    close(false);
  }

  function items(): HTMLElement[] {
    return menu
      ? Array.from(menu.querySelectorAll<HTMLElement>('[role^=menuitem]'))
      : [];
  }

  function move(step: number | 'first' | 'last'): void {
    const all = items();
    const now = all.indexOf(document.activeElement as HTMLElement);
    const next =
      step === 'first'
        ? 0
        : step === 'last'
          ? all.length - 1
          : (now + step + all.length) % all.length;
    all[next]?.focus();
  }

  function open(where: 'first' | 'last'): void {
    close(false);
    menu = document.createElement('div');
    menu.className = 'menu';
    menu.setAttribute('role', 'menu');
    menu.setAttribute('aria-label', button.getAttribute('aria-label') ?? '');
    for (const entry of entries()) {
      if (entry.separated) {
        const line = document.createElement('hr');
        line.setAttribute('role', 'separator');
        menu.append(line);
      }
      const item = document.createElement('button');
      item.type = 'button';
      item.tabIndex = -1;
      item.textContent = entry.label;
      item.setAttribute('role', entry.role ?? 'menuitem');
      if (entry.checked !== undefined) {
        item.setAttribute('aria-checked', String(entry.checked));
      }
      item.addEventListener('click', () => {
        close(true);
        entry.run();
      });
      menu.append(item);
    }
    menu.addEventListener('keydown', event => {
      const step = STEPS[event.key];
      if (step !== undefined) {
        move(step);
      } else if (event.key === 'Escape' || event.key === 'Tab') {
        close(true);
      } else if (event.key.length === 1) {
        const wanted = event.key.toLowerCase();
        items()
          .find(item => item.textContent?.toLowerCase().startsWith(wanted))
          ?.focus();
        return;
      } else {
        return;
      }
      event.preventDefault();
      event.stopPropagation();
    });
    pageBody().append(menu);
    place(menu, button);
    button.setAttribute('aria-expanded', 'true');
    document.addEventListener('pointerdown', outside, true);
    window.addEventListener('blur', away);
    move(where);
  }

  button.addEventListener('click', () => {
    if (menu) {
      close(true);
    } else {
      open('first');
    }
  });
  button.addEventListener('keydown', event => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      open(event.key === 'ArrowDown' ? 'first' : 'last');
      event.preventDefault();
      event.stopPropagation();
    }
  });
}

const STEPS: Record<string, number | 'first' | 'last' | undefined> = {
  ArrowDown: 1,
  ArrowUp: -1,
  Home: 'first',
  End: 'last'
};

/** What holds everything of the page, menus and boxes too. */
export function pageBody(): HTMLElement {
  return document.querySelector('main') ?? document.body;
}

/** Put a box below a button, within the page. */
export function place(box: HTMLElement, button: HTMLElement): void {
  const anchor = button.getBoundingClientRect();
  const left = Math.min(anchor.left, window.innerWidth - box.offsetWidth - 4);
  box.style.left = `${Math.max(4, left)}px`;
  box.style.top = `${anchor.bottom + 2}px`;
  box.style.maxHeight = `${window.innerHeight - anchor.bottom - 8}px`;
}
