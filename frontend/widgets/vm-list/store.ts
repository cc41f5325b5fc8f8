/** The rows and samples that a view has, as the kernel's messages make them. */
import { SampleSeries } from './history';
import {
  type ActionSpec,
  type Arrangement,
  type ColumnSpec,
  type ConnectionData,
  type DomainChange,
  type DomainData,
  type FromKernel,
  type Patch,
  PROTOCOL,
  type Reset,
  type Samples,
  type Series
} from './messages';
import { TextOrder } from '../grid/textOrder';

/** What a message changed: everything, which rows there are, what is in them, figures, looks. */
export type Change =
  | 'all'
  | 'rows'
  | 'cells'
  | 'samples'
  | 'arrangement'
  | 'nothing'
  | 'behind'
  | 'unreadable';

const OFF: readonly string[] = ['shutoff', 'saved'];

export class Store {
  version = 0;
  columns: ColumnSpec[] = [];
  actions: ActionSpec[] = [];
  /** What the states are called, in the order in which they are sorted. */
  states: Record<string, string> = {};
  arrangement: Arrangement = {
    columns: {},
    widths: {},
    sort: 'name',
    descending: false,
    compact: false,
    group: 'connection',
    hide_stopped: false,
    filters: [],
    pane: false
  };
  /** The columns that nothing is measured for. */
  unmeasured: readonly string[] = [];
  readonly connections = new Map<string, ConnectionData>();
  readonly domains = new Map<string, DomainData>();
  readonly samples = new Map<string, SampleSeries>();
  /** What the last patch changed in rows that were there: names of fields and columns. */
  touched: ReadonlySet<string> = new Set();
  /** The machines that the last patch brought. */
  added: readonly DomainData[] = [];
  /** How its texts are sorted. */
  readonly order = new TextOrder();
  /** Seconds between samples. */
  interval = 1;

  /** Take a message of the kernel. */
  receive(message: FromKernel): Change {
    switch (message.kind) {
      case 'reset':
        return this._reset(message);
      case 'patch':
        return this._patch(message);
      case 'samples':
        return this._addSamples(message);
      case 'series':
        return this._setSeries(message);
      case 'arranged':
        this.arrangement = message.arrangement;
        this.unmeasured = message.unmeasured;
        return 'arrangement';
    }
  }

  /** A text of ours, with its `{fields}` filled in. */
  text(name: string, fields: Record<string, string | number> = {}): string {
    return (this._strings[name] ?? '').replace(
      /\{(\w+)\}/g,
      (whole, field: string) => String(fields[field] ?? whole)
    );
  }

  /** The kernel's time in seconds since the epoch, by this browser's clock. */
  get now(): number {
    return Date.now() / 1000 - this._lag;
  }

  /** The columns that are shown. */
  get shown(): ColumnSpec[] {
    const { columns } = this.arrangement;
    return this.columns.filter(
      ({ id, shown, required }) =>
        required || ((columns[id] ?? shown) && !this.unmeasured.includes(id))
    );
  }

  /** Whether titles are in a column of their own. */
  get hasTitles(): boolean {
    return this.arrangement.columns.title ?? false;
  }

  /** The newest figure of a graph; null where it is not known. */
  newest(domain: DomainData, column: string): number | null {
    return Store.isOff(domain)
      ? null
      : (this.samples.get(domain.key)?.newest(column) ?? null);
  }

  /** What a machine is called in the list: its title where it has one. */
  static label(domain: DomainData): string {
    return domain.title || domain.name;
  }

  static isOff(domain: DomainData): boolean {
    return OFF.includes(domain.state);
  }

  private _reset(message: Reset): Change {
    if (message.protocol !== PROTOCOL) {
      return 'unreadable';
    }
    if (message.version === this.version) {
      return 'nothing';
    }
    this.version = message.version;
    this.columns = message.columns;
    this.actions = message.actions;
    this.states = message.states;
    this.arrangement = message.arrangement;
    this.unmeasured = message.unmeasured;
    this._strings = message.strings;
    this.interval = message.interval;
    this._lag = Date.now() / 1000 - message.now;
    replace(this.connections, message.connections);
    replace(this.domains, message.domains);
    this.samples.clear();
    return 'all';
  }

  private _patch(message: Patch): Change {
    if (message.version <= this.version) {
      return 'nothing';
    }
    if (this.version === 0 || message.version !== this.version + 1) {
      return 'behind';
    }
    this.version = message.version;
    for (const key of message.removed) {
      this.connections.delete(key);
      this.domains.delete(key);
      this.samples.delete(key);
    }
    for (const connection of message.connections) {
      this.connections.set(connection.key, connection);
    }
    const touched = new Set<string>();
    const added: DomainData[] = [];
    for (const change of message.domains) {
      const known = this.domains.get(change.key);
      if (known) {
        merge(known, change, touched);
      } else if (isWhole(change)) {
        this.domains.set(change.key, change);
        added.push(change);
      }
    }
    this.touched = touched;
    this.added = added;
    const isSame =
      added.length + message.removed.length + message.connections.length === 0;
    return isSame ? 'cells' : 'rows';
  }

  private _addSamples(message: Samples): Change {
    this.interval = message.interval;
    // A sample cannot come from the future: then the clocks differ more than it seemed.
    this._lag = Math.min(this._lag, Date.now() / 1000 - message.time);
    if (message.time - message.since > 2.5 * this.interval) {
      for (const series of this.samples.values()) {
        series.pause(message.since + this.interval, message.time);
      }
    }
    message.rows.forEach((number, index) => {
      const key = String(number);
      if (!this.domains.has(key)) {
        return;
      }
      let series = this.samples.get(key);
      if (!series) {
        series = new SampleSeries();
        this.samples.set(key, series);
      }
      const figures = message.values.map(column => column[index] ?? null);
      series.add(message.time, message.columns, figures, this.interval);
    });
    return 'samples';
  }

  private _setSeries(message: Series): Change {
    message.rows.forEach((number, index) => {
      const key = String(number);
      const times = message.times[index];
      const values = message.values[index];
      if (this.domains.has(key) && times && values) {
        const byColumn = Object.fromEntries(
          message.columns.map((column, place) => [column, values[place] ?? []])
        );
        const before = this.samples.get(key);
        this.samples.set(key, new SampleSeries(times, byColumn, before));
      }
    });
    return 'samples';
  }

  private _strings: Record<string, string> = {};
  private _lag = 0;
}

function replace<T extends { key: string }>(map: Map<string, T>, rows: T[]) {
  map.clear();
  for (const row of rows) {
    map.set(row.key, row);
  }
}

function isWhole(change: DomainChange): change is DomainData {
  return change.name !== undefined && change.cells !== undefined;
}

/** Put a change into a row, which stays the same object, and note what it touched. */
function merge(
  known: DomainData,
  { cells, ...fields }: DomainChange,
  touched: Set<string>
): void {
  Object.assign(known, fields);
  Object.keys(fields).forEach(name => touched.add(name));
  if (cells) {
    Object.assign(known.cells, cells);
    Object.keys(cells).forEach(name => touched.add(name));
  }
}
