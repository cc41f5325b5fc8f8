/**
 * Fill the monitor, with keys that the desktop would keep (Alt+Tab, Super) going to the guest.
 *
 * Keyboard Lock belongs to the topmost page, which shares our origin, and needs https or localhost;
 * a browser without it goes full screen all the same.
 */

interface KeyboardLock {
  lock: () => Promise<void>;
  unlock: () => void;
}

function keyboard(): KeyboardLock | undefined {
  try {
    const { navigator } = window.top ?? window;
    return 'keyboard' in navigator
      ? (navigator.keyboard as KeyboardLock)
      : undefined;
  } catch {
    // The topmost page is of another origin, which frames the whole of JupyterLab.
    return undefined;
  }
}

/** Milliseconds until the toolbar hides. */
const SHOWN = 2000;
/** Distance from the upper edge at which the toolbar shows again, in CSS pixels. */
const EDGE = 6;

export class Fullscreen {
  private timer: number | undefined;

  /**
   * @param onKeyboard - Called in full screen with whether all keys go to the guest: a browser may
   *   keep some for itself.
   */
  constructor(
    private readonly toolbar: HTMLElement,
    private readonly onKeyboard: (locked: boolean) => void
  ) {
    document.addEventListener('fullscreenchange', () => this.changed());
    window.addEventListener('pointermove', event => {
      if (this.on && (event.clientY <= EDGE || this.isOver(event))) {
        this.reveal();
      }
    });
    toolbar.addEventListener('focusin', () => this.reveal());
  }

  get on(): boolean {
    return document.fullscreenElement !== null;
  }

  async toggle(): Promise<void> {
    if (this.on) {
      await document.exitFullscreen();
    } else {
      await document.documentElement.requestFullscreen({
        navigationUI: 'hide'
      });
    }
  }

  async leave(): Promise<void> {
    if (this.on) {
      await document.exitFullscreen();
    }
  }

  private changed(): void {
    document.documentElement.classList.toggle('fullscreen', this.on);
    if (this.on) {
      void this.lockKeyboard();
      this.reveal();
    } else {
      keyboard()?.unlock();
      clearTimeout(this.timer);
      this.toolbar.classList.remove('away');
    }
  }

  /** Full screen stays where the lock is refused; that is said. */
  private async lockKeyboard(): Promise<void> {
    let locked = false;
    try {
      const lock = keyboard()?.lock();
      await lock;
      locked = lock !== undefined;
    } catch {
      // The browser has it, and not for us: what follows says so.
    }
    if (this.on) {
      this.onKeyboard(locked);
    }
  }

  private isOver(event: PointerEvent): boolean {
    return this.toolbar.contains(event.target as Node);
  }

  private reveal(): void {
    clearTimeout(this.timer);
    this.toolbar.classList.remove('away');
    if (this.on) {
      this.timer = window.setTimeout(() => {
        const busy =
          this.toolbar.matches(':focus-within') ||
          this.toolbar.querySelector('[aria-expanded=true]') !== null;
        this.toolbar.classList.toggle('away', this.on && !busy);
      }, SHOWN);
    }
  }
}
