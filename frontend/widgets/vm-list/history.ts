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
    readonly values: Record<string, (number | null)[]> = {}
  ) {}

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
      (this.values[column] ??= []).push(figures[index] ?? null);
    });
  }
}
