/**
 * What the kernel and the XML parts say to each other; the Python side is
 * `qvirt_jupyter/widgets/_xml_messages.py`. Texts of documents have messages of their own and
 * are sent when they change; the state around them is small.
 */
import { IButton } from '../panel/messages';

export const VERSION = 1;

/** Something that is wrong with the text, or was said of it. */
export interface IXmlFault {
  level: 'error' | 'warning';
  title: string;
  text: string;
  /** From 1; 0 where it belongs to no line. */
  line: number;
  details: string;
}

/** Something else that can be edited here. */
export interface IXmlChoice {
  id: string;
  label: string;
}

/** What the editor shows around the text. */
export interface IXmlEditorState {
  phase: 'loading' | 'ready' | 'saving';
  dirty: boolean;
  /** Whether whoever leaves that is to be asked. */
  asks: boolean;
  /** Why nothing can be changed; empty where it can. */
  refused: string;
  /** Said once, about what was done. */
  outcome: string;
  faults: IXmlFault[];
  choices: IXmlChoice[];
  chosen: string;
  secrets: boolean;
  revealed: boolean;
  /** Somebody else changed what is stored. */
  foreign: boolean;
  /** Whether the three texts are compared now. */
  comparing: boolean;
  /** Asked before the changes are left; empty for nothing. */
  question: string;
  answers: IButton[];
}

/** The text; `by` is the view that wrote it, empty where it was none. */
export interface IXmlText {
  type: string;
  version: number;
  document: string;
  /** What the text is the definition of. */
  label: string;
  revision: number;
  text: string;
  by: string;
}

/** Three texts: as it was read, as it is stored now, and as it is wanted. */
export interface IXmlConflict {
  type: string;
  version: number;
  base: string;
  theirs: string;
  mine: string;
}

/** An earlier definition; `time` in seconds since the epoch. */
export interface IXmlKept {
  id: string;
  time: number;
  cause: string;
}

/** The earlier definitions of a machine, the newest first. */
export interface IXmlHistoryState {
  entries: IXmlKept[];
  chosen: string;
  /** What the chosen one is compared with. */
  against: 'next' | 'now';
  /** Why it cannot be brought back; empty where it can. */
  refused: string;
  busy: boolean;
  outcome: string;
  problem: string;
}

/** What the chosen definition became. */
export interface IXmlDifference {
  type: string;
  version: number;
  before: string;
  after: string;
}

/** To the kernel. */
export type XmlSaid =
  | { type: 'edit'; revision: number; text: string; view: string }
  | { type: 'apply'; revision: number; text: string; view: string }
  | { type: 'revert' }
  | { type: 'reveal'; on: boolean }
  | { type: 'choose'; id: string }
  | { type: 'answer'; button: string }
  | { type: 'compare' }
  | { type: 'resolve'; how: 'theirs' | 'mine' | 'back'; text: string }
  | { type: 'restore'; id: string }
  | { type: 'against'; what: string };
