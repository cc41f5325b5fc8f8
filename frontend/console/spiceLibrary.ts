/**
 * spice-html5, loaded when the first SPICE display is shown, and made fit for this page.
 *
 * Its files are unmodified and beside the bundle; what is changed is changed here, at run time:
 *
 * | it                                                    | here                                  |
 * |-------------------------------------------------------|---------------------------------------|
 * | opens a socket for every channel, also those that it  | only display, inputs and cursor are   |
 * | does not know (USB, smartcard...), and plays sound     | opened, and sound when it is asked for|
 * | listens to keys by their meaning, and takes the focus | input is ours (`spiceInput.ts`)       |
 * | when the mouse comes over its picture                 |                                       |
 * | writes the socket's address into the browser's log    | logs nothing: a ticket is in it       |
 * | lets an error in a message end the channel's life     | the session hears of it               |
 * | sends an encrypted password without its zeros in front | with them: one of 256 was refused else|
 * | waits for messages of any length                      | a bound, see LONGEST                  |
 * | shows VP8 films in an element over the picture        | films come as pictures (MJPEG)        |
 * | alerts where a cursor cannot be shown                 | does not                              |
 */
import type {
  Message,
  SpiceConn
} from '@spice-project/spice-html5/src/spiceconn.js';

/** The most bytes that a message may have: an uncompressed picture of 8K has 133 million. */
const LONGEST = 160_000_000;

/** The bytes of an encrypted password: those of the server's key, RSA with 1024 bits. */
const TICKET = 128;

/** Who hears what happens on the channels of one main connection. */
export interface Listener {
  /** A channel's link was begun. */
  opened(channel: SpiceConn): void;
  /** What the server offers. */
  offered(channels: readonly { type: number; id: number }[]): void;
  /** The guest's screen is another canvas now, or none. */
  drawnOn(canvas: HTMLCanvasElement | null): void;
  /** The pointer moves by places now, or by ways. */
  pointed(): void;
  /** A message could not be made sense of; `fatal` where nothing after it can be either. */
  failed(error: unknown, fatal: boolean): void;
}

const listeners = new WeakMap<SpiceConn, Listener>();

/** Let a listener hear of a main connection and its channels. */
export function listen(main: SpiceConn, listener: Listener): void {
  listeners.set(main, listener);
}

function listenerOf(channel: SpiceConn): Listener | undefined {
  return listeners.get(channel.parent ?? channel);
}

async function load() {
  const [
    enums,
    conn,
    main,
    display,
    inputs,
    cursor,
    playback,
    simulated,
    webm,
    messages
  ] = await Promise.all([
    import('@spice-project/spice-html5/src/enums.js'),
    import('@spice-project/spice-html5/src/spiceconn.js'),
    import('@spice-project/spice-html5/src/main.js'),
    import('@spice-project/spice-html5/src/display.js'),
    import('@spice-project/spice-html5/src/inputs.js'),
    import('@spice-project/spice-html5/src/cursor.js'),
    import('@spice-project/spice-html5/src/playback.js'),
    import('@spice-project/spice-html5/src/simulatecursor.js'),
    import('@spice-project/spice-html5/src/webm.js'),
    import('@spice-project/spice-html5/src/spicemsg.js')
  ]);
  const { Constants } = enums;

  const base = conn.SpiceConn.prototype;
  base.log_info = base.log_warn = base.log_err = () => undefined;
  const {
    send_hdr: sendHeader,
    send_ticket: sendTicket,
    process_inbound: processInbound
  } = base;
  base.send_hdr = function (this: SpiceConn) {
    listenerOf(this)?.opened(this);
    sendHeader.call(this);
  };
  base.send_ticket = function (this: SpiceConn, encrypted) {
    const missing = Math.max(0, TICKET - encrypted.length);
    const zeros = Array.from({ length: missing }, () => 0);
    sendTicket.call(this, [...zeros, ...encrypted]);
  };
  base.process_inbound = function (this: SpiceConn, data, header) {
    try {
      processInbound.call(this, data, header);
      const { needed } = this.wire_reader;
      // The library reads lengths as signed numbers.
      if (needed < 0 || needed > LONGEST) {
        throw new RangeError(`${needed >>> 0} bytes`);
      }
    } catch (error) {
      listenerOf(this)?.failed(error, true);
    }
  };
  for (const kind of [
    main.SpiceMainConn,
    display.SpiceDisplayConn,
    inputs.SpiceInputsConn,
    cursor.SpiceCursorConn,
    playback.SpicePlaybackConn
  ]) {
    const process = kind.prototype.process_channel_message;
    kind.prototype.process_channel_message = function (
      this: SpiceConn,
      message: Message
    ) {
      try {
        if (
          kind === main.SpiceMainConn &&
          message.type === Constants.SPICE_MSG_MAIN_CHANNELS_LIST
        ) {
          const { channels } = new messages.SpiceMsgChannels(message.data);
          listenerOf(this)?.offered(channels);
          return true;
        }
        return process.call(this, message);
      } catch (error) {
        // The next message may be a good one.
        listenerOf(this)?.failed(error, false);
        return true;
      }
    };
  }
  const { prototype: leading } = main.SpiceMainConn;
  const { handle_mouse_mode: handleMouseMode } = leading;
  leading.handle_mouse_mode = function (current, supported) {
    handleMouseMode.call(this, current, supported);
    listenerOf(this)?.pointed();
  };
  const { prototype: drawn } = display.SpiceDisplayConn;
  drawn.hook_events = function () {
    const surface = this.surfaces[this.primary_surface ?? -1];
    listenerOf(this)?.drawnOn(surface?.canvas ?? null);
  };
  drawn.unhook_events = function () {
    listenerOf(this)?.drawnOn(null);
  };
  simulated.SpiceSimulateCursor.simulate_cursor = () => undefined;
  webm.Constants.SPICE_VP8_CODEC = 'video/none';
  return {
    Constants,
    messages,
    SpiceMainConn: main.SpiceMainConn,
    SpiceDisplayConn: display.SpiceDisplayConn,
    SpiceInputsConn: inputs.SpiceInputsConn,
    SpiceCursorConn: cursor.SpiceCursorConn,
    SpicePlaybackConn: playback.SpicePlaybackConn
  };
}

export type Library = Awaited<ReturnType<typeof load>>;

let loading: Promise<Library> | null = null;

/** Return the library; one that could not be loaded is tried again the next time. */
export async function library(): Promise<Library> {
  loading ??= load();
  try {
    return await loading;
  } catch (error) {
    loading = null;
    throw error;
  }
}
