/**
 * What a form is told; the Python side is `qvirt_jupyter/widgets/_form_messages.py`.
 * Values of secret fields are in no state: they are sent once, when the form is submitted.
 */

export interface IChoice {
  value: string;
  label: string;
  /** Why it cannot be chosen; empty or absent where it can. */
  reason?: string;
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
  /** Label of the button that takes away what is wrong; empty or absent where there is none. */
  mend?: string;
}

export interface INote {
  label: string;
  text: string;
  help: string;
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
}

/** From the browser. A check box says `"true"` or `"false"`. */
export type FormSaid =
  | { type: 'edit'; name: string; value: string; number: number }
  | { type: 'secret'; name: string; value: string }
  | { type: 'submit'; secrets: Record<string, string> }
  | { type: 'cancel' };
