import { serverPrefix } from './serverPrefix';

/** Bytes that are read and sent at once: all that is in memory of a file. */
const CHUNK = 4 * 1024 * 1024;
/** Milliseconds between two attempts: the first, and the longest. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;
/** What the server says that may be otherwise in a moment. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);
const OFFSET_WRONG = 409;
const DIGEST_WRONG = 422;

/** What the server's transfer handler answers; `qvirt_jupyter/server/transfers.py`. */
interface IAnswer {
  code: string;
  message: string;
  at?: number;
  size?: number;
}

/** The address of a transfer; null where no Jupyter server is around. */
export function transferUrl(
  ticket: string,
  more: Record<string, string> = {}
): string | null {
  const prefix = serverPrefix();
  if (!prefix) {
    return null;
  }
  const url = new URL('qvirt/transfer', prefix);
  url.search = new URLSearchParams({ ticket, ...more }).toString();
  return url.href;
}

/** Ask what a transfer is, and how far; a refusal is an answer, too. */
export async function lookAt(
  ticket: string
): Promise<{ status: number; said: IAnswer }> {
  const url = transferUrl(ticket, { look: '1' });
  if (!url) {
    throw new Error('There is no Jupyter server around.');
  }
  const answer = await fetch(url, { credentials: 'same-origin' });
  return { status: answer.status, said: (await answer.json()) as IAnswer };
}

/** Why an upload does not go on. */
export class UploadRefused extends Error {}

/**
 * A file on its way to the Jupyter server, chunk by chunk. When the connection drops it asks how
 * far it came, and goes on from there, for as long as the page lives.
 */
export class ChunkedUpload {
  private isStopped = false;

  constructor(
    private readonly file: File,
    private readonly ticket: string,
    private at: number,
    /** Told whether the server can be reached. */
    private readonly onReach: (isReached: boolean) => void
  ) {}

  stop(): void {
    this.isStopped = true;
  }

  /**
   * Send the file to its end.
   *
   * @throws UploadRefused with words for people, where that will not work.
   */
  async run(): Promise<void> {
    let pause = FIRST_PAUSE;
    while (this.at < this.file.size && !this.isStopped) {
      try {
        await this.step();
        pause = FIRST_PAUSE;
        this.onReach(true);
      } catch (error) {
        if (error instanceof UploadRefused) {
          throw error;
        }
        this.onReach(false);
        await new Promise(resolve => window.setTimeout(resolve, pause));
        pause = Math.min(LONGEST_PAUSE, 2 * pause);
        await this.ask();
      }
    }
  }

  /** Send one chunk. */
  private async step(): Promise<void> {
    const { at } = this;
    let chunk: ArrayBuffer;
    try {
      chunk = await this.file.slice(at, at + CHUNK).arrayBuffer();
    } catch {
      // It was moved, changed or deleted meanwhile.
      throw new UploadRefused('');
    }
    const isHole = isZeros(chunk);
    const url = transferUrl(this.ticket, {
      at: String(at),
      ...(isHole ? { hole: String(chunk.byteLength) } : {})
    });
    const answer = await fetch(url ?? '', {
      method: 'PUT',
      credentials: 'same-origin',
      headers: { 'X-XSRFToken': xsrfToken(), ...(await digestOf(chunk)) },
      body: isHole ? null : chunk
    });
    this.take(answer.status, (await answer.json()) as IAnswer);
  }

  /** Ask how far it came; a refusal that lasts ends it. */
  private async ask(): Promise<void> {
    try {
      const { status, said } = await lookAt(this.ticket);
      this.take(status, said);
    } catch (error) {
      if (error instanceof UploadRefused) {
        throw error;
      }
      // Still out of reach: the next attempt tells.
    }
  }

  private take(status: number, said: IAnswer): void {
    if (status === OFFSET_WRONG && said.at !== this.at) {
      this.at = said.at ?? this.at;
    } else if (status === 200) {
      this.at = said.at ?? this.at;
    } else if (
      PASSING.has(status) ||
      status === DIGEST_WRONG ||
      status === OFFSET_WRONG
    ) {
      this.at = said.at ?? this.at;
      throw new Error(said.message);
    } else {
      throw new UploadRefused(said.message);
    }
  }
}

function xsrfToken(): string {
  return /(?:^|; )_xsrf=([^;]*)/.exec(document.cookie)?.[1] ?? '';
}

/** The checksum of a chunk, where the page may compute one: not over plain HTTP from afar. */
async function digestOf(chunk: ArrayBuffer): Promise<Record<string, string>> {
  if (!window.isSecureContext || chunk.byteLength === 0) {
    return {};
  }
  const digest = await crypto.subtle.digest('SHA-256', chunk);
  const text = btoa(String.fromCharCode(...new Uint8Array(digest)));
  return { 'Content-Digest': `sha-256=:${text}:` };
}

/** Whether there is nothing but zeros, which need not be sent. */
function isZeros(chunk: ArrayBuffer): boolean {
  const words = new BigUint64Array(chunk, 0, chunk.byteLength >> 3);
  const rest = new Uint8Array(chunk, words.byteLength);
  return (
    chunk.byteLength > 0 &&
    words.every(word => word === 0n) &&
    rest.every(byte => byte === 0)
  );
}
