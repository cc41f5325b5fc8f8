/**
 * What kernel, widget and page tell each other; `widgets/_console_messages.py` is the other half.
 *
 * The kernel talks to the widget by custom messages, and the widget to the page in its frame by
 * `postMessage` within the same origin. A ticket travels in them only: it is in no trait, no
 * address of a page and no saved notebook.
 */

import type {
  Action,
  MachineState,
  ProblemMessage,
  ReleaseMessage,
  StateMessage
} from '../viewer/machine';
import type { DisplayType } from './display';
import type { KeyboardLayout } from './layout';

/** The version of this protocol; both sides must speak the same. */
export const VERSION = 5;

/** How the guest's picture is brought into the tab, by the names of the preference. */
export type Scaling = 'fit' | 'actual' | 'resize';

/** Changes of a display: VNC in place of SPICE, or to listen on the loopback of its host. */
export type Change = 'vnc' | 'loopback';

/** Everything that a page needs; the answer to `hello`. */
export interface ConsoleMessage {
  kind: 'console';
  version: number;
  name: string;
  uuid: string;
  connection: string;
  /** Which protocol the ticket's display speaks; empty where it is refused. */
  display: DisplayType | '';
  /** Empty where the console is refused; then `refusal` says why. */
  ticket: string;
  refusal: string;
  /** The change that would mend the refusal; empty where none is known. */
  remedy: Change | '';
  machine: MachineState;
  /** Preferences: how to begin with this machine. */
  scaling: Scaling;
  autoconnect: boolean;
  /** The keyboard layout that the guest is set to, and the names of all that there are. */
  layout: string;
  layouts: Record<string, string>;
  /** Names of keys, for combinations that somebody writes. */
  keyNames: string[];
  /** Whether the machine has a tablet. */
  tablet: boolean;
  /** The keys that leave the screen, by `KeyboardEvent.code`; of each part one. */
  release: string[][];
  /** Where the kernel runs; the server says the same of itself. */
  whereabouts: { host: string; runtime: string };
  strings: Record<string, string>;
}

/** A new ticket and what it opens, or the reason why there is none. */
export interface DisplayTicketMessage {
  kind: 'ticket';
  display: DisplayType | '';
  ticket: string;
  refusal: string;
  remedy: Change | '';
}

/** A keyboard layout, or what is wrong with its name. */
export interface LayoutMessage {
  kind: 'layout';
  name: string;
  layout: KeyboardLayout | null;
  problem: string;
}

/** The keys of a combination by `KeyboardEvent.code`, or what is wrong with it. */
export interface KeysMessage {
  kind: 'keys';
  text: string;
  codes: string[];
  problem: string;
}

/** A tablet was added; `tablet` says whether the running machine has it already. */
export interface TabletMessage {
  kind: 'tablet';
  tablet: boolean;
}

/** What the kernel remembers of the display; an empty password where it remembers none. */
export interface RecalledMessage {
  kind: 'recalled';
  username: string;
  password: string;
}

/** A connection file for remote-viewer. */
export interface ViewerMessage {
  kind: 'viewer';
  name: string;
  text: string;
}

/** What a change of the display takes: sentences, and a diff of XML. */
export interface PlannedMessage {
  kind: 'planned';
  title: string;
  /** What the button says that does it. */
  yes: string;
  notes: string[];
  diff: string;
}

/** Something that was done. */
export interface SaidMessage {
  kind: 'said';
  message: string;
}

export type FromKernel =
  | ConsoleMessage
  | StateMessage
  | DisplayTicketMessage
  | ProblemMessage
  | ReleaseMessage
  | LayoutMessage
  | KeysMessage
  | TabletMessage
  | RecalledMessage
  | ViewerMessage
  | PlannedMessage
  | SaidMessage;

export type ToKernel =
  | { kind: 'hello'; version: number }
  | { kind: 'ticket' }
  | { kind: 'action'; action: Action }
  /** The display asks for a password: does the kernel know it? */
  | { kind: 'recall' }
  /** Keep this one, which was right, in the kernel's memory. */
  | { kind: 'remember'; username: string; password: string }
  /** What the kernel remembered is wrong. */
  | { kind: 'forget' }
  /** A connection file for remote-viewer is wanted. */
  | { kind: 'viewer' }
  /** What would a change of the display take? */
  | { kind: 'plan'; change: Change }
  /** Do it, as it was shown. */
  | { kind: 'apply' }
  /** How this machine's consoles are to begin from now on. */
  | { kind: 'wish'; scaling: Scaling }
  | { kind: 'wish'; autoconnect: boolean }
  | { kind: 'wish'; layout: string }
  | { kind: 'layout'; name: string }
  | { kind: 'keys'; text: string; layout: string }
  /** Give the machine a tablet. */
  | { kind: 'tablet' };

/** What the page tells the widget that holds its frame; `again` asks the kernel anew. */
export type FromPage =
  | { kind: 'ready' }
  | { kind: 'again' }
  | { kind: 'leave' }
  | Exclude<ToKernel, { kind: 'hello' }>;

const KINDS = new Set([
  'console',
  'state',
  'ticket',
  'problem',
  'release',
  'layout',
  'keys',
  'tablet',
  'recalled',
  'viewer',
  'planned',
  'said'
]);

/** Whether something that arrived is a message of the kernel. */
export function isFromKernel(message: unknown): message is FromKernel {
  return (
    typeof message === 'object' &&
    message !== null &&
    'kind' in message &&
    KINDS.has(message.kind as string)
  );
}
