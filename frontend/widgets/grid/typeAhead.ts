/** Typed letters find the row that begins with them. */

/** Milliseconds within which letters belong together. */
const TOGETHER = 700;

export class TypeAhead<R> {
  constructor(private readonly _label: (row: R) => string) {}

  /** Find the next row, from a place on and then from the top. */
  type(event: KeyboardEvent, rows: readonly R[], at: number): R | undefined {
    this._typed =
      event.timeStamp - this._time > TOGETHER
        ? event.key
        : this._typed + event.key;
    this._time = event.timeStamp;
    // One letter goes on to the next row; several stay while they fit.
    const start = this._typed.length === 1 ? at + 1 : at;
    const wanted = this._typed.toLocaleLowerCase();
    return [...rows.slice(start), ...rows.slice(0, start)].find(row =>
      this._label(row).toLocaleLowerCase().startsWith(wanted)
    );
  }

  private _typed = '';
  private _time = Number.NEGATIVE_INFINITY;
}
