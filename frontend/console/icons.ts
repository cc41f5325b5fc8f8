/** Icons of the toolbar, drawn in the colour of its text on a grid of 16. */
const PATHS = {
  keys: 'M2 4h12v8H2zM4.5 6.5h1M7.5 6.5h1M10.5 6.5h1M5 9.5h6',
  view: 'M2 3h12v8H2zM6 13.5h4M8 11v2.5',
  clipboard: 'M4 3h8v11H4zM6 1.8h4v2.4H6zM6 7.5h4M6 10h4',
  picture:
    'M2 4.5h3l1-1.5h4l1 1.5h3V13H2zM8 11a2.3 2.3 0 1 0 0-4.6A2.3 2.3 0 0 0 8 11z',
  fullscreen: 'M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4'
} as const;

export type Icon = keyof typeof PATHS;

const SVG = 'http://www.w3.org/2000/svg';

export function icon(name: Icon): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}
