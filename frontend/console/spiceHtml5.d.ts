/** What we use of spice-html5 0.2.1, which has no types of its own. */

declare module '@spice-project/spice-html5/src/enums.js' {
  export const Constants: Readonly<Record<string, number>>;
}

declare module '@spice-project/spice-html5/src/spiceconn.js' {
  export interface Options {
    uri: string;
    password?: string;
    screen_id?: string;
    parent?: SpiceConn;
    connection_id?: number;
    type?: number;
    chan_id?: number;
    onerror?: (error: Error | Event) => void;
    onsuccess?: () => void;
    onagent?: () => void;
  }
  export interface Message {
    type: number;
    data: ArrayBuffer;
  }
  export class SpiceConn {
    constructor(options: Options);
    ws?: WebSocket;
    type: number;
    state: string;
    parent?: SpiceConn;
    connection_id: number;
    wire_reader: { needed: number };
    send_hdr(): void;
    send_ticket(encrypted: readonly number[]): void;
    send_msg(message: object): void;
    process_inbound(data: ArrayBuffer, header?: unknown): void;
    process_channel_message(message: Message): boolean;
    cleanup(): void;
    log_info(): void;
    log_warn(): void;
    log_err(): void;
  }
}

declare module '@spice-project/spice-html5/src/main.js' {
  import { SpiceConn } from '@spice-project/spice-html5/src/spiceconn.js';
  export class SpiceMainConn extends SpiceConn {
    mouse_mode?: number;
    buttons_state?: number;
    agent_connected?: boolean;
    handle_mouse_mode(current: number, supported: number): void;
    display?: SpiceConn | undefined;
    inputs?: SpiceConn & { mouse_mode?: number; waiting_for_ack: number };
    cursor?: SpiceConn | undefined;
    resize_window(
      flags: number,
      width: number,
      height: number,
      depth: number,
      x: number,
      y: number
    ): void;
  }
}

declare module '@spice-project/spice-html5/src/display.js' {
  import { SpiceConn } from '@spice-project/spice-html5/src/spiceconn.js';
  export class SpiceDisplayConn extends SpiceConn {
    primary_surface?: number;
    surfaces: { canvas: HTMLCanvasElement }[];
    streams: unknown[];
    cache: Record<string, unknown>;
    hook_events(): void;
    unhook_events(): void;
  }
}

declare module '@spice-project/spice-html5/src/inputs.js' {
  import { SpiceConn } from '@spice-project/spice-html5/src/spiceconn.js';
  export class SpiceInputsConn extends SpiceConn {
    mouse_mode?: number;
    waiting_for_ack: number;
  }
}

declare module '@spice-project/spice-html5/src/cursor.js' {
  import { SpiceConn } from '@spice-project/spice-html5/src/spiceconn.js';
  export class SpiceCursorConn extends SpiceConn {}
}

declare module '@spice-project/spice-html5/src/playback.js' {
  import { SpiceConn } from '@spice-project/spice-html5/src/spiceconn.js';
  export class SpicePlaybackConn extends SpiceConn {
    audio?: HTMLAudioElement;
  }
}

declare module '@spice-project/spice-html5/src/simulatecursor.js' {
  export const SpiceSimulateCursor: { simulate_cursor: () => void };
}

declare module '@spice-project/spice-html5/src/webm.js' {
  export const Constants: Record<string, unknown>;
}

declare module '@spice-project/spice-html5/src/spicemsg.js' {
  export class SpiceMiniData {
    build_msg(type: number, content: object): void;
  }
  export class SpiceMsgChannels {
    constructor(data: ArrayBuffer);
    channels: { type: number; id: number }[];
  }
  export class SpiceMsgcMousePosition {
    constructor(
      main: object,
      at: { offsetX: number; offsetY: number } | undefined
    );
    x: number;
    y: number;
    buttons_state: number;
  }
  export class SpiceMsgcMousePress {
    constructor(main?: object, event?: undefined);
    button: number;
    buttons_state: number;
  }
  export class SpiceMsgcKeyDown {
    code: number;
  }
}
