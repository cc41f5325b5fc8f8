/** Messages of the kernel: those that take time to unpack keep their order. */
import { unpacked } from './packing';

export class Inbox<Message> {
  constructor(
    private readonly _isOurs: (message: unknown) => message is Message,
    private readonly _take: (message: Message) => void
  ) {}

  receive(message: unknown, buffers: readonly DataView[]): Promise<void> {
    this._received = Promise.allSettled([
      this._received,
      unpacked(message, buffers)
    ]).then(([, content]) => {
      if (
        content.status === 'fulfilled' &&
        this._isOurs(content.value) &&
        !this._isClosed
      ) {
        this._take(content.value);
      }
    });
    return this._received;
  }

  /** What comes from now on is for nobody. */
  close(): void {
    this._isClosed = true;
  }

  private _received: Promise<void> = Promise.resolve();
  private _isClosed = false;
}
