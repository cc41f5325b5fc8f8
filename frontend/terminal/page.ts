/** The terminal's page: it joins the parts, and talks to the widget that frames it. */
import { Chord } from '../viewer/chord';
import { Link, type Phase } from '../viewer/link';
import type { Action, MachineState } from '../viewer/machine';
import { showNotice, type Offer } from '../viewer/notice';
import { part } from '../viewer/part';
import { phaseNotice } from '../viewer/phases';
import { Speech } from '../viewer/speech';
import { setStrings, words } from '../viewer/strings';
import { followTheme } from '../viewer/theme';
import { elsewhere } from '../viewer/whereabouts';
import { Feed } from './feed';
import { Finder } from './finder';
import { Line } from './line';
import {
  isFromKernel,
  VERSION,
  type FromPage,
  type LineState,
  type TerminalMessage
} from './messages';
import { stateNotice } from './states';
import { Text } from './text';
import { Toolbar } from './toolbar';

/** The server's prefix: this page is at `<prefix>qvirt/static/terminal/index.html`. */
const PREFIX = new URL('../../../', location.href);
/** Milliseconds of silence after which what was kept has been shown. */
const SETTLED = 200;

const encoder = new TextEncoder();

/** What there is once the kernel has told us all. */
interface Parts {
  text: Text;
  feed: Feed;
  finder: Finder;
  toolbar: Toolbar;
}

class Page {
  private begun: TerminalMessage | null = null;
  private machine: MachineState | null = null;
  private line: LineState | null = null;
  private parts: Parts | null = null;
  private problem = '';
  private asksToTakeOver = false;
  private settling: number | undefined;
  private readonly chord = new Chord(window, () => this.leave());
  private readonly speech = new Speech(part('live'), part('hint'));
  private readonly socket: Line;
  private readonly link: Link;

  constructor() {
    this.socket = new Line({
      onOpen: () => {
        this.parts?.feed.clear();
        this.parts?.text.reset();
        this.settle();
        this.link.connected();
      },
      onData: block => this.parts?.feed.take(block),
      onClose: () => {
        this.unsettle();
        void this.link.dropped();
      }
    });
    this.link = new Link(new URL('qvirt/console', PREFIX), {
      connect: url => this.socket.connect(url),
      disconnect: () => this.socket.disconnect(),
      askForTicket: () => this.post({ kind: 'ticket' }),
      show: phase => this.show(phase),
      words
    });
    // The kernel's socket is there whether the machine runs or not.
    this.link.setActive(true);
    window.addEventListener('message', event => {
      if (
        event.source === window.parent &&
        event.origin === location.origin &&
        isFromKernel(event.data)
      ) {
        this.receive(event.data);
      }
    });
    followTheme(() => this.parts?.text.dress());
    this.post({ kind: 'ready' });
  }

  private post(message: FromPage): void {
    if (window.parent !== window) {
      window.parent.postMessage(message, location.origin);
    }
  }

  private receive(message: Parameters<typeof isFromKernel>[0]): void {
    if (!isFromKernel(message)) {
      return;
    }
    switch (message.kind) {
      case 'terminal':
        void this.begin(message);
        break;
      case 'line':
        this.setLine(message.line);
        break;
      case 'state':
        this.setMachine(message.machine);
        break;
      case 'ticket':
        this.link.takeTicket(message.ticket, message.refusal);
        break;
      case 'release':
        setStrings(message.strings);
        this.chord.parts = message.release;
        this.parts?.toolbar.tellKeys();
        this.parts?.text.describe();
        break;
      case 'problem':
        this.problem = message.message;
        this.speech.announce(message.message);
        this.say();
        break;
    }
  }

  private async begin(message: TerminalMessage): Promise<void> {
    setStrings(message.strings);
    this.chord.parts = message.release;
    this.begun = message;
    this.machine = message.machine;
    this.line = message.line;
    document.title = this.title();
    this.parts ??= this.build(message);
    this.parts.toolbar.log.offer = message.log_offer;
    part('silence').textContent = words('silence');
    this.say();
    const reason =
      message.version === VERSION
        ? message.refusal || (await elsewhere(message.whereabouts, PREFIX))
        : words('version_mismatch');
    if (reason) {
      this.link.refuse(reason);
    } else if (this.link.phase.name !== 'connected') {
      this.link.takeTicket(message.ticket, '');
    }
  }

  private build(message: TerminalMessage): Parts {
    const text: Text = new Text(part('viewport'), part('text'), message.lines, {
      onInput: data => this.type(data),
      onSelection: any => {
        toolbar.anySelected = any;
      },
      onPaste: pasted => toolbar.paste.take(pasted),
      onFind: () => finder.open(text.selection),
      onCopy: () => void this.copy()
    });
    const finder = new Finder(part('finder'), text.search, () => text.focus());
    const toolbar: Toolbar = new Toolbar(part('toolbar'), text, {
      copy: () => void this.copy(),
      find: () => finder.open(text.selection),
      send: data => this.type(encoder.encode(data)),
      save: () => this.save(),
      log: path => this.post({ kind: 'log', path }),
      tellSize: () =>
        this.type(
          encoder.encode(`stty rows ${text.rows} cols ${text.columns}\r`)
        ),
      keepFontSize: size => this.post({ kind: 'wish', font_size: size }),
      keepScreenReader: on => this.post({ kind: 'wish', screen_reader: on }),
      say: said => this.speech.say(said)
    });
    // xterm.js says of each new look that nothing is selected any more: the tools must be there.
    text.fontSize = message.font_size;
    text.screenReader = message.screen_reader;
    text.dress();
    const feed = new Feed(
      (data, onShown) => text.show(data, onShown),
      bytes =>
        `\x1b[0m\r\n\x1b[7m${words('skipped', { size: inWords(bytes) })}\x1b[0m\r\n`,
      () => this.settle()
    );
    part('viewport').addEventListener('focusin', () => {
      if (!toolbar.tellsHowToLeave) {
        this.speech.hint(words('leave_hint'));
      }
    });
    return { text, feed, finder, toolbar };
  }

  // -- what was kept, and what is new -------------------------------------------------------

  /** Answer no question of a program while what it asked long ago is shown again. */
  private settle(): void {
    clearTimeout(this.settling);
    this.settling = window.setTimeout(() => {
      if (this.parts && this.socket.open) {
        this.parts.text.answers = true;
        document.documentElement.dataset.settled = 'true';
      }
    }, SETTLED);
  }

  private unsettle(): void {
    clearTimeout(this.settling);
    delete document.documentElement.dataset.settled;
    if (this.parts) {
      this.parts.text.answers = false;
    }
  }

  private type(data: Uint8Array): void {
    if (this.line?.state !== 'open' || !this.socket.send(data)) {
      this.speech.say(words('not_open'));
    }
  }

  // -- what is shown ------------------------------------------------------------------------

  private setMachine(machine: MachineState): void {
    if (this.machine?.state !== machine.state) {
      this.problem = '';
      this.speech.announce(machine.words);
    }
    this.machine = machine;
    this.say();
  }

  private setLine(line: LineState): void {
    if (this.line?.state !== line.state) {
      this.problem = '';
      this.asksToTakeOver = false;
      this.speech.announce(line.words);
    }
    this.line = line;
    this.say();
  }

  private show(phase: Phase): void {
    document.documentElement.dataset.phase = phase.name;
    showNotice(
      part('notice'),
      phaseNotice(phase, {
        connect: () => this.link.retry(),
        retry: () => this.retry()
      })
    );
    if (phase.name === 'refused') {
      this.speech.announce(phase.reason);
    }
    this.say();
  }

  /** Say what the line does, in the tools and above the text. */
  private say(): void {
    const { parts, line, machine } = this;
    if (!parts || !line || !machine) {
      return;
    }
    const connected = this.link.phase.name === 'connected';
    const open = connected && line.state === 'open';
    document.documentElement.dataset.line = line.state;
    parts.text.typing = open;
    parts.toolbar.open = open;
    parts.toolbar.log.follow(line);
    parts.toolbar.describe(
      this.title(),
      line.state === 'off' ? machine.words : line.words,
      line.state === 'open' ? machine.state : 'shutoff'
    );
    showNotice(
      part('banner'),
      this.problem
        ? {
            title: this.problem,
            kind: 'error',
            offers: [{ label: words('close'), run: () => this.forget() }]
          }
        : !connected
          ? null
          : this.asksToTakeOver
            ? {
                title: words('take_over_question'),
                offers: [
                  {
                    label: words('take_over_now'),
                    run: () => this.open(true),
                    main: true
                  },
                  {
                    label: words('cancel'),
                    run: () => {
                      this.asksToTakeOver = false;
                      this.say();
                    }
                  }
                ]
              }
            : stateNotice(line, machine, {
                act: (action, label) => this.offer(action, label),
                open: () => this.open(false),
                takeOver: () => {
                  this.asksToTakeOver = true;
                  this.say();
                }
              })
    );
  }

  private forget(): void {
    this.problem = '';
    this.say();
  }

  private offer(action: Action, label: string): Offer {
    const refused = this.machine?.refused[action];
    return {
      label,
      main: true,
      refused,
      run: () => {
        if (refused) {
          this.speech.say(refused);
        } else {
          this.post({ kind: 'action', action });
        }
      }
    };
  }

  private title(): string {
    return this.begun
      ? words('terminal_title', {
          name: this.begun.name,
          connection: this.begun.connection,
          console: this.begun.label
        })
      : '';
  }

  // -- what is done -------------------------------------------------------------------------

  private open(force: boolean): void {
    this.asksToTakeOver = false;
    this.problem = '';
    this.post({ kind: 'open', force });
    this.say();
  }

  private retry(): void {
    if (this.begun?.ticket) {
      this.link.retry();
    } else {
      this.post({ kind: 'again' });
    }
  }

  private leave(): void {
    this.parts?.text.blur();
    this.speech.say(words('left'));
    this.post({ kind: 'leave' });
  }

  private async copy(): Promise<void> {
    const selection = this.parts?.text.selection;
    if (!selection) {
      this.speech.say(words('nothing_selected'));
      return;
    }
    try {
      await navigator.clipboard.writeText(selection);
      this.speech.say(
        words('copied', { characters: Array.from(selection).length })
      );
    } catch {
      this.speech.say(words('clipboard_denied'));
    }
  }

  private save(): void {
    if (!this.parts || !this.begun) {
      return;
    }
    const url = URL.createObjectURL(
      new Blob([this.parts.text.whole], { type: 'text/plain' })
    );
    const link = document.createElement('a');
    link.href = url;
    link.download = `${this.begun.name}-${this.begun.label}.txt`.replace(
      /[^\p{L}\p{N}._-]+/gu,
      '-'
    );
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
    this.speech.say(words('saved', { name: link.download }));
  }
}

/** Return a size for people. */
function inWords(bytes: number): string {
  return bytes < 1024 * 1024
    ? `${Math.ceil(bytes / 1024)} KiB`
    : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

new Page();
