/**
 * Where everything stands. Each network is a bar with its machines in columns below it; bars stand
 * on shelves, and all columns are on one grid, so that lines between shelves run beside machines
 * and not behind them. What stood somewhere stays there: a new machine takes the next free place,
 * and one that goes leaves its place to the next.
 */
import type { IEdgeState, INodeState } from './messages';

export interface IPlace {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** In pixels at a zoom of one. */
export const MACHINE = { width: 140, height: 40 };
const BAR = { height: 46, least: 150 };
export const COLUMN = 174;
const ROW = 52;
/** Between the bar and the first machine: the lanes of further interfaces are there. */
const LANES = 50;
/** Between a shelf and the bars of the next, where their ways out run. */
const BETWEEN_SHELVES = 70;
const LEVEL = 100;
/** So many times as many rows as columns has a group. */
const ROWS_PER_COLUMN = 3;
/** So many columns are as wide as anybody looks. */
const MOST_COLUMNS = 60;
/** Width by height that the whole should have: that of a panel. */
const SHAPE = 1.6;

/**
 * The places of a group in the order in which they are taken: it grows to the right and down, and
 * once it is as wide as it may be, down only.
 */
function slot(index: number, most: number): { column: number; row: number } {
  const full = most * most * ROWS_PER_COLUMN;
  if (index >= full) {
    const behind = index - full;
    return {
      column: behind % most,
      row: most * ROWS_PER_COLUMN + Math.floor(behind / most)
    };
  }
  let size = 1;
  while (size * size * ROWS_PER_COLUMN <= index) {
    size += 1;
  }
  const rest = index - (size - 1) * (size - 1) * ROWS_PER_COLUMN;
  // First the new column, as deep as the group was, then the new rows below all columns.
  const depth = (size - 1) * ROWS_PER_COLUMN;
  if (rest < depth) {
    return { column: size - 1, row: rest };
  }
  const below = rest - depth;
  return { column: below % size, row: depth + Math.floor(below / size) };
}

/** The machines that stand at one bar; a place that got free is taken again. */
class Group {
  constructor(private readonly _most: number) {}

  update(machines: readonly string[]): void {
    const now = new Set(machines);
    const slots = this._slots.map(machine =>
      machine !== undefined && now.has(machine) ? machine : undefined
    );
    const known = new Set(slots);
    for (const machine of machines) {
      if (!known.has(machine)) {
        const free = slots.indexOf(undefined);
        slots[free < 0 ? slots.length : free] = machine;
      }
    }
    while (slots.length > 0 && slots.at(-1) === undefined) {
      slots.pop();
    }
    this._slots = slots;
  }

  get columns(): number {
    return Math.max(1, ...[...this.places()].map(({ column }) => column + 1));
  }

  get rows(): number {
    return Math.max(0, ...[...this.places()].map(({ row }) => row + 1));
  }

  *places(): Generator<{ machine: string; column: number; row: number }> {
    for (const [index, machine] of this._slots.entries()) {
      if (machine !== undefined) {
        yield { machine, ...slot(index, this._most) };
      }
    }
  }

  private _slots: (string | undefined)[] = [];
}

export class Layout {
  /** With so many pixels of room from left to right, as far as that can be had. */
  constructor(room = Number.POSITIVE_INFINITY) {
    this._room = Math.max(1, Math.min(MOST_COLUMNS, Math.floor(room / COLUMN)));
  }

  readonly places = new Map<string, IPlace>();

  /** Place all nodes. */
  update(nodes: Iterable<INodeState>, edges: Iterable<IEdgeState>): void {
    const all = [...nodes];
    const lines = [...edges];
    const ways = lines.filter(({ kind }) => kind === 'way');
    const byHome = new Map<string, string[]>();
    for (const { id, kind, home } of all) {
      if (kind === 'machine') {
        byHome.set(home, [...(byHome.get(home) ?? []), id]);
      }
    }
    const onlyWay = new Set(ways.map(({ target }) => target));
    for (const { kind, target } of lines) {
      if (kind === 'interface') {
        onlyWay.delete(target);
      }
    }
    const bars = all.filter(
      ({ id, kind }) =>
        kind !== 'machine' && kind !== 'outside' && !onlyWay.has(id)
    );
    this._groups = new Map(
      bars.map(({ id }) => [id, this._groups.get(id) ?? new Group(this._room)])
    );
    for (const [id, group] of this._groups) {
      group.update(byHome.get(id) ?? []);
    }
    this._stack();
    this.places.clear();
    this._placeBars();
    const above = all.filter(({ id }) => onlyWay.has(id));
    // A bridge that only networks lead to stands below the devices that are in it.
    const between = new Set(
      above
        .map(({ id }) => id)
        .filter(id => ways.some(({ source }) => source === id))
    );
    const behind = new Set(
      ways.filter(({ source }) => between.has(source)).map(way => way.target)
    );
    this._placeAbove(
      above.filter(({ id }) => !behind.has(id)),
      ways,
      1
    );
    this._placeAbove(
      above.filter(({ id }) => behind.has(id)),
      ways,
      between.size > 0 ? 2 : 1
    );
  }

  /** Give each bar its shelf; those that have one keep it. */
  private _stack(): void {
    this._shelves = this._shelves
      .map(shelf => shelf.filter(id => this._groups.has(id)))
      .filter(shelf => shelf.length > 0);
    const known = new Set(this._shelves.flat());
    const bars = [...this._groups.keys()].filter(id => !known.has(id));
    if (known.size === 0) {
      this._most = this._bestWidth(bars);
    }
    this._shelves = this._filled(this._shelves, bars, this._most);
  }

  private _filled(
    shelves: readonly (readonly string[])[],
    bars: readonly string[],
    most: number
  ): string[][] {
    const filled = shelves.map(shelf => [...shelf]);
    for (const bar of bars) {
      const wide = this._columnsOf(bar);
      const room = filled.find(
        shelf =>
          shelf.reduce((sum, id) => sum + this._columnsOf(id), wide) <= most
      );
      if (room) {
        room.push(bar);
      } else {
        filled.push([bar]);
      }
    }
    return filled;
  }

  /** How many columns make a whole that has the shape of a panel. */
  private _bestWidth(bars: readonly string[]): number {
    const all = bars.reduce((sum, bar) => sum + this._columnsOf(bar), 0);
    const least = Math.max(1, ...bars.map(bar => this._columnsOf(bar)));
    let best = { most: all, miss: Number.POSITIVE_INFINITY };
    const widest = Math.max(least, Math.min(all, this._room));
    for (let most = least; most <= widest; most += 1) {
      const heights = this._filled([], bars, most).map(shelf =>
        this._heightOf(shelf)
      );
      const height = heights.reduce((sum, one) => sum + one, LEVEL);
      const miss = Math.abs(Math.log((most * COLUMN) / height / SHAPE));
      if (miss < best.miss) {
        best = { most, miss };
      }
    }
    return best.most;
  }

  private _columnsOf(bar: string): number {
    return this._groups.get(bar)?.columns ?? 1;
  }

  private _heightOf(shelf: readonly string[]): number {
    const rows = shelf.map(bar => this._groups.get(bar)?.rows ?? 0);
    return BAR.height + LANES + Math.max(...rows) * ROW + BETWEEN_SHELVES;
  }

  private _placeBars(): void {
    let top = 0;
    for (const shelf of this._shelves) {
      let left = 0;
      for (const bar of shelf) {
        const width = this._columnsOf(bar) * COLUMN;
        this.places.set(bar, {
          x: left + width / 2 + (COLUMN - MACHINE.width) / 2,
          y: top + BAR.height / 2,
          width: width - (COLUMN - MACHINE.width) / 2,
          height: BAR.height
        });
        for (const place of this._groups.get(bar)?.places() ?? []) {
          this.places.set(place.machine, {
            x: left + (place.column + 1) * COLUMN - MACHINE.width / 2,
            y: top + BAR.height + LANES + place.row * ROW + MACHINE.height / 2,
            ...MACHINE
          });
        }
        left += width;
      }
      top += this._heightOf(shelf);
    }
  }

  /** The host's devices stand above the networks that go out by them, in one row. */
  private _placeAbove(
    row: INodeState[],
    ways: IEdgeState[],
    level: number
  ): void {
    const centre = (id: string): number => {
      const below = ways
        .filter(({ target }) => target === id)
        .map(({ source }) => this.places.get(source)?.x ?? 0);
      return below.reduce((sum, x) => sum + x, 0) / Math.max(1, below.length);
    };
    let free = Number.NEGATIVE_INFINITY;
    const ordered = row
      .map(({ id }) => ({ id, x: centre(id) }))
      .sort((a, b) => a.x - b.x || (a.id < b.id ? -1 : 1));
    for (const { id, x } of ordered) {
      const at = Math.max(x, free + BAR.least / 2);
      const y = BAR.height / 2 - level * LEVEL;
      this.places.set(id, { x: at, y, width: BAR.least, height: BAR.height });
      free = at + BAR.least / 2 + 20;
    }
  }

  private readonly _room: number;
  private _groups = new Map<string, Group>();
  private _shelves: string[][] = [];
  private _most = 1;
}
