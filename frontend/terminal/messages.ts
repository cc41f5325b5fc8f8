/**
 * What kernel, widget and page tell each other; `widgets/_terminal_messages.py` is the other half.
 *
 * They travel as those of the graphical console do. What the guest writes, and what is typed, does
 * not: it goes over the bridge.
 */
import type {
  Action,
  MachineState,
  ProblemMessage,
  ReleaseMessage,
  StateMessage,
  TicketMessage
} from '../viewer/machine';
import type { Whereabouts } from '../viewer/whereabouts';

/** The version of this protocol; both sides must speak the same. */
export const VERSION = 2;

/** What the kernel's end of the line is doing. */
export interface LineState {
  /** `closed`, `opening`, `open`, `off`, `busy`, `refused`, `lost` or `gone`. */
  state: string;
  /** The same for people. */
  words: string;
  /** Why, in a sentence; may be empty. */
  reason: string;
  /** The file that everything is written to as well; empty where there is none. */
  log: string;
  /** Why it is written no more. */
  log_error: string;
}

/** Everything that a page needs; the answer to `hello`. */
export interface TerminalMessage {
  kind: 'terminal';
  version: number;
  name: string;
  uuid: string;
  connection: string;
  /** What the console is called. */
  label: string;
  ticket: string;
  refusal: string;
  machine: MachineState;
  line: LineState;
  /** Where a log would go. */
  log_offer: string;
  /** How many lines are kept to scroll back to. */
  lines: number;
  font_size: number;
  screen_reader: boolean;
  /** The keys that leave the screen, by `KeyboardEvent.code`; of each part one. */
  release: string[][];
  whereabouts: Whereabouts;
  strings: Record<string, string>;
}

export interface LineMessage {
  kind: 'line';
  line: LineState;
}

export type FromKernel =
  | TerminalMessage
  | LineMessage
  | StateMessage
  | TicketMessage
  | ProblemMessage
  | ReleaseMessage;

export const FROM_KERNEL = [
  'terminal',
  'line',
  'state',
  'ticket',
  'problem',
  'release'
];

export type ToKernel =
  | { kind: 'hello'; version: number }
  | { kind: 'ticket' }
  | { kind: 'action'; action: Action }
  /** Open the line again, by force where somebody else has it. */
  | { kind: 'open'; force: boolean }
  /** Write to a file as well, or, with an empty path, no more. */
  | { kind: 'log'; path: string }
  /** How terminals are to look from now on. */
  | { kind: 'wish'; font_size: number }
  | { kind: 'wish'; screen_reader: boolean };

export const TO_KERNEL = ['ticket', 'action', 'open', 'log', 'wish'];

/** What the page tells the widget that holds its frame; `again` asks the kernel anew. */
export type FromPage =
  | { kind: 'ready' }
  | { kind: 'again' }
  | { kind: 'leave' }
  | Exclude<ToKernel, { kind: 'hello' }>;

/** Whether something that arrived is a message of the kernel. */
export function isFromKernel(message: unknown): message is FromKernel {
  return (
    typeof message === 'object' &&
    message !== null &&
    'kind' in message &&
    FROM_KERNEL.includes(message.kind as string)
  );
}
