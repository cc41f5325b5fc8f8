/**
 * The one chord that the page keeps for itself: Ctrl, Alt and Shift together, pressed and let go
 * with no other key in between.
 *
 * All keys still go to the guest, these three too: alone they do nothing there, and keys that were
 * pressed in it must also be let go in it. With a further key (Ctrl+Alt+Shift+Escape) it is no
 * chord of ours.
 */
const PARTS = new Set(['Control', 'Alt', 'AltGraph', 'Shift']);

export class Chord {
  private held = new Set<string>();
  private complete = false;
  private spoilt = false;

  /** Listen on a window, before the screen does. */
  constructor(target: Window, onChord: () => void) {
    target.addEventListener(
      'keydown',
      event => {
        if (!PARTS.has(event.key)) {
          this.spoilt = true;
          return;
        }
        this.held.add(event.code);
        this.complete ||= event.ctrlKey && event.altKey && event.shiftKey;
      },
      true
    );
    target.addEventListener(
      'keyup',
      event => {
        this.held.delete(event.code);
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
    target.addEventListener('blur', () => this.reset());
  }

  private reset(): void {
    this.held.clear();
    this.complete = false;
    this.spoilt = false;
  }
}
