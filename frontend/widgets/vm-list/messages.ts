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

export interface Packed {
  kind: 'packed';
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
  Watching | Arrange | Selecting | ActionRequest | OpenRequest;

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

function isPacked(message: unknown): message is Packed {
  return (
    typeof message === 'object' &&
    message !== null &&
    'kind' in message &&
    message.kind === 'packed'
  );
}

/** Read a message that was too long to come as it is. */
export async function unpacked(
  message: unknown,
  buffers: readonly DataView[]
): Promise<unknown> {
  const [buffer] = buffers;
  if (!isPacked(message) || !buffer) {
    return message;
  }
  // A copy, for the buffer may be shared with other threads, and a blob takes no such.
  const bytes = new Uint8Array(buffer.byteLength);
  bytes.set(
    new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
  );
  const stream = new Blob([bytes])
    .stream()
    .pipeThrough(new DecompressionStream('deflate'));
  return (await new Response(stream).json()) as unknown;
}
