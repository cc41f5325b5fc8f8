/** What the page asks the kernel about keys, and the answers as they come. */
import { words } from '../viewer/strings';
import type { Key } from './keys';
import { keyAt, type KeyboardLayout } from './layout';
import type { KeysMessage, LayoutMessage, FromPage } from './messages';

/** Milliseconds after which a kernel that says nothing is said to. */
const PATIENCE = 20000;

interface Waiting {
  done: (message: KeysMessage | LayoutMessage) => void;
}

export class KernelAnswers {
  private readonly layouts = new Map<string, KeyboardLayout>();
  private readonly waiting = new Map<string, Waiting[]>();

  constructor(private readonly post: (message: FromPage) => void) {}

  /** Return a keyboard layout; it fails with the kernel's words. */
  async layout(name: string): Promise<KeyboardLayout> {
    const known = this.layouts.get(name);
    if (known) {
      return known;
    }
    const answer = await this.ask(`layout ${name}`, { kind: 'layout', name });
    if (answer.kind !== 'layout' || !answer.layout) {
      throw new Error(answer.problem);
    }
    this.layouts.set(name, answer.layout);
    return answer.layout;
  }

  /** Return the keys of a combination; it fails with the kernel's words. */
  async keys(text: string, layout: string): Promise<Key[]> {
    const answer = await this.ask(`keys ${text}`, {
      kind: 'keys',
      text,
      layout
    });
    if (answer.kind !== 'keys' || answer.problem) {
      throw new Error(answer.problem);
    }
    return answer.codes.map(keyAt);
  }

  /** An answer came. */
  take(message: KeysMessage | LayoutMessage): void {
    const about =
      message.kind === 'layout'
        ? `layout ${message.name}`
        : `keys ${message.text}`;
    const waiting = this.waiting.get(about) ?? [];
    this.waiting.delete(about);
    waiting.forEach(({ done }) => done(message));
  }

  private ask(
    about: string,
    question: FromPage
  ): Promise<KeysMessage | LayoutMessage> {
    return new Promise((resolve, reject) => {
      const timer = window.setTimeout(() => {
        this.waiting.delete(about);
        reject(new Error(words('kernel_silent')));
      }, PATIENCE);
      const done = (message: KeysMessage | LayoutMessage) => {
        window.clearTimeout(timer);
        resolve(message);
      };
      this.waiting.set(about, [...(this.waiting.get(about) ?? []), { done }]);
      this.post(question);
    });
  }
}

/** What an error says. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
