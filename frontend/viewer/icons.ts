/** Icons of the toolbar, drawn in the colour of its text on a grid of 16. */
const PATHS = {
  keys: 'M2 4h12v8H2zM4.5 6.5h1M7.5 6.5h1M10.5 6.5h1M5 9.5h6',
  view: 'M2 3h12v8H2zM6 13.5h4M8 11v2.5',
  clipboard: 'M4 3h8v11H4zM6 1.8h4v2.4H6zM6 7.5h4M6 10h4',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  find: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.5 10.5 14 14',
  log: 'M3.5 2h9v12h-9zM6 5h4M6 7.5h4M8 12.4a1 1 0 1 0 0-2 1 1 0 0 0 0 2z',
  picture:
    'M2 4.5h3l1-1.5h4l1 1.5h3V13H2zM8 11a2.3 2.3 0 1 0 0-4.6A2.3 2.3 0 0 0 8 11z',
  touch:
    'M1.5 6h13v7.500h-13zM4 8.500h1M7.500 8.500h1M11 8.500h1M5 11.200h6M8 6V3.500h3.500V2',
  sound:
    'M2 6h2.5L8 3v10L4.5 10H2zM10.3 5.7a3.2 3.2 0 0 1 0 4.6M12 4a5.6 5.6 0 0 1 0 8',
  more: 'M2.5 7h2v2h-2zM7 7h2v2H7zM11.5 7h2v2h-2z',
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
