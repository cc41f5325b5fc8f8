/** What the clone dialog is told; the Python side is `qvirt_jupyter/widgets/_clone_messages.py`. */
import { IStorage, StorageSaid } from './detailsMessages';

/** Something that can be chosen; `reason` says why not, and is empty where it can. */
export interface IChoice {
  value: string;
  label: string;
  reason: string;
}

/** A disk, and what becomes of it; `name` is null where no volume is made. */
export interface ICloneDisk {
  target: string;
  label: string;
  where: string;
  size: string;
  reason: string;
  how: string;
  choices: IChoice[];
  name: string | null;
  is_unsafe: boolean;
}

export interface ICloneMachine {
  id: string;
  title: string;
  name: string;
  /** The names of all its clones. */
  made: string[];
  problem: string;
  disks: ICloneDisk[];
}

/** How far a job is; `share` is from 0 to 1, or null where it is not known. */
export interface IProgress {
  title: string;
  state: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';
  share: number | null;
  phase: string;
  transfer: string;
  log: string[];
  error: string;
  can_cancel: boolean;
}

export interface ICloneState {
  title: string;
  machines: ICloneMachine[];
  count: number;
  linked: boolean;
  start: boolean;
  renew: boolean;
  renew_help: string;
  pool: string;
  pools: IChoice[];
  space: { text: string; enough: boolean }[];
  refusals: string[];
  warnings: string[];
  /** Whether the warnings were read. */
  agreed: boolean;
  /** Whether the plan does not follow the last edit yet. */
  busy: boolean;
  progress: IProgress | null;
  /** The search for a place, while there is one. */
  storage: IStorage | null;
  /** What becomes of what is under way where the tab is closed. */
  leaving: string;
  /** The number of the last edit that this state knows of. */
  answered: number;
}

/** To the kernel. */
export type CloneSaid =
  | StorageSaid
  | { type: 'clone'; wish: 'browse'; machine: string; target: string }
  | { type: 'clone'; wish: 'submit' | 'close' | 'stop' | 'again' }
  | { type: 'clone'; wish: 'agree'; value: string }
  | {
      type: 'clone';
      wish: 'edit';
      /** Empty for what counts for all machines. */
      machine: string;
      /** Empty for what is not about a disk. */
      target: string;
      name: string;
      value: string;
      number: number;
    };
