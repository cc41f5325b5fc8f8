/**
 * What the wizard is told; the Python side is `qvirt_jupyter/widgets/_creation_messages.py`.
 * Secrets that are typed are in no state.
 */
import { IStorage } from './detailsMessages';
import { IField } from './formMessages';
import { IButton } from './messages';

export interface IStep {
  id: string;
  label: string;
  current: boolean;
  /** Whether one can go there. */
  reached: boolean;
}

/** A way to install. */
export interface IWay {
  id: string;
  label: string;
  summary: string;
  /** Why it cannot be chosen; empty where it can. */
  reason: string;
  chosen: boolean;
}

export interface ISystem {
  id: string;
  label: string;
  /** That it is no longer maintained. */
  note: string;
}

/** The search for an operating system. */
export interface ISystems {
  label: string;
  chosen: string;
  options: ISystem[];
  /** What the options were found for. */
  text: string;
  /** How many are left out, in words. */
  more: string;
  old: boolean;
  /** Whether the medium says which it is. */
  automatic: boolean;
  busy: boolean;
  note: string;
  error: string;
}

/** A line of the summary, and the page where it can be changed. */
export interface ISummaryLine {
  label: string;
  value: string;
  step: string;
}

/** What is being made, or why it failed. */
export interface IRun {
  phase: string;
  /** From 0 to 1; null where it is not known. */
  progress: number | null;
  rate: string;
  left: string;
  /** Seconds since the epoch. */
  started: number;
  log: string[];
  running: boolean;
  cancellable: boolean;
  problem: string;
  details: string;
}

export interface IWizardState {
  title: string;
  /** The page in front: where it is another one, the focus goes to it. */
  page: string;
  steps: IStep[];
  lead: string;
  /** What is to be known of what is shown; empty for nothing. */
  note: string;
  warnings: string[];
  ways: IWay[];
  fields: IField[];
  systems: ISystems | null;
  summary: ISummaryLine[];
  /** Whether a file can be uploaded now. */
  upload: boolean;
  /** The name of a file that is to come by itself; empty for none. */
  awaits: string;
  /** XML or Python that somebody looks at. */
  text: string;
  textLabel: string;
  storage: IStorage | null;
  /** What becomes of what is under way where the tab is closed; empty where nothing is. */
  leaving: string;
  /** Whether it goes on then. */
  goesOn: boolean;
  run: IRun | null;
  /** What is waited for; empty where nothing is. */
  busy: string;
  problem: string;
  /** Grows when the page was refused: then the first wrong field gets the focus. */
  attempt: number;
  /** The number of the last edit that this state knows of. */
  answered: number;
  buttons: IButton[];
}

/** From the browser, beside what forms and the storage browser say. */
export type WizardSaid =
  | { type: 'mend'; name: string; waives: boolean }
  | { type: 'browse'; name: string }
  | {
      type: 'system';
      wish: 'search' | 'choose' | 'old' | 'detect';
      text: string;
    };
