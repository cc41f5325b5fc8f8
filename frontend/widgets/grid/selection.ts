/** Which rows are selected and which one has the focus: kept by key, so rows may come and go. */

export class Selection {
  /** The row with the focus. */
  active = '';
  readonly selected = new Set<string>();

  /** Move to a row and select it alone. */
  only(key: string): void {
    this.active = key;
    this._anchor = key;
    this.selected.clear();
    this.selected.add(key);
  }

  /** Move to a row and leave the selection as it is. */
  move(key: string): void {
    this.active = key;
  }

  /** Select a row or no longer, beside the others. */
  toggle(key: string): void {
    this.active = key;
    this._anchor = key;
    if (!this.selected.delete(key)) {
      this.selected.add(key);
    }
  }

  /** Select everything from where the selection began to a row. */
  extend(key: string, order: readonly string[]): void {
    const from = Math.max(0, order.indexOf(this._anchor));
    const to = order.indexOf(key);
    this.active = key;
    this.selected.clear();
    for (const each of order.slice(
      Math.min(from, to),
      Math.max(from, to) + 1
    )) {
      this.selected.add(each);
    }
  }

  /** Select all of these. */
  all(keys: Iterable<string>): void {
    this.selected.clear();
    for (const key of keys) {
      this.selected.add(key);
    }
  }

  /** A row has another key now. */
  rename(before: string, now: string): void {
    if (this.selected.delete(before)) {
      this.selected.add(now);
    }
    this.active = this.active === before ? now : this.active;
    this._anchor = this._anchor === before ? now : this._anchor;
  }

  /**
   * Forget rows that are gone; where the active one went, its neighbour takes its place.
   *
   * @param exists Whether a row exists, also where a filter or a closed group hides it.
   */
  keep(
    order: readonly string[],
    before: readonly string[],
    exists: (key: string) => boolean
  ): void {
    for (const key of this.selected) {
      if (!exists(key)) {
        this.selected.delete(key);
      }
    }
    if (!order.includes(this.active)) {
      const place = before.indexOf(this.active);
      this.active = order[Math.min(Math.max(place, 0), order.length - 1)] ?? '';
    }
  }

  private _anchor = '';
}
