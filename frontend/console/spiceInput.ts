/** Keys and the pointer for a SPICE display. */
import Keyboard from '@novnc/novnc/lib/input/keyboard';
import scanCodes from '@novnc/novnc/lib/input/xtscancodes';

import type { Library } from './spiceLibrary';
import type { SpiceSession } from './spiceSession';

/** Pixels of a wheel's way that are one notch, and of a line. */
const NOTCH = 50;
const LINE = 19;

export class SpiceInput {
  enabled = true;
  private readonly keyboard: Keyboard;
  private buttons = 0;
  private wheel = 0;
  private last: { x: number; y: number } | null = null;
  private waiting: { x: number; y: number } | null = null;
  private readonly gone = new AbortController();

  /** Listen on `element`, within which the canvas is. */
  constructor(
    private readonly element: HTMLElement,
    private readonly session: SpiceSession,
    private readonly library: Library,
    private readonly canvas: () => HTMLCanvasElement | null
  ) {
    this.keyboard = new Keyboard(element);
    this.keyboard.onkeyevent = (_keysym, code, down) => this.key(code, down);
    this.keyboard.grab();
    const { signal } = this.gone;
    element.addEventListener('pointerdown', event => this.press(event), {
      signal
    });
    element.addEventListener('pointerup', event => this.release(event), {
      signal
    });
    element.addEventListener('pointermove', event => this.move(event), {
      signal
    });
    element.addEventListener('wheel', event => this.turn(event), {
      signal,
      passive: false
    });
    element.addEventListener('contextmenu', event => event.preventDefault(), {
      signal
    });
  }

  close(): void {
    this.gone.abort();
    this.keyboard.ungrab();
  }

  /** Press or let go the key at a place of the keyboard; false where it has no scan code. */
  key(code: string, down: boolean): boolean {
    const scan = scanCodes[code];
    if (scan === undefined) {
      return false;
    }
    if (this.enabled) {
      const { messages, Constants } = this.library;
      const key = new messages.SpiceMsgcKeyDown();
      const released = down ? 0 : 0x80;
      // The bytes that a keyboard sends, the first one lowest: the prefix, then the key.
      key.code =
        scan > 0xff
          ? (scan >> 8) | (((scan & 0xff) | released) << 8)
          : scan | released;
      this.send(
        down
          ? Constants.SPICE_MSGC_INPUTS_KEY_DOWN
          : Constants.SPICE_MSGC_INPUTS_KEY_UP,
        key
      );
    }
    return true;
  }

  private send(type: number | undefined, content: object): void {
    const { inputs } = this.session.main;
    if (inputs?.state === 'ready' && type !== undefined) {
      const message = new this.library.messages.SpiceMiniData();
      message.build_msg(type, content);
      inputs.send_msg(message);
    }
  }

  // -- the pointer ----------------------------------------------------------------------------

  /** Where an event is on the guest's screen, in its pixels. */
  private place(event: MouseEvent): { x: number; y: number } | null {
    const canvas = this.canvas();
    const box = canvas?.getBoundingClientRect();
    if (!canvas || !box?.width || !box.height) {
      return null;
    }
    const within = (value: number, size: number) =>
      Math.round(Math.min(Math.max(value, 0), size - 1));
    return {
      x: within(
        ((event.clientX - box.left) * canvas.width) / box.width,
        canvas.width
      ),
      y: within(
        ((event.clientY - box.top) * canvas.height) / box.height,
        canvas.height
      )
    };
  }

  private move(event: PointerEvent): void {
    if (!this.enabled) {
      return;
    }
    const { main } = this.session;
    const { Constants, messages } = this.library;
    if (main.mouse_mode === Constants.SPICE_MOUSE_MODE_CLIENT) {
      const place = this.place(event);
      if (place) {
        this.waiting ??= (requestAnimationFrame(() => this.flush()), place);
        this.waiting = place;
      }
      return;
    }
    // A guest without a tablet knows only how far the mouse went.
    const place = this.place(event);
    const way = document.pointerLockElement
      ? { x: event.movementX, y: event.movementY }
      : place && this.last
        ? { x: place.x - this.last.x, y: place.y - this.last.y }
        : null;
    this.last = place;
    if (way && (way.x || way.y)) {
      const motion = new messages.SpiceMsgcMousePosition({}, undefined);
      motion.x = way.x;
      motion.y = way.y;
      motion.buttons_state = this.buttons;
      this.send(Constants.SPICE_MSGC_INPUTS_MOUSE_MOTION, motion);
    }
  }

  /** Send where the pointer is; while the server lags, only where it is last. */
  private flush(force = false): void {
    const { inputs } = this.session.main;
    if (!this.waiting || this.gone.signal.aborted) {
      return;
    }
    const { Constants, messages } = this.library;
    const bunch = Constants.SPICE_INPUT_MOTION_ACK_BUNCH ?? 4;
    if (!force && (inputs?.waiting_for_ack ?? 0) >= 2 * bunch) {
      requestAnimationFrame(() => this.flush());
      return;
    }
    const { x, y } = this.waiting;
    this.waiting = null;
    const position = new messages.SpiceMsgcMousePosition({}, undefined);
    position.x = x;
    position.y = y;
    position.buttons_state = this.buttons;
    this.send(Constants.SPICE_MSGC_INPUTS_MOUSE_POSITION, position);
    if (inputs) {
      inputs.waiting_for_ack += 1;
    }
  }

  private press(event: PointerEvent): void {
    this.canvas()?.focus({ preventScroll: true });
    if (this.enabled) {
      // Also where a finger comes down, which did not move there before.
      this.move(event);
      this.flush(true);
      if (!document.pointerLockElement) {
        this.element.setPointerCapture(event.pointerId);
      }
      this.buttons |= 1 << event.button;
      this.button(event.button + 1, true);
    }
  }

  private release(event: PointerEvent): void {
    const mask = 1 << event.button;
    if (this.buttons & mask) {
      this.move(event);
      this.flush(true);
      this.buttons &= ~mask;
      this.button(event.button + 1, false);
    }
  }

  private turn(event: WheelEvent): void {
    event.preventDefault();
    if (!this.enabled) {
      return;
    }
    const { Constants } = this.library;
    this.wheel += event.deltaY * (event.deltaMode === 0 ? 1 : LINE);
    while (Math.abs(this.wheel) >= NOTCH) {
      const button =
        this.wheel < 0
          ? Constants.SPICE_MOUSE_BUTTON_UP
          : Constants.SPICE_MOUSE_BUTTON_DOWN;
      this.wheel -= Math.sign(this.wheel) * NOTCH;
      this.button(button ?? 0, true);
      this.button(button ?? 0, false);
    }
  }

  private button(button: number, down: boolean): void {
    const { Constants, messages } = this.library;
    const press = new messages.SpiceMsgcMousePress();
    press.button = button;
    press.buttons_state = this.buttons & 7;
    this.send(
      down
        ? Constants.SPICE_MSGC_INPUTS_MOUSE_PRESS
        : Constants.SPICE_MSGC_INPUTS_MOUSE_RELEASE,
      press
    );
  }
}
