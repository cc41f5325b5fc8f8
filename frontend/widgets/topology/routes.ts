/** How the lines run: beside the machines and between the shelves, never behind a name. */
import { COLUMN, type IPlace, MACHINE } from './layout';

export interface IPoint {
  x: number;
  y: number;
}

/** A line with corners, on the whole map. */
export interface IRoute {
  from: IPoint;
  corners: IPoint[];
  to: IPoint;
}

const GUTTER = COLUMN - MACHINE.width;
/** Between two lines that run beside each other. */
const APART = 5;
const LANES = 6;

/**
 * The line of an interface, from the machine to what it is connected to.
 *
 * @param machine - where the machine stands
 * @param bar - where what it is connected to stands
 * @param index - which of the machine's interfaces it is
 * @param count - how many it has
 * @param isHome - whether the machine stands at that bar
 * @param lane - which of the lines that run to other bars it is
 */
export function interfaceRoute(
  machine: IPlace,
  bar: IPlace,
  index: number,
  count: number,
  isHome: boolean,
  lane: number
): IRoute {
  const offset = (index - (count - 1) / 2) * Math.min(8, 28 / count);
  const y = machine.y + offset;
  const left = machine.x - machine.width / 2;
  const bottom = bar.y + bar.height / 2;
  if (isHome) {
    const x = left - GUTTER / 3 - (index % 3) * APART;
    return {
      from: { x: left, y },
      corners: [{ x, y }],
      to: { x, y: bottom }
    };
  }
  // Along a lane below the bars, and up into the other one at its end that is on this side.
  const right = machine.x + machine.width / 2;
  const shift = (lane % LANES) * APART;
  const x = right + 3 + (lane % 3) * 2;
  const way = bottom + 8 + shift;
  const reach = bar.width / 2 - 12 - shift;
  const into = Math.min(Math.max(x, bar.x - reach), bar.x + reach);
  return {
    from: { x: right, y },
    corners: [
      { x, y },
      { x, y: way },
      { x: into, y: way }
    ],
    to: { x: into, y: bottom }
  };
}

/**
 * The line by which a network goes out: up, over the bars, and up again.
 *
 * @param bar - where the network stands
 * @param target - where the way out stands
 * @param lane - which of these lines it is
 */
export function wayRoute(bar: IPlace, target: IPlace, lane: number): IRoute {
  const shift = (lane % LANES) * APART;
  const from = { x: bar.x, y: bar.y - bar.height / 2 };
  if (Math.abs(target.y - bar.y) < 1) {
    // A bridge that has machines too stands among the networks.
    const side = target.x < bar.x ? -1 : 1;
    const over = from.y - 10 - shift;
    const to = { x: target.x - side * 20, y: target.y - target.height / 2 };
    return {
      from,
      corners: [
        { x: from.x, y: over },
        { x: to.x, y: over }
      ],
      to
    };
  }
  const to = { x: target.x, y: target.y + target.height / 2 };
  const under = to.y + 12 + shift;
  if (bar.y < COLUMN / 2) {
    return {
      from,
      corners: [
        { x: from.x, y: under },
        { x: to.x, y: under }
      ],
      to
    };
  }
  // From a lower shelf: along the margin.
  const margin = -10 - shift;
  const over = from.y - 12 - shift;
  return {
    from,
    corners: [
      { x: from.x, y: over },
      { x: margin, y: over },
      { x: margin, y: under },
      { x: to.x, y: under }
    ],
    to
  };
}

/**
 * Corners as cytoscape wants them: how far along the straight line between the ends, from 0 to 1,
 * and how far beside it.
 */
export function segments({ from, corners, to }: IRoute): {
  weights: number[];
  distances: number[];
} {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const square = dx * dx + dy * dy || 1;
  const length = Math.sqrt(square);
  const weights: number[] = [];
  const distances: number[] = [];
  for (const { x, y } of corners) {
    const px = x - from.x;
    const py = y - from.y;
    weights.push((px * dx + py * dy) / square);
    distances.push((py * dx - px * dy) / length);
  }
  return { weights, distances };
}
