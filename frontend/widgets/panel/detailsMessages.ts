/**
 * What the Details tab is told; the Python side is `qvirt_jupyter/widgets/_details_messages.py`.
 * The tree is one message, and so is the page in front: no other page is built.
 */
import { FolderSaid, IField, IFolders, INote } from './formMessages';
import { IButton } from './messages';

/** An entry of the tree. */
export interface IEntry {
  id: string;
  icon: string;
  label: string;
  summary: string;
  /** What is special about it now. */
  marks: { kind: 'pending' | 'new' | 'leaving'; label: string }[];
  /** What the button says that removes it. */
  remove: string;
  /** Why it cannot be removed; empty where it can. */
  kept: string;
}

export interface IDeviceTreeState {
  groups: { label: string; entries: IEntry[] }[];
  selected: string;
  /** Whether the selected page has changes that are not applied. */
  dirty: boolean;
  /** Why nothing can be added or removed now; empty where it can. */
  refused: string;
  canAdd: boolean;
}

export interface IBootEntry {
  id: string;
  icon: string;
  label: string;
  summary: string;
  chosen: boolean;
}

export interface IEffect {
  when: 'now' | 'next_boot' | 'pending' | 'never';
  what: string;
  reason: string;
}

/** A kind of device that can be added. */
export interface IKind {
  id: string;
  icon: string;
  label: string;
  /** Why the guest cannot get one; empty where it can. */
  reason: string;
  chosen: boolean;
}

export interface IPool {
  id: string;
  name: string;
  space: string;
  /** How much of 1 is used; null where that is not known. */
  share: number | null;
  /** Why it cannot be looked into; empty where it can. */
  reason: string;
}

export interface IVolume {
  name: string;
  format: string;
  size: string;
  path: string;
  /** The machines that use it. */
  users: string;
  /** Why it cannot be chosen; empty where it can. */
  reason: string;
}

/** The storage browser. */
export interface IStorage {
  title: string;
  pools: IPool[];
  /** The one that is looked into. */
  pool: string;
  volumes: IVolume[];
  /** What is chosen now. */
  path: string;
  busy: boolean;
  problem: string;
  /** What is to be known before a volume is made. */
  warning: string;
  canCreate: boolean;
  formats: string[];
  newName: string;
}

export interface IPageState {
  key: string;
  /** Another number means that what was typed before is forgotten. */
  draft: number;
  /** Whether whoever leaves what is not applied is to be asked. */
  asks: boolean;
  title: string;
  lead: string;
  warning: string;
  facts: { label: string; value: string }[];
  fields: IField[];
  boot: IBootEntry[];
  kinds: IKind[];
  storage: IStorage | null;
  /** There while a folder is looked for. */
  folders: IFolders | null;
  note: INote | null;
  dirty: boolean;
  busy: boolean;
  refused: string;
  effects: IEffect[];
  /** What changes in the XML; all XML of a device that is to be added. */
  diff: string;
  problem: string;
  /** Grows when what was applied was refused: then the first wrong field gets the focus. */
  attempt: number;
  /** The number of the last edit that this state knows of. */
  answered: number;
  /** What is to be known of what was applied last. */
  said: string[];
  buttons: IButton[];
}

/** From the browser. */
export type DetailsSaid =
  | { type: 'select'; id: string }
  | { type: 'add' }
  | { type: 'remove'; id: string }
  | { type: 'edit'; key: string; name: string; value: string; number: number }
  | { type: 'order'; key: string; chosen: string[]; number: number }
  | { type: 'revert'; key: string; name: string }
  | { type: 'diff'; wanted: boolean }
  | { type: 'kind'; id: string }
  | { type: 'browse'; key: string; name: string }
  | FolderSaid
  | StorageSaid;

/** What is wanted in the storage browser. */
export type StorageSaid =
  | { type: 'storage'; wish: 'pool' | 'refresh'; id: string }
  | { type: 'storage'; wish: 'choose'; path: string }
  | {
      type: 'storage';
      wish: 'create';
      name: string;
      size: string;
      format: string;
    }
  | { type: 'storage'; wish: 'close' };
