/** The rows and samples that a view has, as the kernel's messages make them. */
import { SampleSeries } from './history';
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
  type Series
} from './messages';

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
      case 'series':
        return this._setSeries(message);
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

  /** The newest figure of a graph. */
  newest(key: string, column: string): number | null {
    return this.samples.get(key)?.newest(column) ?? null;
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
    this._keys.clear();
    for (const { key, number } of message.domains) {
      this._keys.set(number, key);
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
      this._keys.delete(this.domains.get(key)?.number ?? -1);
      this.connections.delete(key);
      this.domains.delete(key);
      this.samples.delete(key);
    }
    for (const connection of message.connections) {
      this.connections.set(connection.key, connection);
    }
    for (const domain of message.domains) {
      this.domains.set(domain.key, domain);
      this._keys.set(domain.number, domain.key);
    }
    return 'rows';
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
      const key = this._keys.get(number);
      if (key === undefined) {
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
      const key = this._keys.get(number);
      const times = message.times[index];
      const values = message.values[index];
      if (key !== undefined && times && values) {
        const byColumn = Object.fromEntries(
          message.columns.map((column, place) => [column, values[place] ?? []])
        );
        this.samples.set(key, new SampleSeries(times, byColumn));
      }
    });
    return 'samples';
  }

  /** The keys of machines by the numbers that stand for them. */
  private readonly _keys = new Map<number, string>();
  private _strings: Record<string, string> = {};
  private _lag = 0;
}

function replace<T extends { key: string }>(map: Map<string, T>, rows: T[]) {
  map.clear();
  for (const row of rows) {
    map.set(row.key, row);
  }
}
