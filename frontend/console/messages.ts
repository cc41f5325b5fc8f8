/**
 * What kernel, widget and page tell each other; `widgets/_console_messages.py` is the other half.
 *
 * The kernel talks to the widget by custom messages, and the widget to the page in its frame by
 * `postMessage` within the same origin. A ticket travels in them only: it is in no trait, no
 * address of a page and no saved notebook.
 */

/** The version of this protocol; both sides must speak the same. */
export const VERSION = 2;

/** What the machine is doing, as far as a console cares. */
export interface MachineState {
  /** A state of the inventory: `running`, `paused`, `shutoff`... */
  state: string;
  /** The same for people, with the reason. */
  words: string;
  /** Whether there is a screen to connect to. */
  active: boolean;
  /** Why an action is not possible, by its name; absent where it is. */
  refused: Partial<Record<Action, string>>;
}

export type Action = 'start' | 'resume';

/** How the guest's picture is brought into the tab, by the names of the preference. */
export type Scaling = 'fit' | 'actual' | 'resize';

/** Everything that a page needs; the answer to `hello`. */
export interface ConsoleMessage {
  kind: 'console';
  version: number;
  name: string;
  uuid: string;
  connection: string;
  /** Empty where the console is refused; then `refusal` says why. */
  ticket: string;
  refusal: string;
  machine: MachineState;
  /** Preferences: how to begin with this machine. */
  scaling: Scaling;
  autoconnect: boolean;
  /** Where the kernel runs; the server says the same of itself. */
  whereabouts: { host: string; runtime: string };
  strings: Record<string, string>;
}

export interface StateMessage {
  kind: 'state';
  machine: MachineState;
}

export interface TicketMessage {
  kind: 'ticket';
  ticket: string;
  refusal: string;
}

/** An action failed. */
export interface ProblemMessage {
  kind: 'problem';
  message: string;
}

export type FromKernel =
  ConsoleMessage | StateMessage | TicketMessage | ProblemMessage;

export type ToKernel =
  | { kind: 'hello'; version: number }
  | { kind: 'ticket' }
  | { kind: 'action'; action: Action }
  /** How this machine's consoles are to begin from now on. */
  | { kind: 'wish'; scaling: Scaling }
  | { kind: 'wish'; autoconnect: boolean };

/** What the page tells the widget that holds its frame; `again` asks the kernel anew. */
export type FromPage =
  | { kind: 'ready' }
  | { kind: 'again' }
  | { kind: 'leave' }
  | Exclude<ToKernel, { kind: 'hello' }>;

const KINDS = new Set(['console', 'state', 'ticket', 'problem']);

/** Whether something that arrived is a message of the kernel. */
export function isFromKernel(message: unknown): message is FromKernel {
  return (
    typeof message === 'object' &&
    message !== null &&
    'kind' in message &&
    KINDS.has(message.kind as string)
  );
}
