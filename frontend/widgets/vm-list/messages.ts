/**
 * What kernel and browser say to each other: the other half of
 * `qvirt_jupyter/widgets/_messages.py`, where each message is explained.
 */

export const PROTOCOL = 2;

export type Value = number | string | string[] | null;

export type ColumnKind =
  | 'name'
  | 'state'
  | 'text'
  | 'list'
  | 'tags'
  | 'number'
  | 'graph'
  | 'since'
  | 'flag'
  | 'changes'
  | 'connection';
export type Unit = '' | 'KiB' | 'percent' | 'B/s';

export interface ColumnSpec {
  id: string;
  label: string;
  description: string;
  kind: ColumnKind;
  unit: Unit;
  width: number;
  least_width: number;
  shown: boolean;
  required: boolean;
  search: string;
}

export interface ActionSpec {
  name: string;
  row: 'domain' | 'connection';
  label: string;
  icon: string;
  refused: Record<string, string>;
  slot: string;
  submenu: string;
  toolbar: boolean;
  menu: boolean;
  several: boolean;
  changes: boolean;
  confirm: string;
  danger: boolean;
  /** The key on a row that does it; empty where there is none. */
  key: string;
}

export interface ConnectionData {
  key: string;
  label: string;
  uri: string;
  state: string;
  suffix: string;
  error: string;
  dimmed: boolean;
  read_only: string;
  refused: Record<string, string>;
}

export interface DomainData {
  key: string;
  connection: string;
  name: string;
  title?: string;
  description?: string;
  state: string;
  reason?: string;
  /** What the person should do something about; empty or absent where nothing is wrong. */
  warning?: string;
  /** The same in a word or two. */
  mark?: string;
  /** Whether it is kept to be cloned and does not start. */
  template?: boolean;
  cells: Record<string, Value>;
  refused?: Record<string, string>;
}

/** A row in a patch: whole where it is new, else what changed. */
export type DomainChange = Partial<DomainData> & { key: string };

export type Grouping = 'connection' | 'tag' | 'state' | 'nothing';

export interface Arrangement {
  columns: Record<string, boolean>;
  widths: Record<string, number>;
  sort: string;
  descending: boolean;
  compact: boolean;
  group: Grouping;
  hide_stopped: boolean;
  filters: string[];
  pane: boolean;
}

export interface Reset {
  kind: 'reset';
  protocol: number;
  version: number;
  now: number;
  interval: number;
  columns: ColumnSpec[];
  actions: ActionSpec[];
  strings: Record<string, string>;
  states: Record<string, string>;
  arrangement: Arrangement;
  unmeasured: string[];
  connections: ConnectionData[];
  domains: DomainData[];
}

export interface Patch {
  kind: 'patch';
  version: number;
  connections: ConnectionData[];
  domains: DomainChange[];
  removed: string[];
}

export interface Samples {
  kind: 'samples';
  time: number;
  since: number;
  interval: number;
  columns: string[];
  rows: number[];
  values: (number | null)[][];
}

export interface Series {
  kind: 'series';
  columns: string[];
  rows: number[];
  times: number[][];
  values: (number | null)[][][];
}

export interface Arranged {
  kind: 'arranged';
  view: string;
  arrangement: Arrangement;
  unmeasured: string[];
}

export type FromKernel = Reset | Patch | Samples | Series | Arranged;

export interface Watching {
  kind: 'watching';
  view: string;
  version: number;
  rows: string[];
  asked: string[];
}

export interface Arrange {
  kind: 'arrange';
  view: string;
  arrangement: Arrangement;
}

export interface Selecting {
  kind: 'selected';
  row: string;
}

export interface Choosing {
  kind: 'chosen';
  row: string;
}

export interface ActionRequest {
  kind: 'action';
  action: string;
  rows: string[];
  client: string;
}

export interface OpenRequest {
  kind: 'open';
  row: string;
  client: string;
}

export type ToKernel =
  Watching | Arrange | Selecting | Choosing | ActionRequest | OpenRequest;

const KINDS: readonly unknown[] = [
  'reset',
  'patch',
  'samples',
  'series',
  'arranged'
];

/** Tell our messages from those of others on the same comm. */
export function isFromKernel(message: unknown): message is FromKernel {
  if (typeof message !== 'object' || message === null || !('kind' in message)) {
    return false;
  }
  return KINDS.includes(message.kind);
}
