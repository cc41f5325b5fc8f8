/** The guest's screen: one display at a time, and how it is fitted into the page. */
import type { Ability, Display, DisplayEvents, DisplayType } from './display';
import type { Key } from './keys';
import type { Written } from './layout';
import type { Scaling } from './messages';
import { SpiceDisplay } from './spice';
import { VncDisplay } from './vnc';

/** What happens on the connection; how it is fitted is the screen's own. */
export type ScreenEvents = Omit<DisplayEvents, 'onResize'>;

/**
 * Milliseconds for each press and each release that is typed. QEMU gives those of VNC on every 10 ms,
 * and forgets what a long text has beyond its queue; its keyboard remembers no more than a few keys
 * while the guest, or a busy host, does not come to read them.
 */
const KEY_PAUSE = 12;

export class Screen {
  scaling: Scaling = 'fit';
  private display: Display | null = null;
  private readOnly = false;
  private label = '';

  constructor(
    private readonly viewport: HTMLElement,
    private readonly element: HTMLElement,
    private readonly events: ScreenEvents
  ) {
    this.followPixelRatio();
  }

  /** Whether a picture has come and keys arrive. */
  get connected(): boolean {
    return this.display?.connected ?? false;
  }

  /** Connect anew. */
  connect(type: DisplayType, url: string, label: string): void {
    this.disconnect();
    this.label = label;
    try {
      this.display = this.open(type, url);
    } catch {
      // A browser or a policy of the site that forbids the socket: it is like one that fails.
      setTimeout(() => this.events.onDisconnect('broken'));
      return;
    }
    this.display.viewOnly = this.readOnly;
    this.describe();
    this.layOut();
  }

  private open(type: DisplayType, url: string): Display {
    const Kind = type === 'spice' ? SpiceDisplay : VncDisplay;
    return new Kind(this.element, url, {
      ...this.events,
      onConnect: () => {
        this.describe();
        this.layOut();
        this.events.onConnect();
      },
      onDisconnect: ending => {
        this.display = null;
        this.events.onDisconnect(ending);
      },
      onResize: () => {
        this.describe();
        this.layOut();
      }
    });
  }

  /** Say to those who listen what the canvas is, and let those without a mouse come to it. */
  private describe(): void {
    const canvas = this.display?.canvas;
    if (canvas) {
      canvas.setAttribute('role', 'application');
      // The libraries leave it to the mouse: by Tab one comes here from the tools above.
      canvas.tabIndex = 0;
      canvas.setAttribute('aria-label', this.label);
    }
  }

  /** End the connection without an event. */
  disconnect(): void {
    const display = this.display;
    this.display = null;
    display?.disconnect();
    this.element.replaceChildren();
  }

  set viewOnly(value: boolean) {
    this.readOnly = value;
    if (this.display) {
      this.display.viewOnly = value;
    }
  }

  get viewOnly(): boolean {
    return this.readOnly;
  }

  /** Whether the guest's sound is played here. */
  get sounding(): boolean {
    return this.display?.sounding ?? false;
  }

  set sounding(on: boolean) {
    if (this.display) {
      this.display.sounding = on;
    }
  }

  /** Why the display cannot do something, in words; empty where it can. */
  lacks(ability: Ability): string {
    return this.display?.lacks(ability) ?? '';
  }

  /** Let keys go to the guest. */
  focus(): void {
    this.display?.focus();
  }

  /** Let keys go to the page again. */
  blur(): void {
    this.display?.blur();
  }

  /** Give what `onCredentials` asked for. */
  sendCredentials(username: string, password: string): void {
    this.display?.sendCredentials(username, password);
  }

  /** Whether the guest has a mouse that learns of movements only. */
  get relative(): boolean {
    return this.display?.relative ?? false;
  }

  /** Press keys in their order, and let them go in the opposite one. */
  send(keys: readonly Key[]): void {
    for (const key of keys) {
      this.display?.sendKey(key.keysym, key.code, true);
    }
    for (const key of [...keys].reverse()) {
      this.display?.sendKey(key.keysym, key.code, false);
    }
  }

  /**
   * Type characters one after the other, until all are typed, `signal` aborts, or the connection
   * ends. No key is left pressed.
   *
   * @returns How many were typed.
   */
  async type(
    characters: readonly Written[],
    signal: AbortSignal,
    onProgress: (typed: number) => void
  ): Promise<number> {
    let typed = 0;
    for (const strokes of characters) {
      if (signal.aborted || !this.display?.connected) {
        break;
      }
      for (const keys of strokes) {
        this.send(keys);
        const pause = 2 * keys.length * KEY_PAUSE;
        await new Promise(resolve => setTimeout(resolve, pause));
      }
      onProgress(++typed);
    }
    return typed;
  }

  /** Offer a text to the guest's clipboard. */
  offerText(text: string): void {
    this.display?.offerText(text);
  }

  /** The picture as it is now. */
  picture(): Promise<Blob | null> {
    return this.display?.picture() ?? Promise.resolve(null);
  }

  get size(): { width: number; height: number } {
    return {
      width: this.display?.canvas?.width ?? 0,
      height: this.display?.canvas?.height ?? 0
    };
  }

  /**
   * Fit the picture.
   *
   * One to one means one pixel of the guest for one of the monitor, whatever the browser's zoom: so
   * the box is that large, and the display scales into it, which also puts clicks in the right place.
   */
  layOut(): void {
    const { width, height } = this.size;
    const exact = this.scaling === 'actual' && width > 0;
    this.viewport.classList.toggle('scrolls', exact);
    const ratio = window.devicePixelRatio || 1;
    this.element.style.width = exact ? `${width / ratio}px` : '';
    this.element.style.height = exact ? `${height / ratio}px` : '';
    this.display?.fill(this.scaling);
  }

  private followPixelRatio(): void {
    const query = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    query.addEventListener(
      'change',
      () => {
        this.layOut();
        this.followPixelRatio();
      },
      { once: true }
    );
  }
}
