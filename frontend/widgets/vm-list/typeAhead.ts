/** Typed letters find the row that begins with them. */
import { Store } from './store';
import type { Row } from './tree';

/** Milliseconds within which letters belong together. */
const TOGETHER = 700;

export class TypeAhead {
  /** Find the next row, from a place on and then from the top. */
  type(
    event: KeyboardEvent,
    rows: readonly Row[],
    at: number
  ): Row | undefined {
    this._typed =
      event.timeStamp - this._time > TOGETHER
        ? event.key
        : this._typed + event.key;
    this._time = event.timeStamp;
    // One letter goes on to the next row; several stay while they fit.
    const start = this._typed.length === 1 ? at + 1 : at;
    const wanted = this._typed.toLocaleLowerCase();
    return [...rows.slice(start), ...rows.slice(0, start)].find(row => {
      const label =
        row.kind === 'domain'
          ? Store.label(row.data)
          : row.kind === 'group'
            ? row.label
            : row.data.label;
      return label.toLocaleLowerCase().startsWith(wanted);
    });
  }

  private _typed = '';
  private _time = Number.NEGATIVE_INFINITY;
}
