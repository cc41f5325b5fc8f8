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

  constructor(private readonly toolbar: HTMLElement) {
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
      // Refused where the browser lacks it for us: full screen stays, only without the lock.
      keyboard()
        ?.lock()
        .catch(() => undefined);
      this.reveal();
    } else {
      keyboard()?.unlock();
      clearTimeout(this.timer);
      this.toolbar.classList.remove('away');
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
