/**
 * noVNC's client, with pointers that only know how far they were moved.
 *
 * A guest without a tablet has a mouse: it learns of movements, not of places. QEMU says which of
 * the two it has now by the pseudo-encoding "pointer motion change", which noVNC 1.7 lacks, and
 * takes movements around the middle of its numbers from whoever speaks it
 * (https://github.com/rfbproto/rfbproto/blob/master/rfbproto.rst#qemu-pointer-motion-change-pseudo-encoding).
 * While the browser has locked the pointer, what it moved is sent; before that, the way from one
 * place on the picture to the next.
 */
import RFB from '@novnc/novnc/lib/rfb';

const POINTER_MOTION_CHANGE = -257;
/** Stands for "not moved", and the largest movement. */
const NOT_MOVED = 0x7fff;
/** Milliseconds in which movements are gathered; as noVNC does with places. */
const GATHER = 17;
/** The buttons that fit into a pointer event of RFC 6143. */
const BUTTONS = 0x7f;

/** What we reach for inside of noVNC (pinned to 1.7). */
interface Inside {
  _FBU: { x: number; encoding: number };
  _sock: unknown;
  _display: { absX: (x: number) => number; absY: (y: number) => number };
  _canvas: HTMLCanvasElement;
  _mouseButtonMask: number;
  _rfbConnectionState: string;
  _sendEncodings: () => void;
  _handleRect: () => boolean;
  _handleMouse: (event: MouseEvent) => void;
  _sendMouse: (x: number, y: number, mask: number) => void;
}

interface Messages {
  clientEncodings: (socket: unknown, encodings: readonly number[]) => void;
  pointerEvent: (socket: unknown, x: number, y: number, mask: number) => void;
}

const { messages } = RFB as unknown as { messages: Messages };

/** Methods of noVNC that ours stand in front of. */
const theirs = RFB.prototype as unknown as Inside;

export class MotionRFB extends RFB {
  /** Whether the guest's pointer knows movements only. */
  relative = false;
  /** Called when that changes. */
  onMotion: () => void = () => undefined;
  private place: { x: number; y: number } | null = null;
  private moved = { x: 0, y: 0 };
  private timer: number | undefined;

  private get inside(): Inside {
    return this as unknown as Inside;
  }

  private get locked(): boolean {
    return document.pointerLockElement === this.inside._canvas;
  }

  _sendEncodings(): void {
    const { clientEncodings } = messages;
    messages.clientEncodings = (socket, encodings) =>
      clientEncodings(socket, [...encodings, POINTER_MOTION_CHANGE]);
    try {
      theirs._sendEncodings.call(this);
    } finally {
      messages.clientEncodings = clientEncodings;
    }
  }

  _handleRect(): boolean {
    const { _FBU: rectangle } = this.inside;
    if (rectangle.encoding !== POINTER_MOTION_CHANGE) {
      return theirs._handleRect.call(this);
    }
    this.relative = rectangle.x === 0;
    this.place = null;
    this.onMotion();
    return true;
  }

  _handleMouse(event: MouseEvent): void {
    if (event.type === 'mousemove' && this.relative && this.locked) {
      event.stopPropagation();
      event.preventDefault();
      this.moved.x += event.movementX;
      this.moved.y += event.movementY;
      this.timer ??= window.setTimeout(() => this.flush(), GATHER);
      return;
    }
    theirs._handleMouse.call(this, event);
  }

  _sendMouse(x: number, y: number, mask: number): void {
    if (!this.relative) {
      theirs._sendMouse.call(this, x, y, mask);
      return;
    }
    if (this.locked) {
      this.flush(mask);
      return;
    }
    const { _display: display } = this.inside;
    const place = { x: display.absX(x), y: display.absY(y) };
    const before = this.place ?? place;
    this.place = place;
    this.move(place.x - before.x, place.y - before.y, mask);
  }

  /** Send what was gathered, and the buttons as they are now. */
  private flush(mask = this.inside._mouseButtonMask): void {
    window.clearTimeout(this.timer);
    this.timer = undefined;
    const { x, y } = this.moved;
    // What is less than a pixel is kept for the next time.
    const whole = { x: Math.trunc(x), y: Math.trunc(y) };
    this.moved = { x: x - whole.x, y: y - whole.y };
    this.move(whole.x, whole.y, mask);
  }

  private move(x: number, y: number, mask: number): void {
    if (this.inside._rfbConnectionState === 'connected' && !this.viewOnly) {
      messages.pointerEvent(
        this.inside._sock,
        NOT_MOVED + bounded(x),
        NOT_MOVED + bounded(y),
        mask & BUTTONS
      );
    }
  }
}

function bounded(distance: number): number {
  return Math.max(-NOT_MOVED, Math.min(NOT_MOVED, distance));
}
