/**
 * The keys that the page keeps for itself: pressed together and let go with nothing else in between,
 * they leave the screen. Which ones is a preference (`widgets/consoles/release_keys.py`).
 *
 * All keys still go to the guest, these too: alone they do nothing there, and keys that were pressed
 * in it must also be let go in it. With a further key (Ctrl+Alt+Shift+Escape) or a click
 * (Ctrl+click) they are meant for the guest alone.
 */

/** What says that a key is down, whichever side it is on; a desktop may hide that it was let go. */
const FLAGS: readonly [
  RegExp,
  'ctrlKey' | 'altKey' | 'shiftKey' | 'metaKey'
][] = [
  [/^Control/, 'ctrlKey'],
  [/^Alt(?!Graph|Right)/, 'altKey'],
  [/^Shift/, 'shiftKey'],
  [/^(Meta|OS)/, 'metaKey']
];

export class Chord {
  /** The keys by `KeyboardEvent.code`; of each part one must be down. */
  parts: readonly (readonly string[])[] = [];
  private held = new Set<string>();
  private complete = false;
  private spoilt = false;

  /** Listen on a window, before the screen does. */
  constructor(target: Window, onChord: () => void) {
    target.addEventListener('keydown', event => this.press(event), true);
    target.addEventListener(
      'keyup',
      event => {
        this.held.delete(nameOf(event));
        if (this.held.size > 0) {
          return;
        }
        const meant = this.complete && !this.spoilt;
        this.reset();
        if (meant) {
          // After the screen has seen this release too.
          setTimeout(onChord);
        }
      },
      true
    );
    for (const kind of ['pointerdown', 'wheel']) {
      target.addEventListener(
        kind,
        () => {
          this.spoilt ||= this.held.size > 0;
        },
        { capture: true, passive: true }
      );
    }
    target.addEventListener('blur', () => this.reset());
  }

  private press(event: KeyboardEvent): void {
    const name = nameOf(event);
    for (const [names, flag] of FLAGS) {
      if (!event[flag]) {
        for (const each of this.held) {
          if (names.test(each)) {
            this.held.delete(each);
          }
        }
      }
    }
    if (this.held.size === 0) {
      this.reset();
    }
    if (!this.parts.some(codes => codes.includes(name))) {
      this.spoilt = true;
      return;
    }
    this.held.add(name);
    this.complete ||=
      this.parts.length > 0 &&
      this.parts.every(codes => codes.some(code => this.held.has(code)));
  }

  private reset(): void {
    this.held.clear();
    this.complete = false;
    this.spoilt = false;
  }
}

/** Where a key is; keyboards on screens may say only which one it is. */
function nameOf(event: KeyboardEvent): string {
  return event.code || event.key;
}
