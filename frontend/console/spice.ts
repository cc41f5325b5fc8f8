/** A SPICE display, by spice-html5. */
import { words } from '../viewer/strings';
import type { Ability, Display, DisplayEvents } from './display';
import type { Scaling } from './messages';
import { SpiceInput } from './spiceInput';
import { library } from './spiceLibrary';
import { SpiceSession, type Refusal } from './spiceSession';

/** Milliseconds after the last change of the tab's size until the guest is asked to follow. */
const SETTLED = 300;

export class SpiceDisplay implements Display {
  readonly type = 'spice';
  connected = false;
  canvas: HTMLCanvasElement | null = null;
  private readonly box = document.createElement('div');
  private session: SpiceSession | null = null;
  private input: SpiceInput | null = null;
  private readOnly = false;
  private ended = false;
  private answered = false;
  private hadFocus = false;
  private scaling: Scaling = 'fit';
  private asked = '';
  private timer: number | undefined;
  private readonly sizes = new ResizeObserver(() => this.layOut());

  /** Connect to the bridge at `url`, and draw into `element`. */
  constructor(
    private readonly element: HTMLElement,
    private readonly url: string,
    private readonly events: DisplayEvents
  ) {
    this.box.id = 'spice';
    element.append(this.box);
    this.sizes.observe(element);
    void this.open('');
  }

  private async open(password: string): Promise<void> {
    try {
      const loaded = await library();
      if (this.ended) {
        return;
      }
      const session = new SpiceSession(loaded, this.url, password, this.box, {
        onCanvas: canvas => this.drawOn(canvas),
        onAgent: () => this.layOut(),
        onPointer: () => this.events.onPointer(),
        onDenied: () => this.denied(),
        onRefused: (reason, detail) =>
          this.events.onRefused(reasonOf(reason, detail)),
        onGlitch: () => this.events.onGlitch(),
        onEnd: ending => {
          if (!this.ended) {
            this.close();
            this.events.onDisconnect(ending);
          }
        }
      });
      this.session = session;
      this.input = new SpiceInput(this.box, session, loaded, () => this.canvas);
      this.input.enabled = !this.readOnly;
    } catch {
      if (!this.ended) {
        this.close();
        // Files that cannot be loaded, or a socket: the server is asked for its reason.
        this.events.onDisconnect('broken');
      }
    }
  }

  /** The display wants a password, or another one. */
  private denied(): void {
    this.input?.close();
    this.input = this.session = null;
    if (this.answered) {
      this.close();
      this.events.onWrongPassword();
      this.events.onDisconnect('broken');
    } else {
      this.events.onCredentials(['password']);
    }
  }

  private drawOn(canvas: HTMLCanvasElement | null): void {
    if (!canvas) {
      this.hadFocus = document.activeElement === this.canvas;
      this.canvas = null;
      return;
    }
    this.canvas = canvas;
    this.layOut();
    this.events.onResize();
    if (!this.connected) {
      this.connected = true;
      this.events.onConnect();
    } else if (this.hadFocus) {
      this.focus();
    }
  }

  get viewOnly(): boolean {
    return this.readOnly;
  }

  set viewOnly(value: boolean) {
    this.readOnly = value;
    if (this.input) {
      this.input.enabled = !value;
    }
  }

  get relative(): boolean {
    return this.session?.relative ?? false;
  }

  get sounding(): boolean {
    return this.session?.sounding ?? false;
  }

  set sounding(on: boolean) {
    if (this.session) {
      this.session.sounding = on;
    }
  }

  disconnect(): void {
    if (!this.ended) {
      this.close();
    }
  }

  private close(): void {
    this.ended = true;
    this.connected = false;
    clearTimeout(this.timer);
    this.sizes.disconnect();
    this.input?.close();
    this.session?.close();
    this.box.remove();
    this.canvas = null;
  }

  sendCredentials(_username: string, password: string): void {
    this.answered = true;
    void this.open(password);
  }

  sendKey(_keysym: number, code: string, down?: boolean): void {
    if (down === undefined) {
      this.input?.key(code, true);
      this.input?.key(code, false);
    } else {
      this.input?.key(code, down);
    }
  }

  focus(): void {
    this.canvas?.focus({ preventScroll: true });
  }

  blur(): void {
    this.canvas?.blur();
  }

  offerText(): void {
    // Nothing: `lacks` says why.
  }

  picture(): Promise<Blob | null> {
    return new Promise(resolve => {
      if (this.canvas) {
        this.canvas.toBlob(resolve, 'image/png');
      } else {
        resolve(null);
      }
    });
  }

  fill(scaling: Scaling): void {
    if (scaling !== this.scaling) {
      this.asked = '';
    }
    this.scaling = scaling;
    this.layOut();
  }

  lacks(ability: Ability): string {
    switch (ability) {
      case 'clipboard':
        return words('clipboard_of_spice');
      case 'resize':
        return this.session?.main.agent_connected
          ? ''
          : words('resize_of_spice');
      case 'sound':
        return this.session?.hasSound ? '' : words('no_sound');
    }
  }

  /** Scale the picture into the element; and ask for one of its size, where that is wanted. */
  private layOut(): void {
    const { clientWidth: width, clientHeight: height } = this.element;
    // The library sets a height of its own.
    this.box.style.height = '100%';
    const { canvas } = this;
    if (!canvas?.width || !canvas.height || !width || !height) {
      return;
    }
    const scale = Math.min(width / canvas.width, height / canvas.height);
    canvas.style.width = `${canvas.width * scale}px`;
    canvas.style.height = `${canvas.height * scale}px`;
    if (this.scaling === 'resize') {
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.ask(width, height), SETTLED);
    }
  }

  private ask(width: number, height: number): void {
    const main = this.session?.main;
    // Drivers want multiples of 8.
    const ratio = window.devicePixelRatio || 1;
    const fitting = (size: number) => Math.max(8, size - (size % 8));
    const [wide, high] = [width * ratio, height * ratio].map(size =>
      fitting(Math.floor(size))
    ) as [number, number];
    if (main?.agent_connected && this.asked !== `${wide}x${high}`) {
      this.asked = `${wide}x${high}`;
      main.resize_window(0, wide, high, 32, 0, 0);
    }
  }
}

function reasonOf(reason: Refusal, detail: string): string {
  switch (reason) {
    case 'tls':
      return words('spice_tls');
    case 'no-screen':
      return words('spice_no_screen');
    case 'nonsense':
      return words('spice_nonsense', { detail });
    case 'error':
      return words('spice_error', { number: detail });
  }
}
