/** The console's page: it joins the parts, and talks to the widget that frames it. */
import { Chord } from './chord';
import { Fullscreen } from './fullscreen';
import { Link, type Phase } from './link';
import {
  isFromKernel,
  VERSION,
  type Action,
  type ConsoleMessage,
  type FromPage,
  type MachineState
} from './messages';
import { askCredentials, showNotice, type Offer } from './notice';
import { download, pictureName, withTexts } from './picture';
import { Screen } from './screen';
import { setStrings, words } from './strings';
import { followTheme } from './theme';
import { Toolbar } from './toolbar';

function part(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) {
    throw new Error(`The page has no #${id}.`);
  }
  return element;
}

/** The server's prefix: this page is at `<prefix>qvirt/static/console/index.html`. */
const PREFIX = new URL('../../../', location.href);

class Page {
  private console: ConsoleMessage | null = null;
  private machine: MachineState | null = null;
  private toolbar: Toolbar | null = null;
  private problem = '';
  private displayRefused = '';
  private readonly screen: Screen;
  private readonly link: Link;
  private readonly fullscreen = new Fullscreen(part('toolbar'));
  private hintTimer: number | undefined;

  constructor() {
    this.screen = new Screen(part('viewport'), part('screen'), {
      onConnect: () => {
        this.link.connected();
        // Keys that somebody types elsewhere in JupyterLab must not turn to the guest by surprise.
        if (document.hasFocus()) {
          this.screen.focus();
        }
      },
      onDisconnect: () => {
        this.toolbar?.clipboard.cancel();
        void this.fullscreen.leave();
        if (this.displayRefused) {
          this.link.refuse(this.displayRefused);
          this.displayRefused = '';
        } else {
          void this.link.dropped();
        }
      },
      onCredentials: types => this.ask(types),
      onRefused: reason => {
        this.displayRefused = words('display_refused', {
          reason: reason || words('wrong_password')
        });
      },
      onClipboard: text => this.toolbar?.clipboard.fromGuest(text)
    });
    this.link = new Link(new URL('qvirt/console', PREFIX), {
      connect: url => this.screen.connect(url, this.label()),
      disconnect: () => this.screen.disconnect(),
      askForTicket: () => this.post({ kind: 'ticket' }),
      show: phase => this.show(phase),
      words
    });
    new Chord(window, () => this.leave());
    part('viewport').addEventListener('focusin', () => {
      this.hint(words('leave_hint'));
      this.toolbar?.clipboard.toGuest();
    });
    window.addEventListener('message', event => {
      if (
        event.source === window.parent &&
        event.origin === location.origin &&
        isFromKernel(event.data)
      ) {
        this.receive(event.data);
      }
    });
    followTheme();
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
      case 'console':
        void this.begin(message);
        break;
      case 'state':
        this.setMachine(message.machine);
        break;
      case 'ticket':
        this.link.takeTicket(message.ticket, message.refusal);
        break;
      case 'problem':
        this.problem = message.message;
        this.announce(message.message);
        this.show(this.link.phase);
        break;
    }
  }

  private async begin(message: ConsoleMessage): Promise<void> {
    if (!this.console) {
      this.screen.scaling = message.scaling;
      this.link.wanted = message.autoconnect;
    }
    this.console = message;
    setStrings(message.strings);
    document.title = this.label();
    this.toolbar ??= new Toolbar(part('toolbar'), this.screen, {
      takePicture: () => void this.takePicture(),
      toggleFullscreen: () =>
        void this.fullscreen
          .toggle()
          .catch(() => this.say(words('fullscreen_refused'))),
      say: text => this.say(text),
      keepScaling: scaling => this.post({ kind: 'wish', scaling }),
      keepAutoconnect: autoconnect => this.post({ kind: 'wish', autoconnect })
    });
    this.toolbar.autoconnect = message.autoconnect;
    this.machine = message.machine;
    this.describe();
    const elsewhere = await this.elsewhere(message);
    if (message.version !== VERSION) {
      this.link.refuse(words('version_mismatch'));
    } else if (message.refusal || elsewhere) {
      this.link.refuse(message.refusal || elsewhere);
    } else {
      this.link.setActive(message.machine.active);
      if (this.link.phase.name !== 'connected') {
        this.link.takeTicket(message.ticket, '');
      }
    }
  }

  /** Why kernel and server cannot share a ticket; empty where they can. */
  private async elsewhere(message: ConsoleMessage): Promise<string> {
    const kernel = message.whereabouts;
    try {
      const response = await fetch(new URL('qvirt/api/server', PREFIX), {
        cache: 'no-store'
      });
      const server = (await response.json()) as Partial<typeof kernel>;
      if (server.host && server.host !== kernel.host) {
        return words('other_host', {
          kernel: kernel.host,
          server: server.host
        });
      }
      if (server.runtime && server.runtime !== kernel.runtime) {
        return words('other_runtime', {
          kernel: kernel.runtime,
          server: server.runtime
        });
      }
    } catch {
      // The bridge will say what is wrong with the server.
    }
    return '';
  }

  private setMachine(machine: MachineState): void {
    const before = this.machine;
    this.machine = machine;
    if (before?.state !== machine.state) {
      this.problem = '';
      this.announce(machine.words);
    }
    this.describe();
    this.link.setActive(machine.active);
    this.show(this.link.phase);
  }

  private describe(): void {
    this.toolbar?.describe(
      this.label(),
      this.machine?.words ?? '',
      this.machine?.state ?? ''
    );
  }

  private label(): string {
    return this.console
      ? words('title', {
          name: this.console.name,
          connection: this.console.connection
        })
      : '';
  }

  // -- what is shown --------------------------------------------------------------------------

  private show(phase: Phase): void {
    const paused = this.machine?.state === 'paused';
    const connected = phase.name === 'connected';
    document.documentElement.dataset.phase = phase.name;
    this.toolbar?.setUsable(connected, !paused);
    showNotice(
      part('banner'),
      connected && paused
        ? {
            title: words('paused'),
            text: this.problem,
            offers: [this.offer('resume', words('resume'))]
          }
        : connected && this.problem
          ? {
              title: this.problem,
              kind: 'error',
              offers: [
                {
                  label: words('close'),
                  run: () => {
                    this.problem = '';
                    this.show(this.link.phase);
                  }
                }
              ]
            }
          : null
    );
    this.showInstead(phase);
  }

  private showInstead(phase: Phase): void {
    const notice = part('notice');
    switch (phase.name) {
      case 'connected':
        showNotice(notice, null);
        break;
      case 'idle':
        showNotice(notice, {
          title: words('not_connected'),
          offers: [
            {
              label: words('connect'),
              run: () => this.link.retry(),
              main: true
            }
          ]
        });
        break;
      case 'connecting':
        showNotice(notice, { title: words('connecting'), kind: 'busy' });
        break;
      case 'waiting':
        showNotice(notice, {
          title: words('connection_lost'),
          text: words('trying_again', { seconds: phase.seconds }),
          kind: 'busy',
          offers: [
            {
              label: words('try_now'),
              run: () => this.link.retry(),
              main: true
            }
          ]
        });
        break;
      case 'stopped':
        showNotice(notice, {
          title:
            this.machine && !this.machine.active
              ? this.machine.words
              : words('stopped'),
          text: this.problem || words('stopped_text'),
          kind: this.problem ? 'error' : 'plain',
          offers: [this.offer('start', words('start'))]
        });
        break;
      case 'refused':
        showNotice(notice, {
          title: words('refused'),
          text: phase.reason,
          kind: 'error',
          offers: [
            { label: words('retry'), run: () => this.retry(), main: true }
          ]
        });
        this.announce(phase.reason);
        break;
    }
  }

  private offer(action: Action, label: string): Offer {
    const refused = this.machine?.refused[action];
    return {
      label,
      main: true,
      refused,
      run: () => {
        if (refused) {
          this.say(refused);
        } else {
          this.problem = '';
          // Who starts a machine here wants to see it.
          this.link.wanted = true;
          this.post({ kind: 'action', action });
        }
      }
    };
  }

  private retry(): void {
    if (this.console?.ticket) {
      this.link.retry();
    } else {
      this.post({ kind: 'again' });
    }
  }

  private ask(types: readonly string[]): void {
    askCredentials(
      part('notice'),
      { title: words('password_needed'), text: words('password_text') },
      {
        username: words('username'),
        password: words('password'),
        connect: words('connect')
      },
      types,
      (username, password) => {
        showNotice(part('notice'), {
          title: words('connecting'),
          kind: 'busy'
        });
        this.screen.sendCredentials(username, password);
      }
    );
  }

  // -- what is done ---------------------------------------------------------------------------

  private leave(): void {
    void this.fullscreen.leave();
    this.screen.blur();
    this.say(words('left'));
    this.post({ kind: 'leave' });
  }

  private async takePicture(): Promise<void> {
    const picture = await this.screen.picture();
    if (!picture || !this.console) {
      return;
    }
    const name = pictureName(this.console.name, new Date());
    const texts = {
      Title: this.console.name,
      Machine: this.console.uuid,
      Connection: this.console.connection,
      Software: 'qvirt-jupyter'
    };
    download(await withTexts(picture, texts), name);
    this.say(words('picture_saved', { name }));
  }

  /** Say to those who listen what others see. */
  private announce(text: string): void {
    part('live').textContent = text;
  }

  /** Say something to those who listen, and briefly to those who look. */
  private say(text: string): void {
    this.announce(text);
    this.hint(text);
  }

  private hint(text: string): void {
    const hint = part('hint');
    clearTimeout(this.hintTimer);
    hint.textContent = text;
    hint.hidden = text === '';
    this.hintTimer = window.setTimeout(() => {
      hint.hidden = true;
    }, 4000);
  }
}

new Page();
