import { IButton } from './messages';

/** What the delete dialog is told and says; `qvirt_jupyter/widgets/_deletion_messages.py`. */

/** A machine or a file. */
export interface IDeletionRow {
  id: string;
  /** Whether it is a machine; then its tick cannot be changed. */
  machine: boolean;
  what: string;
  path: string;
  /** Whose it is, where there are several. */
  machines: string;
  size: string;
  ticked: boolean;
  fixed: boolean;
  reason: string;
  /** `deleted`, `gone`, `kept`, `failed` or `unknown`; empty until it was its turn. */
  outcome: string;
  outcomeLabel: string;
  outcomeReason: string;
}

export interface IDeletionState {
  title: string;
  phase: 'looking' | 'choosing' | 'deleting' | 'over';
  text: string;
  problem: string;
  rows: IDeletionRow[];
  total: string;
  /** Label of the check box that agrees to force machines off; empty where none runs. */
  force: string;
  forced: boolean;
  /** From 0 to 1; null where it is not known. */
  progress: number | null;
  step: string;
  /** Where the last tick was made that this state knows of, and its number there. */
  view: string;
  answered: number;
  buttons: IButton[];
}

/** From the browser; `id` is that of a row, `all` or `force`. */
export interface IDeletionSaid {
  type: 'tick';
  id: string;
  ticked: boolean;
  view: string;
  number: number;
}
