/**
 * Keep the pointer in the guest's screen while the guest has a mouse and no tablet: its movements
 * would end at the edge of the picture otherwise, and its pointer be another than the one outside.
 *
 * A click into the screen catches it, as in desktop viewers; the chord gives it back, and so does
 * Escape, which browsers keep for that unless the keyboard is locked in full screen.
 */
export interface GrabEvents {
  /** It was caught, or came back. */
  onChange: (held: boolean) => void;
  /** The browser refuses. */
  onRefused: () => void;
}

export class PointerGrab {
  /** Whether a click is to catch it. */
  wanted: () => boolean = () => false;

  constructor(
    viewport: HTMLElement,
    private readonly events: GrabEvents
  ) {
    viewport.addEventListener(
      'mousedown',
      event => {
        if (
          event.target instanceof HTMLCanvasElement &&
          !this.held &&
          this.wanted()
        ) {
          this.grab(event.target);
        }
      },
      true
    );
    document.addEventListener('pointerlockchange', () =>
      this.events.onChange(this.held)
    );
    document.addEventListener('pointerlockerror', () =>
      this.events.onRefused()
    );
  }

  /** Whether the pointer is in the guest's screen and nowhere else. */
  get held(): boolean {
    return document.pointerLockElement !== null;
  }

  release(): void {
    if (this.held) {
      document.exitPointerLock();
    }
  }

  /** Catch it; browsers allow it after a click or a key only. */
  grab(canvas: HTMLCanvasElement | null): void {
    if (!canvas) {
      return;
    }
    // Newer browsers return a promise; a refusal is an event in all of them.
    const { requestPointerLock } = canvas as unknown as {
      requestPointerLock: () => Promise<void> | undefined;
    };
    requestPointerLock.call(canvas)?.catch(() => undefined);
  }
}
