/** A VNC display, by noVNC. */
import { words } from '../viewer/strings';
import type { Ability, Display, DisplayEvents } from './display';
import type { Scaling } from './messages';
import { MotionRFB } from './motionRfb';

export class VncDisplay implements Display {
  readonly type = 'vnc';
  connected = false;
  sounding = false;
  readonly canvas: HTMLCanvasElement | null;
  private readonly rfb: MotionRFB;
  private readonly sizes: MutationObserver;
  private ended = false;
  private answered = false;

  /** Connect to the bridge at `url`, and draw into `element`. */
  constructor(element: HTMLElement, url: string, events: DisplayEvents) {
    const rfb = new MotionRFB(element, url, {
      shared: true,
      wsProtocols: ['binary']
    });
    this.rfb = rfb;
    rfb.background = 'transparent';
    rfb.onMotion = () => events.onPointer();
    rfb.addEventListener('connect', () => {
      if (!this.ended) {
        this.connected = true;
        events.onConnect();
      }
    });
    rfb.addEventListener('disconnect', event => {
      if (!this.ended) {
        this.close();
        events.onDisconnect(event.detail.clean ? 'clean' : 'broken');
      }
    });
    rfb.addEventListener('credentialsrequired', event => {
      events.onCredentials(event.detail.types);
    });
    rfb.addEventListener('securityfailure', event => {
      // Whoever was asked and then sent away gave the wrong answer; servers word it as they like.
      if (this.answered) {
        events.onWrongPassword();
      } else {
        events.onRefused(event.detail.reason ?? '');
      }
    });
    rfb.addEventListener('clipboard', event => {
      events.onClipboard(event.detail.text);
    });
    this.canvas = element.querySelector('canvas');
    this.sizes = new MutationObserver(() => events.onResize());
    if (this.canvas) {
      this.sizes.observe(this.canvas, {
        attributes: true,
        attributeFilter: ['width', 'height']
      });
    }
  }

  get viewOnly(): boolean {
    return this.rfb.viewOnly;
  }

  set viewOnly(value: boolean) {
    this.rfb.viewOnly = value;
  }

  get relative(): boolean {
    return this.rfb.relative;
  }

  disconnect(): void {
    if (!this.ended) {
      this.close();
      this.rfb.disconnect();
    }
  }

  sendCredentials(username: string, password: string): void {
    this.answered = true;
    this.rfb.sendCredentials({ username, password, target: '' });
  }

  sendKey(keysym: number, code: string, down?: boolean): void {
    this.rfb.sendKey(keysym, code, down);
  }

  focus(): void {
    this.rfb.focus();
  }

  blur(): void {
    this.rfb.blur();
  }

  offerText(text: string): void {
    this.rfb.clipboardPasteFrom(text);
  }

  picture(): Promise<Blob | null> {
    return new Promise(resolve => this.rfb.toBlob(resolve, 'image/png'));
  }

  fill(scaling: Scaling): void {
    this.rfb.scaleViewport = true;
    this.rfb.resizeSession = scaling === 'resize';
  }

  lacks(ability: Ability): string {
    return ability === 'sound' ? words('sound_of_vnc') : '';
  }

  private close(): void {
    this.ended = true;
    this.connected = false;
    this.sizes.disconnect();
  }
}
