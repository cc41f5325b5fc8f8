/**
 * One SPICE session: a main channel, and those that a screen needs, each on a socket of its own.
 *
 * https://www.spice-space.org/spice-protocol.html
 */
import type { SpiceMainConn } from '@spice-project/spice-html5/src/main.js';
import type { SpiceConn } from '@spice-project/spice-html5/src/spiceconn.js';

import type { Ending } from './display';
import { listen, type Library, type Listener } from './spiceLibrary';

/** Of `SpiceLinkReply` (spice/protocol.h): what must be told apart. */
const NEEDS_TLS = '5';

/** Why a server lets nobody in: the protocol's own errors have a number. */
export type Refusal = 'tls' | 'no-screen' | 'nonsense' | 'error';

export interface SessionEvents {
  /** The guest's screen is drawn on this canvas now. */
  onCanvas: (canvas: HTMLCanvasElement | null) => void;
  onAgent: () => void;
  /** The guest has another kind of pointer: `relative`. */
  onPointer: () => void;
  /** The server's answer to the password: no. */
  onDenied: () => void;
  /** It refused, or what it says makes no sense. */
  onRefused: (reason: Refusal, detail: string) => void;
  /** A picture could not be drawn; others follow. */
  onGlitch: () => void;
  onEnd: (ending: Ending) => void;
}

/** WebSocket's code of a connection that was ended in good order. */
const NORMAL = 1000;

export class SpiceSession implements Listener {
  readonly main: SpiceMainConn;
  /** Whether the server has sound to play; known when it named its channels. */
  hasSound = false;
  private readonly channels = new Set<SpiceConn>();
  private sound: SpiceConn | null = null;
  private soundId = 0;
  private ended = false;
  private shown = false;

  constructor(
    private readonly library: Library,
    private readonly url: string,
    password: string,
    screen: HTMLElement,
    private readonly events: SessionEvents
  ) {
    this.main = new library.SpiceMainConn({
      uri: url,
      password,
      screen_id: screen.id,
      onerror: error => this.hear(error),
      onagent: () => {
        if (!this.ended) {
          events.onAgent();
        }
      }
    });
    listen(this.main, this);
    this.follow(this.main);
  }

  /** End all channels, without an event. */
  close(): void {
    this.ended = true;
    this.silence();
    for (const channel of this.channels) {
      channel.state = 'closing';
      channel.cleanup();
    }
    this.channels.clear();
  }

  /** Whether the sound of the guest is brought here. */
  get sounding(): boolean {
    return this.sound !== null;
  }

  set sounding(on: boolean) {
    if (!on) {
      this.silence();
    } else if (!this.sound && this.hasSound && !this.ended) {
      this.sound = this.join(this.library.SpicePlaybackConn, this.soundId);
    }
  }

  // -- what the library says ------------------------------------------------------------------

  opened(channel: SpiceConn): void {
    this.channels.add(channel);
  }

  offered(channels: readonly { type: number; id: number }[]): void {
    const { Constants, ...library } = this.library;
    // One of each, however often they are offered: the Jupyter server has only so many sockets.
    for (const { type, id } of channels) {
      // Heads after the first have displays of their own, which the library does not draw.
      if (
        type === Constants.SPICE_CHANNEL_DISPLAY &&
        id === 0 &&
        !this.main.display
      ) {
        const display = this.join(library.SpiceDisplayConn, id);
        // Its code reads them before it makes them.
        display.surfaces = [];
        display.streams = [];
        display.cache = {};
        this.main.display = display;
      } else if (type === Constants.SPICE_CHANNEL_INPUTS && !this.main.inputs) {
        const inputs = this.join(library.SpiceInputsConn, id);
        if (this.main.mouse_mode !== undefined) {
          inputs.mouse_mode = this.main.mouse_mode;
        }
        this.main.inputs = inputs;
      } else if (
        type === Constants.SPICE_CHANNEL_CURSOR &&
        id === 0 &&
        !this.main.cursor
      ) {
        this.main.cursor = this.join(library.SpiceCursorConn, id);
      } else if (type === Constants.SPICE_CHANNEL_PLAYBACK) {
        this.hasSound = true;
        this.soundId = id;
      }
    }
    if (!this.main.display) {
      this.refuse('no-screen');
    }
  }

  drawnOn(canvas: HTMLCanvasElement | null): void {
    if (!this.ended) {
      this.shown ||= canvas !== null;
      this.events.onCanvas(canvas);
    }
  }

  pointed(): void {
    if (!this.ended) {
      this.events.onPointer();
    }
  }

  /** Whether the guest has no tablet, and learns only how far the mouse went. */
  get relative(): boolean {
    return (
      this.main.mouse_mode === this.library.Constants.SPICE_MOUSE_MODE_SERVER
    );
  }

  failed(error: unknown, fatal: boolean): void {
    if (this.ended) {
      return;
    }
    if (fatal) {
      this.refuse('nonsense', String(error));
    } else {
      this.events.onGlitch();
    }
  }

  // -- channels -------------------------------------------------------------------------------

  private join<Channel extends SpiceConn>(
    Kind: new (options: ConstructorParameters<typeof SpiceConn>[0]) => Channel,
    id: number
  ): Channel {
    const { Constants, ...library } = this.library;
    const types = new Map<unknown, number | undefined>([
      [library.SpiceDisplayConn, Constants.SPICE_CHANNEL_DISPLAY],
      [library.SpiceInputsConn, Constants.SPICE_CHANNEL_INPUTS],
      [library.SpiceCursorConn, Constants.SPICE_CHANNEL_CURSOR],
      [library.SpicePlaybackConn, Constants.SPICE_CHANNEL_PLAYBACK]
    ]);
    const channel = new Kind({
      uri: this.url,
      parent: this.main,
      connection_id: this.main.connection_id,
      type: types.get(Kind) ?? 0,
      chan_id: id,
      onerror: error => this.hear(error, true)
    });
    this.follow(channel);
    return channel;
  }

  private follow(channel: SpiceConn): void {
    this.channels.add(channel);
    channel.ws?.addEventListener('close', event => {
      this.channels.delete(channel);
      if (channel !== this.sound) {
        // A server that sends a viewer away for another one ends its sockets in good order.
        this.end(event.code === NORMAL && this.shown ? 'taken' : 'broken');
      }
    });
  }

  private silence(): void {
    const { sound } = this;
    this.sound = null;
    if (sound) {
      const { audio } = sound as { audio?: HTMLAudioElement };
      if (audio) {
        audio.pause();
        URL.revokeObjectURL(audio.src);
        audio.remove();
      }
      sound.state = 'closing';
      sound.cleanup();
    }
  }

  // -- how it ends ----------------------------------------------------------------------------

  /** The library names what went wrong by the text of an error alone. */
  private hear(error: Error | Event, ofChild = false): void {
    if (this.ended || !(error instanceof Error)) {
      return;
    }
    const link = /reply link error (\d+)/.exec(error.message);
    if (error.message === 'Permission denied.') {
      if (ofChild) {
        // The password was right for the main channel: it was changed since, say.
        this.end('broken');
        return;
      }
      this.close();
      this.events.onDenied();
    } else if (link) {
      const number = link[1] ?? '';
      this.refuse(number === NEEDS_TLS ? 'tls' : 'error', number);
    } else if (/magic|Unexpected link error/.test(error.message)) {
      this.refuse('nonsense', error.message);
    } else if (/timed out/.test(error.message)) {
      this.end('broken');
    }
  }

  private refuse(reason: Refusal, detail = ''): void {
    if (!this.ended) {
      this.close();
      this.events.onRefused(reason, detail);
      this.events.onEnd('broken');
    }
  }

  private end(ending: Ending): void {
    if (!this.ended) {
      this.close();
      this.events.onEnd(ending);
    }
  }
}
