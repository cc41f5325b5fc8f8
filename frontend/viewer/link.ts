/**
 * When to connect, when to try again, and when to stop and say why.
 *
 * | what happened                        | what follows                                     |
 * |--------------------------------------|--------------------------------------------------|
 * | the machine is off                   | wait for it to start                             |
 * | nobody wanted a connection yet       | wait for a click                                 |
 * | the socket dropped, the server says  |                                                  |
 * | - the console could be opened        | again, after a pause that grows; where another   |
 * |                                      | viewer took it, only the user tries again, and   |
 * |                                      | the server is asked some more times whether the  |
 * |                                      | machine died                                     |
 * | - nothing (it is not there)          | again, after a pause that grows                  |
 * | - the machine is off                 | wait for it to start                             |
 * | - the way to the host is lost        | again, after a pause that grows                  |
 * | - the ticket is unknown or expired,  | ask the kernel for a new one, once; it may ask   |
 * |   the kernel has to sign in anew, or | a person                                         |
 * |   it closed its socket               |                                                  |
 * | - anything else                      | show the reason; only the user or a change of    |
 * |                                      | the machine's state tries again                  |
 */

/** What the page shows besides the picture. */
export type Phase =
  | { name: 'idle' }
  | { name: 'connecting' }
  | { name: 'connected' }
  | { name: 'waiting'; seconds: number }
  /** Another viewer has it, and there can be only one. */
  | { name: 'taken' }
  | { name: 'stopped' }
  | { name: 'refused'; reason: string };

interface Answer {
  code: string;
  message: string;
}

/** What the server says of a machine that does not run. */
const DEAD: ReadonlySet<string> = new Set(['machine-stopped', 'machine-gone']);
const PAUSES = [0.5, 1, 2, 4, 8, 15, 30];
/** A connection that lasted this long makes the next pause short again, in milliseconds. */
const LASTED = 10_000;
/** How long the kernel may take to answer, in milliseconds; it may be busy with a cell. */
const KERNEL_PATIENCE = 20_000;

export interface LinkActions {
  /** Open the socket at this address. */
  connect: (url: string) => void;
  disconnect: () => void;
  /** Ask the kernel for a new ticket; the answer comes by `takeTicket`. */
  askForTicket: () => void;
  show: (phase: Phase) => void;
  words: (name: string) => string;
}

export class Link {
  phase: Phase = { name: 'connecting' };
  /** Whether to connect without a click. */
  wanted = true;
  private ticket = '';
  private active = false;
  private attempts = 0;
  private connectedAt = 0;
  private asked = false;
  private timer: number | undefined;

  constructor(
    /** The address of the bridge, without its parameters. */
    private readonly address: URL,
    private readonly actions: LinkActions
  ) {
    window.addEventListener('online', () => {
      if (this.phase.name === 'waiting') {
        this.open();
      }
    });
  }

  /** The kernel answered with a ticket, or with the reason why there is none. */
  takeTicket(ticket: string, refusal: string): void {
    this.ticket = ticket;
    if (refusal) {
      this.refuse(refusal);
    } else if (this.active && this.phase.name !== 'connected') {
      this.open();
    } else if (!this.active) {
      this.stop();
    }
  }

  /** The machine runs or does not; a change is a reason to try again. */
  setActive(active: boolean): void {
    const changed = active !== this.active;
    this.active = active;
    if (!active) {
      this.stop();
    } else if (this.ticket && (changed || this.phase.name === 'stopped')) {
      this.attempts = 0;
      this.asked = false;
      this.open();
    }
  }

  /** The user wants it tried again. */
  retry(): void {
    this.wanted = true;
    this.attempts = 0;
    this.asked = false;
    this.open();
  }

  connected(): void {
    this.connectedAt = performance.now();
    this.asked = false;
    this.show({ name: 'connected' });
  }

  /** The display refused us; what follows the end of the socket must not hide that. */
  refuse(reason: string): void {
    clearTimeout(this.timer);
    this.show({ name: 'refused', reason });
  }

  /**
   * The socket ended, or never opened.
   *
   * @param refusal - Why the display let nobody in; empty where the connection just ended.
   * @param taken - Whether it was ended as if another viewer had come.
   */
  async dropped(refusal = '', taken = false): Promise<void> {
    if (refusal) {
      this.refuse(refusal);
      return;
    }
    if (this.phase.name === 'refused' || this.phase.name === 'stopped') {
      return;
    }
    if (
      this.phase.name === 'connected' &&
      performance.now() - this.connectedAt > LASTED
    ) {
      this.attempts = 0;
    }
    if (!this.active) {
      this.show({ name: 'stopped' });
      return;
    }
    this.show({ name: 'connecting' });
    const answer = await this.probe();
    // Something else may have happened while we asked.
    if (this.phase.name === 'connecting') {
      this.follow(answer, taken);
    }
  }

  private follow(answer: Answer | null, taken: boolean): void {
    if (taken && answer?.code === 'ready') {
      this.show({ name: 'taken' });
      this.doubt();
      return;
    }
    if (!answer || answer.code === 'ready') {
      this.wait();
      return;
    }
    switch (answer.code) {
      case 'machine-stopped':
        this.show({ name: 'stopped' });
        break;
      case 'host-away':
        this.wait();
        break;
      case 'route-gone':
      case 'ticket-unknown':
      case 'ticket-expired':
      case 'socket-closed':
        if (this.asked) {
          this.refuse(answer.message);
        } else {
          this.asked = true;
          this.actions.askForTicket();
          this.timer = window.setTimeout(
            () => this.refuse(this.actions.words('kernel_silent')),
            KERNEL_PATIENCE
          );
        }
        break;
      default:
        this.refuse(answer.message);
    }
  }

  /**
   * Ask again whether the machine runs: a display ends alike where its hypervisor died, and libvirt
   * learns of that a moment later. Nothing else that is answered takes the display back.
   */
  private doubt(asked = 0): void {
    const taken = this.phase;
    const pause = PAUSES[asked];
    if (pause === undefined) {
      return;
    }
    this.timer = window.setTimeout(() => {
      void this.probe().then(answer => {
        if (this.phase !== taken) {
          return;
        }
        if (answer && DEAD.has(answer.code)) {
          this.follow(answer, false);
        } else {
          this.doubt(asked + 1);
        }
      });
    }, pause * 1000);
  }

  private open(): void {
    clearTimeout(this.timer);
    if (!this.active) {
      this.show({ name: 'stopped' });
      return;
    }
    if (!this.wanted) {
      this.show({ name: 'idle' });
      return;
    }
    this.show({ name: 'connecting' });
    const url = this.withTicket();
    url.protocol = url.protocol.replace('http', 'ws');
    this.actions.connect(url.href);
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.actions.disconnect();
    this.show({ name: 'stopped' });
  }

  private wait(): void {
    const pause = PAUSES[Math.min(this.attempts, PAUSES.length - 1)] ?? 1;
    this.attempts += 1;
    // Not all tabs at once when a server comes back.
    const seconds = pause * (0.75 + Math.random() / 2);
    this.show({ name: 'waiting', seconds: Math.ceil(seconds) });
    this.timer = window.setTimeout(() => this.open(), seconds * 1000);
  }

  private show(phase: Phase): void {
    this.phase = phase;
    this.actions.show(phase);
  }

  private withTicket(): URL {
    const url = new URL(this.address);
    url.searchParams.set('ticket', this.ticket);
    return url;
  }

  /** Ask why: a script does not see with which answer a WebSocket was refused. */
  private async probe(): Promise<Answer | null> {
    try {
      const response = await fetch(this.withTicket(), { cache: 'no-store' });
      const answer: unknown = await response.json();
      return typeof answer === 'object' && answer !== null && 'code' in answer
        ? (answer as Answer)
        : null;
    } catch {
      return null;
    }
  }
}
