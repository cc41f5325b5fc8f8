/** The rows and samples that a view has, as the kernel's messages make them. */
import {
  type ActionSpec,
  type ColumnSpec,
  type ConnectionData,
  type DomainData,
  type FromKernel,
  type Patch,
  PROTOCOL,
  type Reset,
  type Samples,
  type SampleSeries
} from './messages';

/** How many samples a sparkline shows. */
export const SAMPLES = 40;

/** What a message changed: everything, some rows, figures only; or it does not fit. */
export type Change =
  'all' | 'rows' | 'samples' | 'nothing' | 'behind' | 'unreadable';

export class Store {
  version = 0;
  columns: ColumnSpec[] = [];
  actions: ActionSpec[] = [];
  readonly connections = new Map<string, ConnectionData>();
  readonly domains = new Map<string, DomainData>();
  readonly samples = new Map<string, SampleSeries>();
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

  /** The newest figure of a graph, unless it is too old to be true. */
  newest(key: string, column: string): number | null {
    const series = this.samples.get(key);
    const time = series?.times.at(-1);
    if (series === undefined || time === undefined) {
      return null;
    }
    const isOld = this.now - time > 3 * this.interval + 1;
    return isOld ? null : (series.values[column]?.at(-1) ?? null);
  }

  /** What a machine is called in the list: its title where it has one. */
  static label(domain: DomainData): string {
    return domain.title || domain.name;
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
    this._strings = message.strings;
    this.interval = message.interval;
    this._lag = Date.now() / 1000 - message.now;
    replace(this.connections, message.connections);
    replace(this.domains, message.domains);
    this.samples.clear();
    for (const [key, series] of Object.entries(message.samples)) {
      this.samples.set(key, series);
    }
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
    for (const domain of message.domains) {
      this.domains.set(domain.key, domain);
    }
    return 'rows';
  }

  private _addSamples(message: Samples): Change {
    this.interval = message.interval;
    // A sample cannot come from the future: then the clocks differ more than it seemed.
    this._lag = Math.min(this._lag, Date.now() / 1000 - message.time);
    for (const [key, values] of Object.entries(message.values)) {
      if (!this.domains.has(key)) {
        continue;
      }
      let series = this.samples.get(key);
      if (!series) {
        series = { times: [], values: {} };
        this.samples.set(key, series);
      }
      series.times.push(message.time);
      message.columns.forEach((column, index) => {
        (series.values[column] ??= []).push(values[index] ?? null);
      });
      while (series.times.length > SAMPLES) {
        series.times.shift();
        Object.values(series.values).forEach(column => column.shift());
      }
    }
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
