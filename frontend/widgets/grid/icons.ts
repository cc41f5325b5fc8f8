/** Icons of 16 pixels in the colour of the text around them; all are our own. */

const PATHS: Record<string, string> = {
  // Actions
  start: 'M4 2.5v11l9-5.500z',
  resume: 'M3 2.500h2.200v11H3zM7 2.500v11l7-5.500z',
  pause: 'M4 2.500h3v11H4zM9 2.500h3v11H9z',
  shutdown:
    'M7.200 1.500h1.600v6.200H7.200zM5.600 3.100l.8 1.400a4.200 4.200 0 1 0 3.200 0l.8-1.400a5.800 5.800 0 1 1-4.800 0z',
  reboot:
    'M8 2.200a5.800 5.800 0 0 1 4.300 1.900L14 2.400V7H9.400l1.800-1.800A4.200 4.200 0 1 0 12.100 9h1.600A5.800 5.800 0 1 1 8 2.200z',
  reset:
    'M8 2.200a5.800 5.800 0 0 1 4.300 1.900L14 2.400V7H9.400l1.800-1.800A4.200 4.200 0 1 0 12.100 9h1.600A5.800 5.800 0 1 1 8 2.200zM7.300 6h1.400v3H7.300zM7.300 9.800h1.400v1.400H7.300z',
  destroy:
    'M3.800 2.700 8 6.900l4.200-4.200 1.100 1.100L9.100 8l4.200 4.200-1.100 1.100L8 9.100l-4.200 4.200-1.100-1.100L6.900 8 2.700 3.800z',
  save: 'M2.500 2.500h9l2 2v9h-11zM4 4v8h8V5.100L10.900 4H10v3H5V4zm2.500 0v1.600h2V4z',
  open: 'M2 3h12v8.500H9v1.200h2V14H5v-1.300h2v-1.200H2zm1.400 1.400v5.700h9.200V4.400z',
  console:
    'M1.500 2.500h13v11h-13zM3 4v8h10V4zm1 1.700 1-1L7.300 7 5 9.300l-1-1L5.300 7zM8 8.600h3.500v1.300H8z',
  create:
    'M7.200 2.500h1.600v4.700h4.700v1.600H8.800v4.700H7.200V8.800H2.500V7.200h4.700z',
  connect:
    'M6 1.500h1.500V5h1V1.500H10V5h1.500v3A3.500 3.500 0 0 1 8.750 11.400v3.100h-1.500v-3.100A3.500 3.500 0 0 1 4.500 8V5H6z',
  disconnect:
    'M6 1.500h1.500V5h1V1.500H10V5h1.500v3c0 .5-.1 1-.3 1.400L5.600 5H6zM4.500 6.300l6 4.700-1.700.6v2.900H7.300v-3.100A3.500 3.500 0 0 1 4.500 8zM2.200 2.800l1-1.100 10.600 10.600-1 1z',
  change:
    'M11.300 1.800 14.200 4.700 5.600 13.300 2 14l.7-3.600zM11.300 3.800 4 11.100l-.2 1.100 1.100-.2 7.300-7.300z',
  remember:
    'M3.500 1.500h9v13L8 11.200l-4.500 3.300zM5 3v8.600l3-2.200 3 2.200V3z',
  clone: 'M5 1.500h8.500V11H12V3H5zM2.500 4.500H11v10H2.500zM4 6v7h5.500V6z',
  template:
    'M2.500 2.500h11v11h-11zM4 4v8h8V4zM5.500 5.500h5v1.300h-5zM5.500 8h5v1.300h-5z',
  remove:
    'M6 1.500h4v1.300h3.500v1.400h-11V2.800H6zM3.700 5.500h8.600l-.6 9H4.300zm1.600 1.400.4 6.200h4.600l.4-6.200z',
  details:
    'M8 1.500a6.500 6.500 0 1 1 0 13 6.500 6.500 0 0 1 0-13zm0 1.400a5.100 5.100 0 1 0 0 10.200A5.100 5.100 0 0 0 8 2.900zM7.300 7h1.400v4.200H7.300zm0-2.300h1.400v1.400H7.300z',
  more: 'M3.200 6.500a1.500 1.500 0 1 0 0 3 1.500 1.500 0 0 0 0-3zm4.800 0a1.500 1.500 0 1 0 0 3 1.500 1.500 0 0 0 0-3zm4.800 0a1.500 1.500 0 1 0 0 3 1.500 1.500 0 0 0 0-3z',
  download:
    'M7.200 1.500h1.600v6l2.100-2.100 1.100 1.100L8 10.500l-4-4 1.100-1.100 2.100 2.100zM2.500 12h11v2h-11z',
  upload:
    'M7.200 10.500h1.600v-6l2.100 2.100L12 5.500l-4-4-4 4 1.100 1.100 2.100-2.100zM2.500 12h11v2h-11z',
  copy: 'M5 1.500h8.500V11H12V3H5zM2.500 4.500H11v10H2.500zM4 6v7h5.500V6z',
  // States
  'state-running': 'M4 2.500v11l9-5.500z',
  'state-paused': 'M4 3h3v10H4zM9 3h3v10H9z',
  'state-shutting_down':
    'M7.200 2h1.600v6H7.200zM5.600 3.600l.8 1.400a3.700 3.700 0 1 0 3.200 0l.8-1.400a5.300 5.300 0 1 1-4.800 0z',
  'state-shutoff': 'M3.500 3.500h9v9h-9zM5 5v6h6V5z',
  'state-saved': 'M2.500 2.500h9l2 2v9h-11zM4 4v8h8V5.100L10.900 4H10v3H5V4z',
  'state-crashed':
    'M8 1.800 15 14H1zm-.7 4.400v4h1.400v-4zm0 4.900v1.400h1.400v-1.400z',
  'state-suspended':
    'M9.500 2a6.200 6.200 0 1 0 4.600 8.600A5.300 5.300 0 0 1 9.500 2z',
  // Parts of the list
  expander: 'M5.500 3.500 10.500 8l-5 4.500z',
  down: 'M4 6h8l-4 4.500z',
  search:
    'M6.800 2a4.800 4.800 0 0 1 3.800 7.700l3.400 3.300-1.100 1.100-3.300-3.400A4.800 4.800 0 1 1 6.800 2zm0 1.500a3.300 3.300 0 1 0 0 6.600 3.300 3.300 0 0 0 0-6.600z',
  host: 'M2 2.500h12v4.700H2zm1.400 1.400v1.900h9.200V3.900zM2 8.800h12v4.700H2zm1.400 1.400v1.900h9.200v-1.900zM4.500 4.300h1.300v1.100H4.500zm0 6.300h1.300v1.100H4.500z',
  topology:
    'M5.500 1.500h5v4H8.700v1.800h4.800v3.200h1v4h-4v-4h1.500V8.800H4v1.700h1.500v4h-4v-4h1V7.300h4.800V5.500H5.500z',
  wall: 'M1.500 2h6v5.300h-6zm1.300 1.300V6h3.400V3.300zM8.500 2h6v5.300h-6zm1.300 1.300V6h3.400V3.300zM1.500 8.700h6V14h-6zM2.800 10v2.700h3.400V10zM8.500 8.700h6V14h-6zM9.800 10v2.700h3.400V10z',
  star: 'M8 1.500l1.900 4.200 4.600.5-3.400 3.100.9 4.500L8 11.500l-4 2.300.9-4.500L1.500 6.200l4.600-.5z',
  view: 'M2 3.200h6.200v1.400H2zm9.700 0H14v1.400h-2.300zM9 2.200h1.900v3.400H9zM2 7.300h2.200v1.400H2zm5.700 0H14v1.400H7.700zM5 6.300h1.900v3.400H5zm-3 5.100h6.200v1.400H2zm9.700 0H14v1.400h-2.300zM9 10.400h1.900v3.400H9z',
  tag: 'M2 2.500h5.600l6 6-5.100 5.100-6.500-6.500zm2.600 1.600a1.200 1.200 0 1 0 0 2.400 1.200 1.200 0 0 0 0-2.400z',
  check:
    'M6.300 12.200 2.500 8.400l1.100-1.100 2.700 2.700 6.100-6.100 1.100 1.100z'
};

const NAMESPACE = 'http://www.w3.org/2000/svg';

/** Make an icon; it is decoration, words stand beside it or in a label. */
export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS(NAMESPACE, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  svg.classList.add('qvirt-icon');
  const path = document.createElementNS(NAMESPACE, 'path');
  path.setAttribute('d', PATHS[name] ?? '');
  svg.append(path);
  return svg;
}

/** Whether there is an icon of this name. */
export function hasIcon(name: string): boolean {
  return Object.hasOwn(PATHS, name);
}
