/** The guest's screen: one VNC connection at a time, and how it is fitted into the page. */
import RFB from '@novnc/novnc/lib/rfb';

import { SHIFT, type Combination, type Stroke } from './keys';
import type { Scaling } from './messages';

/** What happens on the connection. */
export interface ScreenEvents {
  onConnect: () => void;
  /** It ended, in good order or not. */
  onDisconnect: (clean: boolean) => void;
  /** The display asks for what `types` names. */
  onCredentials: (types: readonly string[]) => void;
  /** The display refused, for its own reason. */
  onRefused: (reason: string) => void;
  /** Somebody in the guest copied a text. */
  onClipboard: (text: string) => void;
}

/** Milliseconds between two typed characters: slow enough for a BIOS. */
const STROKE_PAUSE = 12;

export class Screen {
  scaling: Scaling = 'fit';
  private rfb: RFB | null = null;
  private canvas: HTMLCanvasElement | null = null;
  private readOnly = false;
  private readonly sizes = new MutationObserver(() => this.layOut());

  constructor(
    private readonly viewport: HTMLElement,
    private readonly element: HTMLElement,
    private readonly events: ScreenEvents
  ) {
    this.followPixelRatio();
  }

  /** Whether a picture has come and keys arrive. */
  connected = false;

  /** Connect anew. */
  connect(url: string, label: string): void {
    this.disconnect();
    let rfb: RFB;
    try {
      rfb = new RFB(this.element, url, {
        shared: true,
        wsProtocols: ['binary']
      });
    } catch {
      // A browser or a policy of the site that forbids the socket: it is like one that fails.
      setTimeout(() => this.events.onDisconnect(false));
      return;
    }
    this.rfb = rfb;
    rfb.background = 'transparent';
    rfb.viewOnly = this.readOnly;
    rfb.addEventListener('connect', () => {
      if (this.rfb === rfb) {
        this.connected = true;
        this.layOut();
        this.events.onConnect();
      }
    });
    rfb.addEventListener('disconnect', event => {
      if (this.rfb === rfb) {
        this.connected = false;
        this.rfb = null;
        this.events.onDisconnect(event.detail.clean);
      }
    });
    rfb.addEventListener('credentialsrequired', event => {
      this.events.onCredentials(event.detail.types);
    });
    rfb.addEventListener('securityfailure', event => {
      this.events.onRefused(event.detail.reason ?? '');
    });
    rfb.addEventListener('clipboard', event => {
      this.events.onClipboard(event.detail.text);
    });
    this.canvas = this.element.querySelector('canvas');
    this.sizes.disconnect();
    if (this.canvas) {
      this.canvas.setAttribute('role', 'application');
      // noVNC leaves it to the mouse: who has none comes here by Tab, from the tools above.
      this.canvas.tabIndex = 0;
      this.canvas.setAttribute('aria-label', label);
      this.sizes.observe(this.canvas, {
        attributes: true,
        attributeFilter: ['width', 'height']
      });
    }
    this.layOut();
  }

  /** End the connection without an event. */
  disconnect(): void {
    const rfb = this.rfb;
    this.rfb = null;
    this.connected = false;
    this.sizes.disconnect();
    rfb?.disconnect();
    this.element.replaceChildren();
    this.canvas = null;
  }

  set viewOnly(value: boolean) {
    this.readOnly = value;
    if (this.rfb) {
      this.rfb.viewOnly = value;
    }
  }

  get viewOnly(): boolean {
    return this.readOnly;
  }

  /** Let keys go to the guest. */
  focus(): void {
    this.rfb?.focus();
  }

  /** Let keys go to the page again. */
  blur(): void {
    this.rfb?.blur();
  }

  /** Give what `onCredentials` asked for. */
  sendCredentials(username: string, password: string): void {
    this.rfb?.sendCredentials({ username, password, target: '' });
  }

  send(combination: Combination): void {
    for (const key of combination.keys) {
      this.rfb?.sendKey(key.keysym, key.code, true);
    }
    for (const key of [...combination.keys].reverse()) {
      this.rfb?.sendKey(key.keysym, key.code, false);
    }
  }

  /**
   * Type strokes one after the other, until all are typed, `signal` aborts, or the connection ends.
   *
   * @returns How many were typed.
   */
  async type(
    strokes: readonly Stroke[],
    signal: AbortSignal,
    onProgress: (typed: number) => void
  ): Promise<number> {
    let typed = 0;
    for (const { key, shift } of strokes) {
      if (signal.aborted || !this.rfb || !this.connected) {
        break;
      }
      if (shift) {
        this.rfb.sendKey(SHIFT.keysym, SHIFT.code, true);
      }
      this.rfb.sendKey(key.keysym, key.code);
      if (shift) {
        this.rfb.sendKey(SHIFT.keysym, SHIFT.code, false);
      }
      onProgress(++typed);
      await new Promise(resolve => setTimeout(resolve, STROKE_PAUSE));
    }
    return typed;
  }

  /** Offer a text to the guest's clipboard. */
  offerText(text: string): void {
    this.rfb?.clipboardPasteFrom(text);
  }

  /** The picture as it is now. */
  picture(): Promise<Blob | null> {
    return new Promise(resolve => {
      if (this.rfb) {
        this.rfb.toBlob(resolve, 'image/png');
      } else {
        resolve(null);
      }
    });
  }

  get size(): { width: number; height: number } {
    return {
      width: this.canvas?.width ?? 0,
      height: this.canvas?.height ?? 0
    };
  }

  /**
   * Fit the picture.
   *
   * One to one means one pixel of the guest for one of the monitor, whatever the browser's zoom: so
   * the box is that large, and noVNC scales into it, which also puts clicks in the right place.
   */
  layOut(): void {
    const { width, height } = this.size;
    const exact = this.scaling === 'actual' && width > 0;
    this.viewport.classList.toggle('scrolls', exact);
    const ratio = window.devicePixelRatio || 1;
    this.element.style.width = exact ? `${width / ratio}px` : '';
    this.element.style.height = exact ? `${height / ratio}px` : '';
    if (this.rfb) {
      this.rfb.scaleViewport = true;
      this.rfb.resizeSession = this.scaling === 'resize';
    }
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
