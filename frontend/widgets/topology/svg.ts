/** The whole map as an SVG: lines and words stay lines and words, at any size. */
import type { Core, EdgeSingular, NodeSingular } from 'cytoscape';

import type { IRoute } from './routes';

const SPACE = 'http://www.w3.org/2000/svg';
const PADDING = 16;
const ROUND = 5;
/** What a cut corner takes away. */
const CUT = 8;
const DASHES: Record<string, string> = { dashed: '6 3', dotted: '1 2' };

type Attributes = Record<string, string | number>;

/**
 * Draw what cytoscape shows, with its looks of this moment.
 *
 * @param cy - the drawing
 * @param routes - how the lines run, by their ids
 * @param title - what the picture is called for those who do not see it
 * @param background - the colour behind it, so that it can be read wherever it is opened
 */
export function svgOf(
  cy: Core,
  routes: ReadonlyMap<string, IRoute>,
  title: string,
  background: string
): string {
  const { x1, y1, w, h } = cy.elements().boundingBox();
  const [width, height] = [w + 2 * PADDING, h + 2 * PADDING];
  const box = { x: x1 - PADDING, y: y1 - PADDING, width, height };
  const svg = made('svg', {
    viewBox: `${box.x} ${box.y} ${width} ${height}`,
    width: Math.ceil(width),
    height: Math.ceil(height),
    role: 'img'
  });
  svg.append(
    made('title', {}, title),
    made('rect', { ...box, fill: background })
  );
  for (const edge of cy.edges()) {
    const route = routes.get(edge.id());
    if (route) {
      svg.append(drawnEdge(edge, route));
    }
  }
  for (const node of cy.nodes()) {
    svg.append(drawnNode(node));
  }
  return new XMLSerializer().serializeToString(svg);
}

function made(
  tag: string,
  attributes: Attributes,
  words = '',
  ...children: Node[]
): SVGElement {
  const node = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) {
    node.setAttribute(name, String(value));
  }
  // As text: a machine may be called like a tag.
  node.append(...(words ? [words] : []), ...children);
  return node;
}

function drawnEdge(edge: EdgeSingular, route: IRoute): SVGElement {
  const points = [route.from, ...route.corners, route.to];
  const style = (name: string) => String(edge.style(name));
  const group = made('g', { opacity: style('opacity') });
  const line = made('polyline', {
    points: points.map(({ x, y }) => `${x},${y}`).join(' '),
    fill: 'none',
    stroke: style('line-color'),
    'stroke-width': parseFloat(style('width')),
    'stroke-linejoin': 'round'
  });
  dash(line, style('line-style'));
  group.append(line);
  const words = String(edge.data('words') ?? '');
  if (words) {
    const { x, y } = middle(points);
    group.append(lines(words, x, y, style, true));
  }
  return group;
}

function drawnNode(node: NodeSingular): SVGElement {
  const style = (name: string) => String(node.style(name));
  const { x, y } = node.position();
  const [width, height] = [node.width(), node.height()];
  const looks = {
    fill: style('background-color'),
    stroke: style('border-color'),
    'stroke-width': parseFloat(style('border-width'))
  };
  const [left, top] = [x - width / 2, y - height / 2];
  const shape =
    style('shape') === 'ellipse'
      ? made('ellipse', { cx: x, cy: y, rx: width / 2, ry: height / 2 })
      : style('shape') === 'cut-rectangle'
        ? made('polygon', { points: cut(left, top, width, height) })
        : made('rect', { x: left, y: top, width, height, rx: ROUND });
  for (const [name, value] of Object.entries(looks)) {
    shape.setAttribute(name, String(value));
  }
  dash(shape, style('border-style'));
  return made(
    'g',
    { opacity: style('opacity') },
    '',
    // The whole name, where only its beginning fits.
    made('title', {}, `${node.data('label')} ${node.data('detail')}`.trim()),
    shape,
    lines(String(node.data('words') ?? ''), x, y, style)
  );
}

function lines(
  words: string,
  x: number,
  y: number,
  style: (name: string) => string,
  isFramed = false
): SVGElement {
  const size = parseFloat(style('font-size'));
  const all = words.split('\n').filter(Boolean);
  const step = size * 1.3;
  const text = made('text', {
    fill: style('color'),
    'font-family': style('font-family'),
    'font-size': size,
    'text-anchor': 'middle',
    'dominant-baseline': 'central'
  });
  if (isFramed) {
    // Words on a line are read on their own ground.
    text.setAttribute('paint-order', 'stroke');
    text.setAttribute('stroke', style('text-background-color'));
    text.setAttribute('stroke-width', '4');
  }
  all.forEach((line, at) =>
    text.append(
      made('tspan', { x, y: y + (at - (all.length - 1) / 2) * step }, line)
    )
  );
  return text;
}

function dash(shape: SVGElement, style: string): void {
  const pattern = DASHES[style];
  if (pattern) {
    shape.setAttribute('stroke-dasharray', pattern);
  }
}

function cut(x: number, y: number, width: number, height: number): string {
  const [right, bottom] = [x + width, y + height];
  return [
    [x + CUT, y],
    [right - CUT, y],
    [right, y + CUT],
    [right, bottom - CUT],
    [right - CUT, bottom],
    [x + CUT, bottom],
    [x, bottom - CUT],
    [x, y + CUT]
  ]
    .map(point => point.join())
    .join(' ');
}

/** The point half way along a line with corners. */
function middle(points: { x: number; y: number }[]): { x: number; y: number } {
  const legs = points.slice(1).map((end, at) => {
    const start = points[at] ?? end;
    return { start, end, length: Math.hypot(end.x - start.x, end.y - start.y) };
  });
  let left = legs.reduce((sum, { length }) => sum + length, 0) / 2;
  for (const { start, end, length } of legs) {
    if (left <= length && length > 0) {
      const part = left / length;
      return {
        x: start.x + (end.x - start.x) * part,
        y: start.y + (end.y - start.y) * part
      };
    }
    left -= length;
  }
  return points[0] ?? { x: 0, y: 0 };
}
