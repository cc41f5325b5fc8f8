/**
 * The recent figures of one row: points where one of them changed, with what holds in between.
 *
 * The kernel tells only what differs from before, so between two points that are far apart
 * the first one holds, until just before the second.
 */

/** How many samples a sparkline shows. */
export const SAMPLES = 40;

export class SampleSeries {
  constructor(
    /** In seconds since the epoch. */
    readonly times: number[] = [],
    /** By column; null where there was no figure. */
    readonly values: Record<string, (number | null)[]> = {},
    /** What it replaces, whose scale goes on. */
    before?: SampleSeries
  ) {
    this._largest = new Map(before?._largest);
    for (const [column, figures] of Object.entries(values)) {
      figures.forEach(figure => this._note(column, figure));
    }
  }

  /** The largest figure of a column since the list was opened. */
  largest(column: string): number {
    return this._largest.get(column) ?? 0;
  }

  /** The newest figure of a column. */
  newest(column: string): number | null {
    return this.values[column]?.at(-1) ?? null;
  }

  /** Take the figures of a moment. */
  add(
    time: number,
    columns: readonly string[],
    figures: readonly (number | null)[],
    interval: number
  ): void {
    const last = this.times.at(-1);
    if (last !== undefined && time - last > 1.5 * interval) {
      // What was true until now, so that the line does not climb all the way.
      this._put(
        time - interval,
        columns,
        columns.map(id => this.newest(id))
      );
    }
    this._put(time, columns, figures);
    while ((this.times[1] ?? time) < time - SAMPLES * interval) {
      this.times.shift();
      Object.values(this.values).forEach(column => column.shift());
    }
  }

  /** Nothing was measured between two moments; the figures after it are those of before. */
  pause(from: number, to: number): void {
    const columns = Object.keys(this.values);
    const figures = columns.map(id => this.newest(id));
    this._put(
      from,
      columns,
      columns.map(() => null)
    );
    this._put(to, columns, figures);
  }

  private _put(
    time: number,
    columns: readonly string[],
    figures: readonly (number | null)[]
  ): void {
    this.times.push(time);
    columns.forEach((column, index) => {
      const figure = figures[index] ?? null;
      (this.values[column] ??= this.times.slice(1).map(() => null)).push(
        figure
      );
      this._note(column, figure);
    });
  }

  private _note(column: string, figure: number | null): void {
    this._largest.set(column, Math.max(figure ?? 0, this.largest(column)));
  }

  private readonly _largest: Map<string, number>;
}
