import { IDeletionSaid } from './deletionMessages';
import { CloneSaid } from './cloneMessages';
import { DetailsSaid } from './detailsMessages';
import { FormSaid } from './formMessages';
import { TransferSaid } from './transferMessages';
import { WizardSaid } from './wizardMessages';
import { WallSaid } from '../wall/messages';

/**
 * What the kernel and the parts of a panel say to each other; the Python side is
 * `qvirt_jupyter/widgets/_panel_messages.py`. A part gets its whole state, which is small, in
 * one message; pictures come as a buffer beside it.
 */
export const VERSION = 1;

/** From the kernel: what a part shows now. */
export interface IStateMessage {
  type: string;
  version: number;
  state: unknown;
}

/** A button; a disabled one stays reachable by keyboard and says why it is disabled. */
export interface IButton {
  id: string;
  label: string;
  icon?: string;
  /** Why it cannot be used; empty or absent where it can. */
  reason?: string;
  kind?: 'primary' | 'danger' | 'plain';
}

/** Something that the user should know; `details` is folded away. */
export interface INotice {
  id: string;
  level: 'info' | 'success' | 'warning' | 'error';
  title: string;
  text: string;
  details: string;
  buttons: IButton[];
}

export interface INoticesState {
  notices: INotice[];
}

export interface IQuestionField {
  name: string;
  label: string;
  secret: boolean;
  value: string;
  /** A check box; it answers `"true"` or nothing. */
  check: boolean;
  /** Why the check box cannot be set. */
  reason: string;
}

/** A question that waits for an answer, shown in the browser that caused it. */
export interface IQuestion {
  id: string;
  /** The browser that it is for; empty means any. */
  client: string;
  title: string;
  text: string;
  /** What it changes, as a diff of XML; empty for none. */
  diff: string;
  fields: IQuestionField[];
  /** Label of the check box "Don't ask again"; empty for none. */
  remember: string;
  buttons: IButton[];
}

export interface IQuestionState {
  questions: IQuestion[];
}

export interface ITaskPart {
  what: string;
  outcome: ITask['outcome'];
  outcomeLabel: string;
  error: string;
}

export interface ITask {
  id: number;
  what: string;
  /** Where it was begun; empty for the kernel of this panel. */
  origin: string;
  when: string;
  /** The end of `when` and the start of the clock: seconds since the epoch. */
  started: number;
  /** In seconds; null while it runs. */
  duration: number | null;
  /** What is read when its details are open. */
  facts: { name: string; value: string }[];
  outcome: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';
  outcomeLabel: string;
  phase: string;
  /** From 0 to 1; null where it is not known. */
  progress: number | null;
  /** It goes on only once somebody has done what `phase` says. */
  waiting: boolean;
  error: string;
  code: string;
  canCancel: boolean;
  /** What became of each, where it is about several machines. */
  parts: ITaskPart[];
}

export interface ITasksState {
  tasks: ITask[];
}

export interface IMachineState {
  title: string;
  name: string;
  state: string;
  stateLabel: string;
  reason: string;
  /** That changes wait for the next start; empty where none do. */
  pending: string;
  buttons: IButton[];
}

export interface IScreenState {
  /** Said instead of a picture. */
  text: string;
  alt: string;
  /** A PNG comes as the message's buffer. */
  picture: boolean;
  /** Milliseconds until the browser, if it still shows the part, asks for the next picture. */
  interval: number;
}

/** Which spans of time the graphs can show. */
export interface ISpansState {
  spans: string[];
  chosen: number;
}

/** One console of a machine; `reason` says why it cannot be opened. */
export interface IConsoleChoice {
  id: string;
  /** `graphics`, `serial` or `console`. */
  kind: string;
  label: string;
  reason: string;
  chosen: boolean;
}

export interface IConsoleSwitchState {
  choices: IConsoleChoice[];
}

/** A running machine, and what it takes of its host. */
export interface IRanked {
  id: string;
  name: string;
  /** In the order of the columns; `share` from 0 to 1 of the most that there is. */
  cells: { text: string; share: number }[];
}

export interface IRankingState {
  columns: { id: string; label: string }[];
  /** The column that the rows are sorted by. */
  by: string;
  rows: IRanked[];
  /** How many are not listed, in words. */
  more: string;
}

/** From the kernel, for the window that asked for it: a file to save. */
export interface IFileMessage {
  type: string;
  version: number;
  client: string;
  name: string;
  text: string;
}

/** To the kernel. */
export type Said =
  | CloneSaid
  | DetailsSaid
  | FormSaid
  | WizardSaid
  | IDeletionSaid
  | TransferSaid
  | WallSaid
  | { type: 'ready' }
  | { type: 'press'; id: string; item?: string }
  | { type: 'dismiss'; id: string }
  | {
      type: 'answer';
      id: string;
      button: string;
      values: Record<string, string>;
      remember: boolean;
    }
  | { type: 'cancel'; id: number }
  | { type: 'picture' }
  | { type: 'span'; index: number }
  | { type: 'choose'; id: string }
  | { type: 'export' }
  | { type: 'sort'; id: string }
  /** Where on the time axis, from 0 to 1; null when the pointer has left the graph. */
  | { type: 'pointer'; graph: number; share: number | null }
  | { type: 'visible'; view: string; visible: boolean };

/** The part of anywidget's model that we use. */
export interface IModel {
  get(name: string): unknown;
  on(event: string, callback: (...args: never[]) => void): void;
  off(event: string, callback: (...args: never[]) => void): void;
  send(content: unknown, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
}
