/** The terminal itself: what the guest wrote, and what is typed, by xterm.js. */
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { Terminal } from '@xterm/xterm';

import { words } from '../viewer/strings';
import { colours } from './colours';

export interface TextEvents {
  /** Somebody typed, or pasted. */
  onInput: (data: Uint8Array) => void;
  onSelection: (any: boolean) => void;
  /** A text is to be pasted. */
  onPaste: (text: string) => void;
  onFind: () => void;
  onCopy: () => void;
}

/** Sizes of the text, in CSS pixels. */
export const SIZES = { least: 8, most: 32 };

// What xterm.js answers by itself when a program asks where the cursor is, what the terminal is,
// or which colours it has, and what it says of its focus.
const ANSWER =
  // eslint-disable-next-line no-control-regex -- these are control sequences
  /^\x1b(\[[?>=]?[\d;]*\$?[Rcnty]|\[[IO]$|\][\d;]+[^\x07\x1b]*(\x07|\x1b\\)|P[^\x1b]*\x1b\\)/;

const encoder = new TextEncoder();

export class Text {
  readonly search = new SearchAddon();
  private readonly terminal: Terminal;
  private readonly fitter = new FitAddon();
  /** Whether questions of the guest's programs are answered now. */
  answers = false;

  constructor(
    private readonly viewport: HTMLElement,
    element: HTMLElement,
    lines: number,
    events: TextEvents
  ) {
    const { theme } = colours();
    this.terminal = new Terminal({
      scrollback: lines,
      theme,
      fontFamily: fontFamily(),
      minimumContrastRatio: 4.5,
      // Search marks what it found.
      allowProposedApi: true,
      // The guest gives an address a label of its choice: it is shown what is behind it.
      linkHandler: {
        activate: (event, uri) => follow(event, uri),
        hover: (_event, uri) => (viewport.title = uri),
        leave: () => (viewport.title = '')
      },
      macOptionIsMeta: true,
      cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches
    });
    this.terminal.loadAddon(this.fitter);
    this.terminal.loadAddon(this.search);
    this.terminal.loadAddon(new WebLinksAddon(follow));
    element.addEventListener(
      'paste',
      event => {
        event.preventDefault();
        event.stopImmediatePropagation();
        events.onPaste(event.clipboardData?.getData('text/plain') ?? '');
      },
      true
    );
    this.terminal.open(element);
    this.describe();
    this.terminal.onData(data => {
      if (ANSWER.test(data) && !(this.answers && this.focused)) {
        return;
      }
      events.onInput(encoder.encode(data));
    });
    this.terminal.onBinary(data =>
      events.onInput(Uint8Array.from(data, each => each.charCodeAt(0)))
    );
    this.terminal.onSelectionChange(() =>
      events.onSelection(this.terminal.hasSelection())
    );
    this.terminal.attachCustomKeyEventHandler(event => this.key(event, events));
    new ResizeObserver(() => this.fit()).observe(viewport);
  }

  get focused(): boolean {
    return this.viewport.contains(document.activeElement);
  }

  get rows(): number {
    return this.terminal.rows;
  }

  get columns(): number {
    return this.terminal.cols;
  }

  get selection(): string {
    return this.terminal.getSelection();
  }

  /** Whether the guest's program tells a pasted text from a typed one. */
  get bracketed(): boolean {
    return this.terminal.modes.bracketedPasteMode;
  }

  show(data: Uint8Array | string, onShown: () => void): void {
    this.terminal.write(data, onShown);
    document.documentElement.dataset.heard = 'true';
  }

  /** Begin anew. */
  reset(): void {
    this.terminal.reset();
    delete document.documentElement.dataset.heard;
  }

  /** Forget what scrolled away. */
  clear(): void {
    this.terminal.clear();
  }

  focus(): void {
    this.terminal.focus();
  }

  blur(): void {
    this.terminal.blur();
  }

  /** Type a text as a terminal pastes: each end of a line is Enter. */
  paste(text: string): void {
    this.terminal.paste(text);
  }

  /** Whether keys go anywhere. */
  set typing(value: boolean) {
    this.terminal.options.disableStdin = !value;
    this.terminal.options.cursorInactiveStyle = value ? 'outline' : 'none';
  }

  set fontSize(size: number) {
    this.terminal.options.fontSize = size;
    this.fit();
  }

  get fontSize(): number {
    return this.terminal.options.fontSize ?? 13;
  }

  set screenReader(value: boolean) {
    this.terminal.options.screenReaderMode = value;
  }

  get screenReader(): boolean {
    return this.terminal.options.screenReaderMode ?? false;
  }

  /** Say to those who listen where they type, and how to leave it. */
  describe(): void {
    this.terminal.textarea?.setAttribute(
      'aria-label',
      `${words('input')}. ${words('leave_hint')}`
    );
  }

  /** Look as the page does now. */
  dress(): void {
    const { theme } = colours();
    this.terminal.options.theme = theme;
    this.terminal.options.fontFamily = fontFamily();
    this.viewport.style.background = theme.background ?? '';
  }

  /** All that can be scrolled to, as text. */
  get whole(): string {
    const { active } = this.terminal.buffer;
    let text = '';
    for (let row = 0; row < active.length; row++) {
      const line = active.getLine(row);
      const isNew = row > 0 && !line?.isWrapped;
      text += (isNew ? '\n' : '') + (line?.translateToString(true) ?? '');
    }
    return `${text.trimEnd()}\n`;
  }

  private fit(): void {
    // A view that is not in front has no size; it keeps the one that it had.
    if (this.viewport.clientWidth > 0 && this.viewport.clientHeight > 0) {
      this.fitter.fit();
    }
  }

  /** What the page keeps for itself; all else goes to the guest. */
  private key(event: KeyboardEvent, events: TextEvents): boolean {
    if (event.type !== 'keydown' || event.altKey) {
      return true;
    }
    const ours = (event.ctrlKey && event.shiftKey) || event.metaKey;
    const act = (run: () => void) => {
      event.preventDefault();
      run();
      return false;
    };
    if (ours && event.code === 'KeyF') {
      return act(events.onFind);
    }
    if (
      (ours && event.code === 'KeyC') ||
      (event.ctrlKey && !event.shiftKey && event.code === 'Insert')
    ) {
      return act(events.onCopy);
    }
    if (ours && event.code === 'KeyV') {
      // The browser pastes by itself, without a question, where it has this key.
      return false;
    }
    return !(event.shiftKey && event.code === 'Insert');
  }
}

/** Open an address that the guest wrote: only with a key held, and it learns nothing of us. */
function follow(event: MouseEvent, uri: string): void {
  if ((event.ctrlKey || event.metaKey) && /^https?:/i.test(uri)) {
    window.open(uri, '_blank', 'noopener,noreferrer');
  }
}

function fontFamily(): string {
  const style = getComputedStyle(document.documentElement);
  const family = style.getPropertyValue('--jp-code-font-family').trim();
  return family || 'monospace';
}
