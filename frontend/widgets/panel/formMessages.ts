/**
 * What a form is told; the Python side is `qvirt_jupyter/widgets/_form_messages.py`.
 * Values of secret fields are in no state: they are sent once, when the form is submitted.
 */

export interface IChoice {
  value: string;
  label: string;
}

export interface IField {
  name: string;
  kind:
    'text' | 'multiline' | 'number' | 'check' | 'choice' | 'suggest' | 'secret';
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
}

/** From the browser. A check box says `"true"` or `"false"`. */
export type FormSaid =
  | { type: 'edit'; name: string; value: string }
  | { type: 'submit'; secrets: Record<string, string> }
  | { type: 'cancel' };
