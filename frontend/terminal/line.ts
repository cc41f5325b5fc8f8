/** The socket to the kernel's end of a serial line: bytes, both ways. */

export interface LineEvents {
  onOpen: () => void;
  onData: (block: Uint8Array) => void;
  onClose: () => void;
}

/** Bytes of a message: the server refuses larger ones, and slow guests take them bit by bit. */
const PIECE = 4096;

export class Line {
  private socket: WebSocket | null = null;

  constructor(private readonly events: LineEvents) {}

  get open(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  /** Connect anew. */
  connect(url: string): void {
    this.disconnect();
    let socket: WebSocket;
    try {
      socket = new WebSocket(url, ['binary']);
    } catch {
      // A browser or a policy of the site that forbids the socket: it is like one that fails.
      setTimeout(() => this.events.onClose());
      return;
    }
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    socket.addEventListener('open', () => {
      if (this.socket === socket) {
        this.events.onOpen();
      }
    });
    socket.addEventListener('message', event => {
      if (this.socket === socket && event.data instanceof ArrayBuffer) {
        this.events.onData(new Uint8Array(event.data));
      }
    });
    socket.addEventListener('close', () => {
      if (this.socket === socket) {
        this.socket = null;
        this.events.onClose();
      }
    });
  }

  /** End the connection without an event. */
  disconnect(): void {
    const { socket } = this;
    this.socket = null;
    socket?.close();
  }

  /** Give the guest what was typed; whether anybody took it. */
  send(data: Uint8Array): boolean {
    if (!this.open) {
      return false;
    }
    for (let start = 0; start < data.byteLength; start += PIECE) {
      this.socket?.send(data.slice(start, start + PIECE));
    }
    return true;
  }
}
