/** The tools above the screen, and what each of them does. */
import { ClipboardBox, type Layouts } from './clipboard';
import { CombinationBox } from './combinationBox';
import { COMBINATIONS, type Key } from './keys';
import { canBeTouched, TouchKeyboard } from './touchKeyboard';
import { menuButton } from '../viewer/menu';
import type { DisplayType } from './display';
import type { Scaling } from './messages';
import type { Screen } from './screen';
import { words } from '../viewer/strings';
import { ToolRow } from '../viewer/toolRow';

export interface ToolbarActions {
  takePicture: () => void;
  toggleFullscreen: () => void;
  say: (message: string) => void;
  /** Begin so with this machine from now on. */
  keepScaling: (scaling: Scaling) => void;
  keepAutoconnect: (autoconnect: boolean) => void;
  layouts: Layouts;
  /** The keys of a combination that somebody wrote; it fails with words. */
  keysOf: (text: string) => Promise<readonly Key[]>;
  /** Let the guest have the pointer. */
  grab: () => void;
  /** Give the machine a tablet. */
  addTablet: () => void;
  /** Save a connection file for remote-viewer. */
  saveViewerFile: () => void;
  /** Show what replaces SPICE by VNC. */
  replaceSpice: () => void;
}

const SCALINGS: readonly Scaling[] = ['fit', 'actual', 'resize'];

export class Toolbar {
  readonly clipboard: ClipboardBox;
  private readonly row: ToolRow;
  private readonly combinations: CombinationBox;
  /** Whether the machine has a tablet: its pointer need not be caught. */
  hasTablet = true;
  private held = false;
  /** What is shown: what replaces SPICE makes no sense for VNC. */
  display: DisplayType = 'vnc';
  /** Whether a console of this machine connects without a click. */
  autoconnect = true;
  private readonly sound: HTMLButtonElement;

  constructor(
    private readonly element: HTMLElement,
    private readonly screen: Screen,
    actions: ToolbarActions
  ) {
    const row = new ToolRow(element, {
      row: words('toolbar'),
      keys: words('leave_help')
    });
    this.row = row;

    const keys = row.add('keys', words('send_key'), true);
    this.combinations = new CombinationBox(keys, {
      keysOf: actions.keysOf,
      send: (pressed, text) => {
        screen.send(pressed);
        // Before the words, which the hint of a screen that gets the focus would take away.
        screen.focus();
        actions.say(words('combination_sent', { keys: text }));
      }
    });
    menuButton(keys, () => [
      ...COMBINATIONS.map(combination => ({
        label: combination.label,
        separated: combination.separated ?? false,
        run: () => {
          screen.send(combination.keys);
          screen.focus();
        }
      })),
      {
        label: words('combination'),
        separated: true,
        run: () => this.combinations.open()
      }
    ]);
    menuButton(row.add('view', words('view'), true), () => [
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
      },
      ...(screen.relative && !screen.viewOnly && this.takesKeys
        ? [
            {
              label: words('grab'),
              separated: true,
              run: () => {
                screen.focus();
                actions.grab();
              }
            }
          ]
        : []),
      ...(this.hasTablet
        ? []
        : [
            {
              label: words('tablet'),
              separated: !screen.relative,
              run: () => {
                actions.addTablet();
                actions.say(words('tablet_adding'));
              }
            }
          ])
    ]);
    this.clipboard = new ClipboardBox(
      row.add('clipboard', words('clipboard')),
      screen,
      actions.layouts,
      actions.say
    );
    this.sound = row.add('sound', words('sound'));
    this.sound.addEventListener('click', () => {
      const refusal = screen.lacks('sound');
      if (!refusal) {
        // Browsers let sound begin by a click only, so that it is never on by itself.
        screen.sounding = !screen.sounding;
      }
      actions.say(
        refusal || (screen.sounding ? words('sound_on') : words('sound_off'))
      );
      this.enable();
    });
    row
      .add('picture', words('picture'))
      .addEventListener('click', actions.takePicture);
    row
      .add('fullscreen', words('fullscreen'))
      .addEventListener('click', actions.toggleFullscreen);
    if (canBeTouched()) {
      new TouchKeyboard(
        row.add('touch', words('touch_keyboard')),
        screen,
        () => actions.layouts.of(actions.layouts.chosen),
        actions.say
      );
    }
    menuButton(row.add('more', words('more'), true), () => [
      { label: words('viewer_file'), run: actions.saveViewerFile },
      ...(this.display === 'spice'
        ? [{ label: words('replace_spice_menu'), run: actions.replaceSpice }]
        : [])
    ]);
  }

  /** Say whose screen this is and what the machine does. */
  describe(title: string, state: string, kind: string): void {
    this.row.describe(title, state, kind);
  }

  private usable = false;
  private takesKeys = false;

  /** Grey out what does nothing now: all without a picture, keys for a paused guest. */
  setUsable(usable: boolean, takesKeys: boolean): void {
    this.usable = usable;
    this.takesKeys = takesKeys;
    this.enable();
  }

  /** Names of keys, for combinations that somebody writes. */
  set keyNames(names: readonly string[]) {
    this.combinations.names = names;
  }

  /** Say where the pointer is: in the guest's screen (`held`), or free. */
  setPointer(held: boolean): void {
    this.held = held;
    this.enable();
  }

  focus(): void {
    this.row.focus();
  }

  private enable(): void {
    const keys = this.usable && this.takesKeys && !this.screen.viewOnly;
    this.row.enable(name =>
      name === 'keys' || name === 'clipboard' || name === 'touch'
        ? keys
        : name === 'picture' || name === 'sound'
          ? this.usable
          : true
    );
    const silent = this.usable ? this.screen.lacks('sound') : '';
    // It stays within reach of the keyboard, so that the reason can be heard.
    this.sound.setAttribute('aria-disabled', String(silent !== ''));
    this.sound.setAttribute('aria-pressed', String(this.screen.sounding));
    this.sound.title = silent || words('sound');
    this.row.keys.textContent = !this.usable
      ? ''
      : this.screen.viewOnly
        ? words('view_only')
        : this.held
          ? words('held_hint')
          : this.screen.relative && !this.hasTablet
            ? words('grab_hint')
            : words('leave_hint');
    this.element.classList.toggle('holds-pointer', this.held);
    this.row.keys.title =
      this.screen.relative && !this.hasTablet
        ? words('tablet_help')
        : words('leave_help');
  }

  private scale(scaling: Scaling, say: (message: string) => void): void {
    const before = this.screen.size;
    this.screen.scaling = scaling;
    this.screen.layOut();
    if (scaling !== 'resize') {
      return;
    }
    const refusal = this.screen.lacks('resize');
    if (refusal) {
      say(refusal);
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
}
