/**
 * What every graphical display can do, whichever protocol brings it.
 *
 * VNC (`vnc.ts`) and SPICE (`spice.ts`) stand behind this; `screen.ts` holds one at a time and fits
 * it into the page. A display connects when it is made, and is used once: to connect again, make
 * another one.
 */
import type { Scaling } from './messages';

/** The protocols that the page speaks, by libvirt's names. */
export type DisplayType = 'vnc' | 'spice';

/**
 * How a connection ended: `clean` by the other side in good order, `broken` without that, and
 * `taken` where another viewer has the display now and this one was sent away.
 */
export type Ending = 'clean' | 'broken' | 'taken';

/** What happens on the connection. */
export interface DisplayEvents {
  /** The display let us in. */
  onConnect: () => void;
  onDisconnect: (ending: Ending) => void;
  /** It asks for what `types` names: `username`, `password`. */
  onCredentials: (types: readonly string[]) => void;
  /** What was given as password is wrong. */
  onWrongPassword: () => void;
  /** It refused, for its own reason. */
  onRefused: (reason: string) => void;
  /** Somebody in the guest copied a text. */
  onClipboard: (text: string) => void;
  /** A part of the picture could not be drawn. */
  onGlitch: () => void;
  /** Its picture has another size, or came from another canvas. */
  onResize: () => void;
  /** The guest has another kind of pointer now: `Display.relative`. */
  onPointer: () => void;
}

/** What not every display can do; it says in words why it cannot. */
export type Ability = 'clipboard' | 'resize' | 'sound';

export interface Display {
  readonly type: DisplayType;
  /** Whether a picture has come and keys arrive. */
  readonly connected: boolean;
  /** Where the guest's screen is drawn; null before the first picture of some. */
  readonly canvas: HTMLCanvasElement | null;
  /** Whether keys and the pointer are kept from the guest. */
  viewOnly: boolean;
  /** Whether the guest's pointer learns of movements only, and of no places: it has no tablet. */
  readonly relative: boolean;
  /** Whether the guest's sound is played here; browsers let it begin after a click only. */
  sounding: boolean;

  /** End the connection, without an event. */
  disconnect(): void;
  sendCredentials(username: string, password: string): void;

  /**
   * Press a key (`down`), let it go, or both where `down` is absent.
   *
   * @param keysym - What it means (an X11 keysym).
   * @param code - Where it is on the keyboard (`KeyboardEvent.code`).
   */
  sendKey(keysym: number, code: string, down?: boolean): void;

  /** Let keys go to the guest. */
  focus(): void;
  /** Let keys go to the page again. */
  blur(): void;

  /** Offer a text to the guest's clipboard. */
  offerText(text: string): void;
  /** The picture as it is now. */
  picture(): Promise<Blob | null>;

  /**
   * Fill the element that it is drawn into, whose size has been set; with `resize`, ask the guest
   * for a screen of that size too.
   */
  fill(scaling: Scaling): void;

  /** Why it cannot do something, in words; empty where it can. */
  lacks(ability: Ability): string;
}
