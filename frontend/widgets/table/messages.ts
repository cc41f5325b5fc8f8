/**
 * What kernel and browser say to each other: the other half of
 * `qvirt_jupyter/widgets/_table_messages.py`, where each message is explained.
 */

export const PROTOCOL = 1;

export interface ColumnSpec {
  id: string;
  label: string;
  description: string;
  kind: 'wide' | 'text' | 'number';
  width: number;
  least_width: number;
  sortable: boolean;
}

export interface CellSpec {
  text: string;
  sort?: number | string;
  bar?: number;
  title?: string;
  tone?: string;
  icon?: string;
}

/** What stands in a cell; a text where there is no more to say. */
export type CellData = string | CellSpec;

export interface RowData {
  key: string;
  /** One for each column. */
  cells: CellData[];
  dimmed?: boolean;
  level?: number;
  expandable?: boolean;
  folded?: boolean;
}

export interface ActionData {
  id: string;
  label: string;
  reason: string;
  icon: string;
  key: string;
  toolbar: boolean;
  danger: boolean;
}

export interface Reset {
  kind: 'reset';
  protocol: number;
  version: number;
  label: string;
  empty: string;
  sort: string;
  descending: boolean;
  strings: Record<string, string>;
  columns: ColumnSpec[];
  rows: RowData[];
  selected: string[];
}

export interface Added {
  after: string;
  row: RowData;
}

export interface Patch {
  kind: 'patch';
  version: number;
  changed: RowData[];
  added: Added[];
  removed: string[];
  /** All keys, where rows that were there changed their places. */
  order: string[] | null;
}

export interface Actions {
  kind: 'actions';
  view: string;
  request: number;
  actions: ActionData[];
}

export interface Select {
  kind: 'select';
  rows: string[];
}

export interface Say {
  kind: 'say';
  empty: string;
}

export type FromKernel = Reset | Patch | Actions | Select | Say;

export interface Watching {
  kind: 'watching';
  view: string;
  version: number;
  visible: boolean;
}

export interface Selected {
  kind: 'selected';
  view: string;
  request: number;
  rows: string[];
}

export interface ActionRequest {
  kind: 'action';
  action: string;
  rows: string[];
  client: string;
}

export interface ActivateRequest {
  kind: 'activate';
  rows: string[];
  client: string;
}

export type ToKernel = Watching | Selected | ActionRequest | ActivateRequest;

const KINDS: readonly unknown[] = [
  'reset',
  'patch',
  'actions',
  'select',
  'say'
];

/** Tell our messages from those of others on the same comm. */
export function isFromKernel(message: unknown): message is FromKernel {
  if (typeof message !== 'object' || message === null || !('kind' in message)) {
    return false;
  }
  return KINDS.includes(message.kind);
}
