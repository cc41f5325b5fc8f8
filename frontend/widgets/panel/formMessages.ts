/**
 * What a form is told; the Python side is `qvirt_jupyter/widgets/_form_messages.py`.
 * Values of secret fields are in no state: they are sent once, when the form is submitted.
 */

import { IButton } from './messages';

export interface IChoice {
  value: string;
  label: string;
  /** Why it cannot be chosen; empty or absent where it can. */
  reason?: string;
}

/** What is edited as code. */
export interface ICode {
  language: string;
  /** The file of the editor's module, beside that of the panels. */
  module: string;
  faults: { line: number; text: string; level: 'error' | 'warning' }[];
}

export interface IField {
  name: string;
  kind:
    | 'text'
    | 'multiline'
    | 'number'
    | 'check'
    | 'choice'
    | 'suggest'
    /** One of the choices, or another value that is typed. */
    | 'open'
    | 'secret';
  label: string;
  help: string;
  group: string;
  unit: string;
  advanced: boolean;
  shown: boolean;
  value: string;
  choices: IChoice[];
  placeholder: string;
  error: string;
  /** Why it cannot be changed; empty or absent where it can. */
  fixed?: string;
  /** What counts until the next start, where that is something else. */
  running?: string;
  /** Whether the running value can be taken back. */
  revert?: boolean;
  /** Label of the button that looks for a file; empty or absent where there is none. */
  browse?: string;
  /** Why that cannot be done here; empty or absent where it can. */
  noBrowse?: string;
  /** Label of the button that takes away what is wrong; empty or absent where there is none. */
  mend?: string;
  /** Label of the button that lets it be; empty or absent where there is none. */
  waive?: string;
  /** Where it is edited as code. */
  code?: ICode;
}

export interface INote {
  label: string;
  text: string;
  help: string;
}

/** The folders in a folder of the host, for the field that gets the path of one. */
export interface IFolders {
  field: string;
  /** Empty until the first one is read. */
  path: string;
  /** Empty at the root. */
  parent: string;
  folders: string[];
  note: string;
  problem: string;
  busy: string;
}

export interface IFormState {
  title: string;
  fields: IField[];
  note: INote | null;
  problem: string;
  /** Grows when a submitted form was refused: then the first wrong field gets the focus. */
  attempt: number;
  /** The number of the last edit that this state knows of. */
  answered: number;
  /** Whether secrets are sent as they are typed: the form is left and comes again. */
  keepsSecrets: boolean;
  /** Whether it stands among other things, and takes no focus when it appears. */
  rests?: boolean;
  /** Stand before the button that submits. */
  buttons?: IButton[];
  /** Stand after it. */
  lastButtons?: IButton[];
  /** What is being done with what was submitted; empty or absent while it is filled in. */
  busy?: string;
  /** What the form becomes, as XML. */
  preview?: string;
  /** How Python says it. */
  code?: string;
  /** There while a folder is looked for. */
  folders?: IFolders | null;
}

/** To look for a folder, go to another one, take one, or leave it. */
export type FolderSaid =
  | { type: 'folders'; wish: 'look'; path: string }
  | { type: 'folders'; wish: 'open' | 'choose'; path: string }
  | { type: 'folders'; wish: 'close' };

/** From the browser. A check box says `"true"` or `"false"`. */
export type FormSaid =
  | { type: 'edit'; name: string; value: string; number: number }
  | { type: 'secret'; name: string; value: string }
  | { type: 'submit'; secrets: Record<string, string> }
  | { type: 'press'; id: string }
  | FolderSaid
  | { type: 'cancel' };
