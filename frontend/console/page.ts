/** The console's page: it joins the parts, and talks to the widget that frames it. */
import { Chord } from '../viewer/chord';
import type { DisplayType } from './display';
import type { Layouts } from './clipboard';
import { Fullscreen } from './fullscreen';
import { KernelAnswers } from './kernelAnswers';
import { Link, type Phase } from '../viewer/link';
import {
  isFromKernel,
  VERSION,
  type Change,
  type ConsoleMessage,
  type FromPage
} from './messages';
import type { Action, MachineState } from '../viewer/machine';
import { showNotice, type Offer } from '../viewer/notice';
import { part } from '../viewer/part';
import { phaseNotice } from '../viewer/phases';
import { Speech } from '../viewer/speech';
import { Credentials } from './credentials';
import { download, pictureName, withTexts } from './picture';
import { PointerGrab } from './pointerGrab';
import { showPlanned } from './planned';
import { Screen } from './screen';
import { setStrings, words } from '../viewer/strings';
import { followTheme } from '../viewer/theme';
import { elsewhere } from '../viewer/whereabouts';
import { Toolbar } from './toolbar';

/** The server's prefix: this page is at `<prefix>qvirt/static/console/index.html`. */
const PREFIX = new URL('../../../', location.href);

class Page {
  private console: ConsoleMessage | null = null;
  private machine: MachineState | null = null;
  private toolbar: Toolbar | null = null;
  private display: DisplayType = 'vnc';
  private problem = '';
  private displayRefused = '';
  /** What would mend why the console is refused. */
  private remedy: Change | '' = '';
  /** Whether the end of the connection is the answer to a wrong password. */
  private askAgain = false;
  private readonly credentials = new Credentials(part('notice'), {
    post: message => this.post(message),
    send: (username, password) =>
      this.screen.sendCredentials(username, password),
    trying: () =>
      showNotice(part('notice'), { title: words('connecting'), kind: 'busy' })
  });
  private readonly screen: Screen;
  private readonly link: Link;
  private readonly answers = new KernelAnswers(message => this.post(message));
  private readonly grab = new PointerGrab(part('viewport'), {
    onChange: held => {
      this.toolbar?.setPointer(held);
      this.speech.say(held ? words('held_hint') : words('pointer_back'));
    },
    onRefused: () => this.speech.say(words('grab_refused'))
  });
  private readonly fullscreen = new Fullscreen(part('toolbar'), locked =>
    this.speech.say(
      locked ? words('keyboard_locked') : words('keyboard_not_locked')
    )
  );
  private readonly layouts: Layouts = {
    labels: {},
    chosen: 'us',
    of: name => this.answers.layout(name),
    keep: name => {
      this.layouts.chosen = name;
      this.post({ kind: 'wish', layout: name });
    }
  };
  private readonly chord = new Chord(window, () => this.leave());
  private readonly speech = new Speech(part('live'), part('hint'));

  constructor() {
    this.screen = new Screen(part('viewport'), part('screen'), {
      onConnect: () => {
        this.link.connected();
        this.credentials.accepted();
        // Keys that somebody types elsewhere in JupyterLab must not turn to the guest by surprise.
        if (document.hasFocus()) {
          this.screen.focus();
        }
      },
      onDisconnect: ending => {
        this.toolbar?.clipboard.cancel();
        this.grab.release();
        void this.fullscreen.leave();
        this.credentials.forget();
        if (this.askAgain) {
          this.askAgain = false;
          this.link.retry();
        } else {
          void this.link.dropped(this.displayRefused, ending === 'taken');
        }
        this.displayRefused = '';
      },
      onCredentials: types => this.credentials.ask(types),
      onWrongPassword: () => {
        this.askAgain = true;
        this.credentials.denied();
        this.speech.announce(words('password_wrong'));
      },
      onRefused: reason => {
        this.displayRefused = words('display_refused', {
          reason: reason || words('wrong_password')
        });
      },
      onClipboard: text => this.toolbar?.clipboard.fromGuest(text),
      onPointer: () => {
        if (!this.screen.relative) {
          this.grab.release();
        }
        this.toolbar?.setPointer(this.grab.held);
      },
      onGlitch: () => this.speech.say(words('glitch'))
    });
    this.link = new Link(new URL('qvirt/console', PREFIX), {
      connect: url => this.screen.connect(this.display, url, this.label()),
      disconnect: () => this.screen.disconnect(),
      askForTicket: () => this.post({ kind: 'ticket' }),
      show: phase => this.show(phase),
      words
    });
    this.grab.wanted = () =>
      this.screen.connected &&
      this.screen.relative &&
      // Where there is one, the guest will use it once its driver is loaded.
      !this.console?.tablet &&
      !this.screen.viewOnly &&
      this.machine?.state !== 'paused';
    part('viewport').addEventListener('focusin', () => {
      this.speech.hint(words('leave_hint'));
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
        this.shows(message.display);
        this.remedy = message.remedy;
        this.link.takeTicket(message.ticket, message.refusal);
        break;
      case 'layout':
      case 'keys':
        this.answers.take(message);
        break;
      case 'tablet':
        this.takeTablet(message.tablet);
        break;
      case 'recalled':
        this.credentials.recalled(message.username, message.password);
        break;
      case 'viewer':
        download(
          new Blob([message.text], { type: 'application/x-virt-viewer' }),
          message.name
        );
        this.speech.say(words('viewer_saved', { name: message.name }));
        break;
      case 'planned':
        showPlanned(message, () => this.post({ kind: 'apply' }));
        break;
      case 'release':
        setStrings(message.strings);
        this.chord.parts = message.release;
        this.toolbar?.setPointer(this.grab.held);
        break;
      case 'said':
        this.speech.say(message.message);
        break;
      case 'problem':
        this.problem = message.message;
        this.speech.announce(message.message);
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
    this.chord.parts = message.release;
    document.title = this.label();
    this.toolbar ??= new Toolbar(part('toolbar'), this.screen, {
      takePicture: () => void this.takePicture(),
      toggleFullscreen: () =>
        void this.fullscreen
          .toggle()
          .catch(() => this.speech.say(words('fullscreen_refused'))),
      say: text => this.speech.say(text),
      keepScaling: scaling => this.post({ kind: 'wish', scaling }),
      keepAutoconnect: autoconnect => this.post({ kind: 'wish', autoconnect }),
      layouts: this.layouts,
      keysOf: text => this.answers.keys(text, this.layouts.chosen),
      grab: () => this.grab.grab(part('screen').querySelector('canvas')),
      addTablet: () => this.post({ kind: 'tablet' }),
      saveViewerFile: () => this.post({ kind: 'viewer' }),
      replaceSpice: () => this.post({ kind: 'plan', change: 'vnc' })
    });
    this.layouts.labels = message.layouts;
    this.layouts.chosen = message.layout;
    this.shows(message.display);
    this.remedy = message.remedy;
    this.toolbar.autoconnect = message.autoconnect;
    this.toolbar.keyNames = message.keyNames;
    this.toolbar.hasTablet = message.tablet;
    this.machine = message.machine;
    this.describe();
    const reason =
      message.refusal || (await elsewhere(message.whereabouts, PREFIX));
    if (message.version !== VERSION) {
      this.link.refuse(words('version_mismatch'));
    } else if (reason) {
      this.link.refuse(reason);
    } else {
      this.link.setActive(message.machine.active);
      if (this.link.phase.name !== 'connected') {
        this.link.takeTicket(message.ticket, '');
      }
    }
  }

  private shows(display: DisplayType | ''): void {
    this.display = display || this.display;
    if (this.toolbar) {
      this.toolbar.display = this.display;
    }
  }

  private setMachine(machine: MachineState): void {
    const before = this.machine;
    this.machine = machine;
    if (before?.state !== machine.state) {
      this.problem = '';
      this.speech.announce(machine.words);
    }
    this.describe();
    this.link.setActive(machine.active);
    this.show(this.link.phase);
  }

  private takeTablet(tablet: boolean): void {
    if (this.console && this.toolbar) {
      this.console = { ...this.console, tablet };
      this.toolbar.hasTablet = tablet;
      this.toolbar.setPointer(this.grab.held);
      this.speech.say(tablet ? words('tablet_added') : words('tablet_later'));
    }
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
      case 'taken':
        showNotice(notice, {
          title: words('taken'),
          text: words('taken_text'),
          offers: [
            {
              label: words('take_back'),
              run: () => this.link.retry(),
              main: true
            }
          ]
        });
        this.speech.announce(words('taken'));
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
      default:
        showNotice(
          notice,
          phaseNotice(phase, {
            connect: () => this.link.retry(),
            retry: () => this.retry(),
            remedies: this.remedies()
          })
        );
        if (phase.name === 'refused') {
          this.speech.announce(phase.reason);
        }
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
          this.speech.say(refused);
        } else {
          this.problem = '';
          // Who starts a machine here wants to see it.
          this.link.wanted = true;
          this.post({ kind: 'action', action });
        }
      }
    };
  }

  private remedies(): Offer[] {
    const change = this.remedy;
    return change === 'loopback'
      ? [
          {
            label: words('listen_on_loopback'),
            run: () => this.post({ kind: 'plan', change }),
            main: true
          }
        ]
      : [];
  }

  private retry(): void {
    if (this.console?.ticket) {
      this.link.retry();
    } else {
      this.post({ kind: 'again' });
    }
  }

  // -- what is done ---------------------------------------------------------------------------

  private leave(): void {
    this.grab.release();
    void this.fullscreen.leave();
    this.screen.blur();
    this.speech.say(words('left'));
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
    this.speech.say(words('picture_saved', { name }));
  }
}

new Page();
