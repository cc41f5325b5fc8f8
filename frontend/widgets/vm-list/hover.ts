/**
 * The row on which the pointer rests, so that its details can be shown.
 *
 * A pointer that runs over many rows rests on none. On its way to the details it leaves the row, and
 * while it is there they stay: a button must not become that of another machine under it. Fingers
 * rest on nothing.
 */

/** Milliseconds that the pointer must stay on a row. */
const REST = 400;
/** Milliseconds after which a row that the pointer left is forgotten. */
const LEAVE = 300;
/** What shows the details. */
const DETAILS = '.qvirt-pane';

export class Hover {
  constructor(
    private readonly _node: HTMLElement,
    private readonly _rowAt: (event: Event) => string,
    private readonly _onChange: () => void
  ) {
    document.addEventListener('pointerover', this._onOver, { passive: true });
    document.documentElement.addEventListener('pointerleave', this._onLeave);
  }

  /** What the row is about; empty where the pointer rests on none. */
  get row(): string {
    return this._row;
  }

  /** Somebody goes on by other means: the row counts again when the pointer moves. */
  forget(): void {
    window.clearTimeout(this._timer);
    this._at = this._row = '';
  }

  dispose(): void {
    this.forget();
    document.removeEventListener('pointerover', this._onOver);
    document.documentElement.removeEventListener('pointerleave', this._onLeave);
  }

  private readonly _onOver = (event: PointerEvent) => {
    const { pointerType, target, clientX, clientY } = event;
    const place = `${clientX} ${clientY}`;
    if (pointerType === 'touch' || place === this._place) {
      // Rows that move under a pointer that rests were not pointed at.
      return;
    }
    this._place = place;
    if (!(target instanceof Element) || this._node.contains(target)) {
      this._go(this._rowAt(event));
    } else if (target.closest(DETAILS)) {
      this._go(this._row);
    } else {
      this._go('');
    }
  };

  private readonly _onLeave = () => this._go('');

  private _go(row: string): void {
    if (row === this._at) {
      return;
    }
    this._at = row;
    window.clearTimeout(this._timer);
    if (row !== this._row) {
      this._timer = window.setTimeout(
        () => {
          this._row = row;
          this._onChange();
        },
        row ? REST : LEAVE
      );
    }
  }

  private _row = '';
  private _at = '';
  private _place = '';
  private _timer = 0;
}
