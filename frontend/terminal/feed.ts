/**
 * What comes from the guest on its way to the screen, never more at once than the screen takes.
 *
 * A browser cannot ask a WebSocket to wait. So what comes faster than it can be shown is kept up to
 * a bound, of which the oldest goes first: a terminal keeps its last lines only, and the kernel's
 * log has everything.
 */

/** Bytes that wait here at most: more than all lines that the screen keeps. */
const MOST = 4 * 1024 * 1024;
/** Bytes that the screen is given before it has shown what it got, some frames' worth. */
const AT_ONCE = 192 * 1024;

export class Feed {
  private waiting: Uint8Array[] = [];
  private bytes = 0;
  private given = 0;
  private lost = 0;
  private generation = 0;

  constructor(
    private readonly show: (
      data: Uint8Array | string,
      onShown: () => void
    ) => void,
    /** Words in place of what was left out. */
    private readonly sayLost: (bytes: number) => string,
    /** All that came was shown. */
    private readonly onEmpty: () => void
  ) {}

  take(block: Uint8Array): void {
    this.waiting.push(block);
    this.bytes += block.byteLength;
    while (this.bytes > MOST && this.waiting.length > 1) {
      const oldest = this.waiting.shift();
      this.bytes -= oldest?.byteLength ?? 0;
      this.lost += oldest?.byteLength ?? 0;
    }
    this.pump();
  }

  /** Forget what waits: the screen begins anew. */
  clear(): void {
    this.generation += 1;
    this.waiting = [];
    this.bytes = this.given = this.lost = 0;
  }

  private pump(): void {
    while (this.given < AT_ONCE) {
      if (this.lost > 0) {
        const words = this.sayLost(this.lost);
        this.lost = 0;
        this.show(words, () => undefined);
      }
      const block = this.waiting.shift();
      if (!block) {
        return;
      }
      this.bytes -= block.byteLength;
      this.given += block.byteLength;
      const { generation } = this;
      this.show(block, () => {
        if (generation !== this.generation) {
          return;
        }
        this.given -= block.byteLength;
        this.pump();
        if (this.given === 0) {
          this.onEmpty();
        }
      });
    }
  }
}
