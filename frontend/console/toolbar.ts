/** The row of tools above the screen: one stop for Tab, arrows within (WAI-ARIA's toolbar). */
import { ClipboardBox } from './clipboard';
import { icon, type Icon } from './icons';
import { COMBINATIONS } from './keys';
import { menuButton } from './menu';
import type { Scaling } from './messages';
import type { Screen } from './screen';
import { words } from './strings';

export interface ToolbarActions {
  takePicture: () => void;
  toggleFullscreen: () => void;
  say: (message: string) => void;
  /** Begin so with this machine from now on. */
  keepScaling: (scaling: Scaling) => void;
  keepAutoconnect: (autoconnect: boolean) => void;
}

const SCALINGS: readonly Scaling[] = ['fit', 'actual', 'resize'];

export class Toolbar {
  readonly clipboard: ClipboardBox;
  private readonly tools: HTMLButtonElement[] = [];
  private readonly title = document.createElement('span');
  private readonly state = document.createElement('span');
  /** Whether a console of this machine connects without a click. */
  autoconnect = true;
  /** Where keys go, and how to get them back. */
  private readonly keys = document.createElement('span');

  constructor(
    private readonly element: HTMLElement,
    private readonly screen: Screen,
    actions: ToolbarActions
  ) {
    element.replaceChildren();
    element.setAttribute('aria-label', words('toolbar'));
    this.title.className = 'title';
    this.state.className = 'state';
    const heading = document.createElement('div');
    heading.className = 'heading';
    heading.append(this.title, this.state);
    this.keys.className = 'keys';
    this.keys.title = words('leave_help');
    element.append(heading, this.keys);

    menuButton(this.add('keys', words('send_key'), true), () =>
      COMBINATIONS.map(combination => ({
        label: combination.label,
        separated: combination.separated ?? false,
        run: () => {
          screen.send(combination);
          screen.focus();
        }
      }))
    );
    menuButton(this.add('view', words('view'), true), () => [
      ...SCALINGS.map(scaling => ({
        label: words(`scaling_${scaling}`),
        role: 'menuitemradio' as const,
        checked: screen.scaling === scaling,
        run: () => {
          this.scale(scaling, actions.say);
          actions.keepScaling(scaling);
        }
      })),
      {
        label: words('autoconnect'),
        role: 'menuitemcheckbox' as const,
        checked: this.autoconnect,
        separated: true,
        run: () => {
          this.autoconnect = !this.autoconnect;
          actions.keepAutoconnect(this.autoconnect);
        }
      },
      {
        label: words('view_only'),
        role: 'menuitemcheckbox' as const,
        checked: screen.viewOnly,
        run: () => {
          screen.viewOnly = !screen.viewOnly;
          actions.say(
            words(screen.viewOnly ? 'view_only_on' : 'view_only_off')
          );
          this.enable();
        }
      }
    ]);
    this.clipboard = new ClipboardBox(
      this.add('clipboard', words('clipboard')),
      screen,
      actions.say
    );
    this.add('picture', words('picture')).addEventListener(
      'click',
      actions.takePicture
    );
    this.add('fullscreen', words('fullscreen')).addEventListener(
      'click',
      actions.toggleFullscreen
    );
    element.addEventListener('keydown', event => this.move(event));
    element.hidden = false;
  }

  /** Say whose screen this is and what the machine does. */
  describe(title: string, state: string, kind: string): void {
    this.title.textContent = title;
    this.state.textContent = state;
    this.state.dataset.state = kind;
  }

  private usable = false;
  private takesKeys = false;

  /** Grey out what does nothing now: all without a picture, keys for a paused guest. */
  setUsable(usable: boolean, takesKeys: boolean): void {
    this.usable = usable;
    this.takesKeys = takesKeys;
    this.enable();
  }

  focus(): void {
    this.tools.find(tool => !tool.disabled)?.focus();
  }

  private enable(): void {
    const keys = this.usable && this.takesKeys && !this.screen.viewOnly;
    for (const tool of this.tools) {
      const name = tool.dataset.tool;
      tool.disabled =
        name === 'keys' || name === 'clipboard'
          ? !keys
          : name === 'picture'
            ? !this.usable
            : false;
    }
    this.keys.textContent = !this.usable
      ? ''
      : this.screen.viewOnly
        ? words('view_only')
        : words('leave_hint');
    this.rove(this.tools.find(tool => !tool.disabled));
  }

  private add(name: Icon, label: string, opens = false): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset.tool = name;
    button.title = label;
    button.setAttribute('aria-label', label);
    button.tabIndex = this.tools.length === 0 ? 0 : -1;
    const text = document.createElement('span');
    text.textContent = label;
    button.append(icon(name), text);
    button.classList.toggle('opens', opens);
    this.tools.push(button);
    this.element.append(button);
    return button;
  }

  private scale(scaling: Scaling, say: (message: string) => void): void {
    const before = this.screen.size;
    this.screen.scaling = scaling;
    this.screen.layOut();
    if (scaling !== 'resize') {
      return;
    }
    // The protocol has no answer that says no: a guest that cannot resize just does not.
    setTimeout(() => {
      const after = this.screen.size;
      const box = this.element.ownerDocument.getElementById('viewport');
      const fits = box && Math.abs(box.clientWidth - after.width) <= 8;
      if (before.width === after.width && !fits) {
        say(words('scaling_resize_ignored'));
      }
    }, 2500);
  }

  private move(event: KeyboardEvent): void {
    const usable = this.tools.filter(tool => !tool.disabled);
    const now = usable.indexOf(document.activeElement as HTMLButtonElement);
    let next: HTMLButtonElement | undefined;
    if (event.key === 'ArrowRight') {
      next = usable[(now + 1) % usable.length];
    } else if (event.key === 'ArrowLeft') {
      next = usable[(now - 1 + usable.length) % usable.length];
    } else if (event.key === 'Home') {
      next = usable[0];
    } else if (event.key === 'End') {
      next = usable.at(-1);
    } else {
      return;
    }
    event.preventDefault();
    this.rove(next);
    next?.focus();
  }

  private rove(current: HTMLButtonElement | undefined): void {
    for (const tool of this.tools) {
      tool.tabIndex = tool === current ? 0 : -1;
    }
  }
}
