/** Icons of the tree, 16 by 16 in the text's colour; drawn here so that they follow the theme. */
const MONITOR = 'M1.5 2.5h13v9h-13zM3 4v6h10V4zM5.5 12.5h5v1.5h-5z';
const PORT = 'M2 5h12l-1.5 6h-9zM4 6.5l.8 3h6.4l.8-3z';
const CARD = 'M1.5 3H3v10H1.5zM4 4h10.5v7H4zm1.5 1.5v4H13v-4zM5 12h6v1.5H5z';
const SOUND =
  'M2 6v4h2.5L8 13V3L4.5 6zm8-.5v5a3 3 0 0 0 0-5zM10 3v1.4a4 4 0 0 1 0 7.2V13a5.3 5.3 0 0 0 0-10z';
const CHIP =
  'M5 1h1.5v2h3V1H11v2h2v2h2v1.5h-2v3h2V11h-2v2h-2v2H9.5v-2h-3v2H5v-2H3v-2H1V9.5h2v-3H1V5h2V3h2zM4.5 4.5v7h7v-7zM6 6h4v4H6z';
const USB =
  'M8 1l2 3H8.7v5l2.3-1.4V6h-.8V4.2H12V6h-.8v2.4L8.7 10v1.8a1.7 1.7 0 1 1-1.4 0V11L4.8 9.4V7.7a1.2 1.2 0 1 1 1.4 0v.9l1.1.7V4H6z';

const ICONS: Record<string, string> = {
  machine: MONITOR,
  system:
    'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM8 3a5 5 0 1 1 0 10A5 5 0 0 1 8 3zm-.8 4.2h1.6V11H7.2zm0-2.2h1.6v1.4H7.2z',
  performance:
    'M1.5 2H3v10.5h11.5V14h-13zM4 11l2.5-5 2.5 3 3-5.5 1.3.7L9.3 11.5 6.8 8.6 5.3 11.6z',
  processor: CHIP,
  memory:
    'M1.5 4h13v7h-1.4v1.5h-1.4V11h-1.4v1.5H8.9V11H7.1v1.5H5.7V11H4.3v1.5H2.9V11H1.5zM3 5.5v4h10v-4zM4.5 6.5H6v2H4.5zm2.8 0h1.4v2H7.3zm2.7 0h1.5v2H10z',
  boot: 'M4 2.5v11l9-5.5z',
  settings:
    'M2 3.5h7V2h1.5v1.5H14V5h-3.5v1.5H9V5H2zm0 4h2V6h1.5v1.5H14V9H5.5v1.5H4V9H2zm0 4h6V10h1.5v1.5H14V13H9.5v1.5H8V13H2z',
  disk: 'M2 4c0-1.4 2.7-2.5 6-2.5S14 2.6 14 4v8c0 1.4-2.7 2.5-6 2.5S2 13.4 2 12zm1.5 2v6c0 .4 1.8 1 4.5 1s4.5-.6 4.5-1V6c-1.1.6-2.7.9-4.5.9S4.6 6.6 3.5 6z',
  cdrom:
    'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3zm0 3a2 2 0 1 1 0 4 2 2 0 0 1 0-4z',
  floppy: 'M2.5 2.5h8.6l2.4 2.4v8.6h-11zM5 4v3h5V4zm0 5v3.5h6V9z',
  interface:
    'M6 1.5h4v4H8.7V7H13v3h1.5v4h-4v-4h1.1V8.4H4.4V10h1.1v4h-4v-4H3V7h4.3V5.5H6z',
  input:
    'M1 4h14v8.5H1zm1.5 1.5V11h11V5.5zM4 6.5h1.2v1.2H4zm2.3 0h1.2v1.2H6.3zm2.3 0h1.2v1.2H8.6zm2.3 0H12v1.2h-1.1zM4.5 9h7v1.2h-7z',
  graphics: MONITOR,
  sound: SOUND,
  audio: SOUND,
  serial: PORT,
  parallel: PORT,
  console:
    'M1.5 2.5h13v11h-13zM3 4v8h10V4zm1.2 1.7 1-1L7.9 7.4 5.2 10l-1-1 1.6-1.6zM8 9.3h3.5v1.3H8z',
  channel:
    'M1 7h3.5a3.5 3.5 0 0 1 7 0H15v1.5h-3.5a3.5 3.5 0 0 1-7 0H1zm7-2a2.7 2.7 0 1 0 0 5.5A2.7 2.7 0 0 0 8 5z',
  hostdev: USB,
  redirdev: USB,
  video: CARD,
  watchdog:
    'M8 2.5a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM8 4a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zm-.7 1.5h1.4v2.7l1.9 1.1-.7 1.2-2.6-1.5zM6 .5h4V2H6z',
  controller: CARD,
  filesystem: 'M1.5 3h5l1.5 1.5h6.5V13h-13zM3 6v5.5h10V6z',
  smartcard: 'M1.5 3h13v10h-13zM3 4.5v7h10v-7zM4.5 6h3v2.5h-3z',
  tpm: 'M8 1 13.5 3v4.5c0 3.4-2.3 6-5.5 7.5-3.2-1.5-5.5-4.1-5.5-7.5V3zm0 1.6L4 4.1v3.4c0 2.5 1.6 4.5 4 5.8 2.4-1.3 4-3.3 4-5.8V4.1z',
  rng: 'M2.5 2.5h11v11h-11zM4 4v8h8V4zm1 1h1.6v1.6H5zm2.2 2.2h1.6v1.6H7.2zM9.4 9.4H11V11H9.4z',
  panic:
    'M8 1.5 15 14H1zM8 4.6 3.5 12.5h9zM7.3 7h1.4v2.8H7.3zm0 3.5h1.4v1.3H7.3z'
};

export function deviceIcon(name: string): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'qvirt-panel-icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', ICONS[name] ?? CHIP);
  path.setAttribute('fill-rule', 'evenodd');
  svg.append(path);
  return svg;
}
