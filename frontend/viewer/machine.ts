/** What kernel and pages say of a machine; `widgets/_view_messages.py` is the other half. */

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

export interface StateMessage {
  kind: 'state';
  machine: MachineState;
}

export interface TicketMessage {
  kind: 'ticket';
  ticket: string;
  refusal: string;
}

/** Other keys leave the screen now, which some words name. */
export interface ReleaseMessage {
  kind: 'release';
  release: string[][];
  strings: Record<string, string>;
}

/** An action failed. */
export interface ProblemMessage {
  kind: 'problem';
  message: string;
}
