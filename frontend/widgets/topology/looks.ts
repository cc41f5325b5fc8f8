/** The graph's looks, from JupyterLab's variables: a canvas does not know them by itself. */
import type { StylesheetJson } from 'cytoscape';

import { THIN } from './figures';

const COLOURS = {
  ink: '--jp-ui-font-color1',
  muted: '--jp-ui-font-color2',
  background: '--jp-layout-color1',
  raised: '--jp-layout-color2',
  border: '--jp-border-color0',
  line: '--jp-ui-font-color2',
  accent: '--jp-brand-color1',
  soft: '--jp-brand-color3',
  on: '--jp-success-color1',
  warn: '--jp-warn-color1',
  error: '--jp-error-color1'
} as const;

/** cytoscape reads it of each node or edge. */
const WORDS = 'data(words)';

export type Colours = Record<keyof typeof COLOURS, string>;

/** Read the variables where an element stands, as colours that a canvas takes. */
export function coloursOf(host: HTMLElement): Colours {
  const probe = document.createElement('span');
  probe.hidden = true;
  host.append(probe);
  const context = document.createElement('canvas').getContext('2d');
  const found: Record<string, string> = {};
  for (const [name, variable] of Object.entries(COLOURS)) {
    probe.style.color = `var(${variable})`;
    const colour = getComputedStyle(probe).color;
    if (context) {
      // It writes any colour as a number.
      context.fillStyle = colour;
      found[name] = context.fillStyle;
    } else {
      found[name] = colour;
    }
  }
  probe.remove();
  return found as Colours;
}

/** Call when JupyterLab's theme has changed; returns what ends it. */
export function onThemeChange(change: () => void): () => void {
  let later = 0;
  const observer = new MutationObserver(() => {
    change();
    // The theme is named when its style sheet is there, but it may load more of them.
    window.clearTimeout(later);
    later = window.setTimeout(change, 300);
  });
  observer.observe(document.body, {
    attributes: true,
    attributeFilter: ['data-jp-theme-name', 'data-jp-theme-light', 'class']
  });
  return () => {
    window.clearTimeout(later);
    observer.disconnect();
  };
}

export function looks(host: HTMLElement): StylesheetJson {
  const colours = coloursOf(host);
  const font = getComputedStyle(host).fontFamily;
  return [
    {
      selector: 'node',
      style: {
        width: 'data(width)',
        height: 'data(height)',
        shape: 'round-rectangle',
        label: WORDS,
        'font-family': font,
        'font-size': 11,
        'text-wrap': 'wrap',
        'text-valign': 'center',
        'text-halign': 'center',
        'line-height': 1.3,
        color: colours.ink,
        'background-color': colours.background,
        'border-color': colours.border,
        'border-width': 1,
        'min-zoomed-font-size': 4,
        'overlay-opacity': 0
      }
    },
    {
      selector: 'node[kind = "network"]',
      style: {
        'background-color': colours.raised,
        'border-color': colours.accent,
        'border-width': 2,
        'font-size': 13
      }
    },
    {
      selector: 'node[kind = "bridge"], node[kind = "device"]',
      style: { shape: 'cut-rectangle', 'background-color': colours.raised }
    },
    {
      selector: 'node[kind = "shared"]',
      style: { 'background-color': colours.raised, 'border-style': 'dashed' }
    },
    {
      selector: 'node[kind = "outside"]',
      style: { shape: 'ellipse', 'background-color': colours.raised }
    },
    {
      selector: 'node[kind = "machine"][?isOn]',
      style: { 'border-color': colours.on, 'border-width': 2 }
    },
    {
      selector: 'node[state = "paused"], node[state = "crashed"]',
      style: { 'border-color': colours.warn, 'border-width': 2 }
    },
    {
      selector: 'node[!isOn]',
      style: {
        color: colours.muted,
        'border-style': 'dotted',
        'background-color': colours.background
      }
    },
    {
      selector: 'edge',
      style: {
        width: 'data(width)',
        'line-color': colours.line,
        'curve-style': 'round-segments',
        // The types of cytoscape do not know these two as its documentation does.
        ...({
          'segment-radii': [6],
          'edge-distances': 'endpoints'
        } as object),
        'segment-weights': 'data(weights)',
        'segment-distances': 'data(distances)',
        'source-endpoint': 'data(from)',
        'target-endpoint': 'data(to)',
        'overlay-opacity': 0
      }
    },
    {
      selector: 'edge[kind = "way"]',
      style: {
        'line-color': colours.accent,
        label: WORDS,
        'font-family': font,
        'font-size': 11,
        'min-zoomed-font-size': 4,
        color: colours.muted,
        'text-background-color': colours.background,
        'text-background-opacity': 1,
        'text-background-padding': '2px'
      }
    },
    {
      selector: 'edge[busy > 0]',
      style: { 'line-color': colours.accent }
    },
    {
      selector: 'edge[link = "down"]',
      style: { 'line-style': 'dashed', 'line-color': colours.error }
    },
    {
      selector: 'edge[link = "off"]',
      style: { width: THIN, opacity: 0.35 }
    },
    { selector: '.qvirt-dim', style: { opacity: 0.15 } },
    {
      selector: 'node.qvirt-hot',
      style: { 'border-color': colours.accent, 'border-width': 3 }
    },
    {
      selector: 'edge.qvirt-hot',
      style: { 'line-color': colours.accent, 'z-index': 10 }
    }
  ];
}
