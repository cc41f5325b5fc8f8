/** The line of recent samples in a cell: newest at the right, moved on by the clock. */
import { SAMPLES, type SampleSeries } from './history';
import type { Unit } from './messages';

export const WIDTH = 80;
export const HEIGHT = 18;

const NAMESPACE = 'http://www.w3.org/2000/svg';

/** Make the picture; `drawSparkline` fills it. */
export function createSparkline(): SVGSVGElement {
  const svg = document.createElementNS(NAMESPACE, 'svg');
  svg.classList.add('qvirt-sparkline');
  svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  // The figure beside it says the value.
  svg.setAttribute('aria-hidden', 'true');
  for (const name of ['area', 'line']) {
    const path = document.createElementNS(NAMESPACE, 'path');
    path.classList.add(`qvirt-sparkline-${name}`);
    svg.append(path);
  }
  return svg;
}

/** The least rate at the top of a graph: 10 KiB/s each way (MGR-25). */
const LEAST_RATE = 2 * 10240;

/**
 * Where the samples lie: one list of points for each stretch without a gap.
 *
 * @param now The time at the right edge, in seconds since the epoch.
 */
export function stretches(
  times: number[],
  values: (number | null)[],
  now: number,
  interval: number,
  top: number
): [number, number][][] {
  const step = WIDTH / (SAMPLES - 1);
  const found: [number, number][][] = [];
  let current: [number, number][] = [];
  const put = (time: number, value: number) => {
    if (current.length === 0) {
      found.push(current);
    }
    const share = Math.min(1, Math.max(0, value / top));
    const x = WIDTH - Math.max(0, (now - time) / interval) * step;
    current.push([x, HEIGHT - 1 - share * (HEIGHT - 2)]);
  };
  times.forEach((time, index) => {
    const value = values[index] ?? null;
    const next = times[index + 1] ?? now;
    if (value === null) {
      current = [];
    } else if (next >= now - SAMPLES * interval) {
      put(time, value);
    }
  });
  // The newest figure holds until another one is told.
  const last = values.at(-1) ?? null;
  if (last !== null && current.length > 0) {
    put(now, last);
  }
  return found;
}

function fixed([x, y]: [number, number]): string {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}

/** What the top of a graph stands for. */
function scale(
  series: SampleSeries | undefined,
  column: string,
  unit: Unit
): number {
  switch (unit) {
    case 'percent':
      return 100;
    case 'B/s':
      return Math.max(LEAST_RATE, series?.largest(column) ?? 0);
    default:
      return Math.max(1, series?.largest(column) ?? 0);
  }
}

/** Draw the samples as they stand now. */
export function drawSparkline(
  svg: SVGSVGElement,
  series: SampleSeries | undefined,
  column: string,
  unit: Unit,
  now: number,
  interval: number
): void {
  const parts = stretches(
    series?.times ?? [],
    series?.values[column] ?? [],
    now,
    interval,
    scale(series, column, unit)
  );
  let line = '';
  let area = '';
  for (const points of parts) {
    const first = points[0];
    const last = points.at(-1);
    if (!first || !last) {
      continue;
    }
    // A single sample is a dot: a line with round ends and no length.
    const path = points.map(fixed).join('L');
    line += `M${path}${points.length === 1 ? `L${fixed(first)}` : ''}`;
    area += `M${first[0].toFixed(1)} ${HEIGHT}L${path}L${last[0].toFixed(1)} ${HEIGHT}Z`;
  }
  draw(svg.firstElementChild, area);
  draw(svg.lastElementChild, line);
}

/** A line that stands still costs nothing. */
function draw(path: Element | null, d: string): void {
  if (path && path.getAttribute('d') !== d) {
    path.setAttribute('d', d);
  }
}
