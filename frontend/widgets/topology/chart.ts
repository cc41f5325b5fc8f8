/** The drawing: cytoscape with places and lines of our own. */
import cytoscape from 'cytoscape';

import { bothText, width } from './figures';
import { Layout } from './layout';
import { looks, onThemeChange } from './looks';
import type { IEdgeState, INodeState, Rate } from './messages';
import { interfaceRoute, type IRoute, segments, wayRoute } from './routes';
import { svgOf } from './svg';

/** What is smaller is not read any more: then a part is shown, and the rest is a pull away. */
const LEGIBLE = 0.75;
/** Letters of a name that fit into a machine. */
const LETTERS = 21;
const CLOSEST = 2.5;
const FARTHEST = 0.08;
const PADDING = 16;
/** Room beside the columns for the lines that lead outside. */
const BESIDE = 60;
const ZOOM_STEP = 1.3;
/** A click on these opens what says more of them. */
const OPENS = ['machine', 'network', 'bridge', 'device'];
/** The place's height in pixels, until somebody drags its corner. */
const LOWEST = 220;
const TALLEST = 800;

export interface IChartEvents {
  onOpen: (machine: string) => void;
  /** The pointer is on something, or on nothing. */
  onPoint: (id: string | null, x: number, y: number) => void;
}

/** What draws the map. */
export interface IChart {
  /** Draw what is connected to what; what did not change stays where it is. */
  update(
    nodes: ReadonlyMap<string, INodeState>,
    edges: ReadonlyMap<string, IEdgeState>,
    rates: ReadonlyMap<string, Rate>
  ): void;
  /** Show how much goes through. */
  measure(changed: Iterable<string>): void;
  /** Dim all but these; null dims nothing. */
  mark(shown: ReadonlySet<string> | null): void;
  /** Make one thing and its lines stand out. */
  point(id: string | null): void;
  zoom(inwards: boolean): void;
  /** Show all, not larger than life. */
  fit(): void;
  /** A picture of all of it. */
  picture(): Promise<Blob>;
  /** The same as an SVG with this title. */
  vector(title: string): string;
  dispose(): void;
}

/** Whether this browser can draw at all. */
export function canDraw(): boolean {
  return document.createElement('canvas').getContext('2d') !== null;
}

export class Chart implements IChart {
  constructor(
    private readonly _place: HTMLElement,
    events: IChartEvents
  ) {
    this._cy = cytoscape({
      container: _place,
      style: looks(_place),
      layout: { name: 'preset' },
      autoungrabify: true,
      autounselectify: true,
      boxSelectionEnabled: false,
      minZoom: FARTHEST,
      maxZoom: CLOSEST
    });
    this._stopTheme = onThemeChange(() => this._cy.style(looks(_place)));
    this._cy.on(
      'tap',
      OPENS.map(kind => `node[kind = "${kind}"]`).join(),
      event => {
        events.onOpen((event.target as cytoscape.NodeSingular).id());
      }
    );
    this._cy.on('mouseover', 'node, edge', event => {
      const target = event.target as cytoscape.SingularElementReturnValue;
      const { x, y } = event.renderedPosition;
      _place.classList.toggle(
        'qvirt-can-open',
        target.isNode() && OPENS.includes(target.data('kind') as string)
      );
      events.onPoint(target.id(), x, y);
    });
    this._cy.on('pan zoom', () => {
      this._isFitted &&= this._isMoving;
    });
    this._cy.on('mouseout pan zoom', () => {
      _place.classList.remove('qvirt-can-open');
      events.onPoint(null, 0, 0);
    });
    // The wheel scrolls the page, as everywhere; with Ctrl it zooms.
    _place.addEventListener(
      'wheel',
      event => {
        if (!event.ctrlKey && !event.metaKey) {
          event.stopPropagation();
        }
      },
      { capture: true, passive: true }
    );
    _place.addEventListener('keydown', event => this._onKey(event));
    this._eye = new ResizeObserver(() => this._onSize());
    this._eye.observe(_place);
  }

  update(
    nodes: ReadonlyMap<string, INodeState>,
    edges: ReadonlyMap<string, IEdgeState>,
    rates: ReadonlyMap<string, Rate>
  ): void {
    const { _cy: cy } = this;
    if (!this._hasHeight && cy.width() > 0) {
      // The first time that somebody sees it, it is as wide as can be read there.
      this._layout = new Layout((cy.width() - 2 * PADDING) / LEGIBLE - BESIDE);
    }
    this._nodes = nodes;
    this._edges = edges;
    this._rates = rates;
    this._layout.update(nodes.values(), edges.values());
    cy.batch(() => {
      cy.elements()
        .filter(one => !nodes.has(one.id()) && !edges.has(one.id()))
        .remove();
      for (const node of nodes.values()) {
        this._drawNode(node);
      }
      this._drawEdges(edges);
    });
    if (this._isFitted && !this._isAllInSight) {
      this._show();
    }
    this._count();
  }

  measure(changed: Iterable<string>): void {
    const machines = new Set<string>();
    this._cy.batch(() => {
      for (const id of changed) {
        const rate = this._rates.get(id);
        const edge = this._cy.getElementById(id);
        edge.data({ width: width(rate), busy: rate ? rate[0] + rate[1] : 0 });
        const source = this._edges.get(id)?.source;
        if (source !== undefined) {
          machines.add(source);
        }
      }
      for (const machine of machines) {
        const node = this._cy.getElementById(machine);
        node.data(
          'words',
          this._machineWords(
            machine,
            node.data('label') as string,
            node.data('detail') as string
          )
        );
      }
    });
  }

  mark(shown: ReadonlySet<string> | null): void {
    this._cy.batch(() => {
      for (const one of this._cy.elements()) {
        const ends = [one.id()];
        if (one.isEdge()) {
          ends.push(one.data('source') as string);
        }
        one.toggleClass(
          'qvirt-dim',
          shown !== null && !ends.some(id => shown.has(id))
        );
      }
    });
  }

  point(id: string | null): void {
    this._cy.elements('.qvirt-hot').removeClass('qvirt-hot');
    if (id !== null) {
      const one = this._cy.getElementById(id);
      one.addClass('qvirt-hot');
      if (one.isNode()) {
        one.connectedEdges().addClass('qvirt-hot');
      }
    }
  }

  zoom(inwards: boolean): void {
    const level = this._cy.zoom() * (inwards ? ZOOM_STEP : 1 / ZOOM_STEP);
    this._cy.zoom({
      level,
      renderedPosition: { x: this._cy.width() / 2, y: this._cy.height() / 2 }
    });
  }

  fit(): void {
    this._show(FARTHEST);
  }

  /** Show all, or the upper part of what would be too small to be read. */
  private _show(least = LEGIBLE): void {
    this._isFitted = true;
    if (this._cy.width() === 0 || this._cy.nodes().empty()) {
      return;
    }
    this._grow();
    this._isMoving = true;
    this._cy.fit(undefined, PADDING);
    if (this._cy.zoom() > 1) {
      this._cy.zoom(1);
      this._cy.center();
    } else if (this._cy.zoom() < least) {
      this._cy.zoom(least);
      const { x1, y1, w } = this._cy.elements().boundingBox();
      const spare = this._cy.width() - w * least;
      this._cy.pan({
        x: Math.max(PADDING, spare / 2) - x1 * least,
        y: PADDING - y1 * least
      });
    }
    this._isMoving = false;
    this._count();
  }

  picture(): Promise<Blob> {
    const { backgroundColor } = getComputedStyle(this._place);
    return this._cy.png({
      output: 'blob-promise',
      full: true,
      scale: 2,
      bg: backgroundColor
    });
  }

  vector(title: string): string {
    const { backgroundColor } = getComputedStyle(this._place);
    return svgOf(this._cy, this._routes, title, backgroundColor);
  }

  dispose(): void {
    this._stopTheme();
    this._eye.disconnect();
    this._cy.destroy();
  }

  private _drawNode(node: INodeState): void {
    const place = this._layout.places.get(node.id);
    if (!place) {
      return;
    }
    const { id, kind, label, detail, state, isOn } = node;
    const data = {
      kind,
      label,
      detail,
      state,
      isOn,
      width: place.width,
      height: place.height,
      words:
        kind === 'machine'
          ? this._machineWords(id, label, detail)
          : `${short(label, Math.floor(place.width / 7))}\n${short(detail, Math.floor(place.width / 5))}`
    };
    const position = { x: place.x, y: place.y };
    const drawn = this._cy.getElementById(id);
    if (drawn.empty()) {
      this._cy.add({ group: 'nodes', data: { id, ...data }, position });
    } else {
      drawn.data(data).position(position);
    }
  }

  private _machineWords(id: string, label: string, detail: string): string {
    let received = 0;
    let sent = 0;
    for (const edge of this._edgesOf.get(id) ?? []) {
      const rate = this._rates.get(edge);
      received += rate?.[0] ?? 0;
      sent += rate?.[1] ?? 0;
    }
    const second = bothText([received, sent]) || short(detail, LETTERS + 3);
    return `${short(label, LETTERS)}\n${second}`;
  }

  private _drawEdges(edges: ReadonlyMap<string, IEdgeState>): void {
    this._edgesOf = new Map<string, string[]>();
    for (const { id, source, kind } of edges.values()) {
      if (kind === 'interface') {
        this._edgesOf.set(source, [...(this._edgesOf.get(source) ?? []), id]);
      }
    }
    this._routes = new Map<string, IRoute>();
    let lane = 0;
    let wayLane = 0;
    for (const edge of edges.values()) {
      const { id, source, target, kind, link, label } = edge;
      const from = this._layout.places.get(source);
      const to = this._layout.places.get(target);
      if (!from || !to) {
        continue;
      }
      const all = this._edgesOf.get(source) ?? [];
      const index = all.indexOf(id);
      const isHome = edges.get(all[0] ?? '')?.target === target;
      const line =
        kind === 'way'
          ? wayRoute(from, to, wayLane++)
          : interfaceRoute(
              from,
              to,
              index,
              all.length,
              isHome,
              isHome ? 0 : lane++
            );
      this._routes.set(id, line);
      const rate = this._rates.get(id);
      const data = {
        kind,
        link,
        words: kind === 'way' ? label : '',
        width: kind === 'way' ? 2 : width(rate),
        busy: rate ? rate[0] + rate[1] : 0,
        ...segments(line),
        from: `${line.from.x - from.x}px ${line.from.y - from.y}px`,
        to: `${line.to.x - to.x}px ${line.to.y - to.y}px`
      };
      const drawn = this._cy.getElementById(id);
      if (drawn.empty()) {
        this._cy.add({ group: 'edges', data: { id, source, target, ...data } });
      } else {
        drawn.data(data);
      }
    }
  }

  private get _isAllInSight(): boolean {
    const all = this._cy.elements().boundingBox();
    const seen = this._cy.extent();
    return (
      this._hasHeight &&
      all.x1 >= seen.x1 &&
      all.x2 <= seen.x2 &&
      all.y1 >= seen.y1 &&
      all.y2 <= seen.y2
    );
  }

  private _onSize(): void {
    this._cy.resize();
    if (!this._hasHeight && this._cy.width() > 0 && this._nodes.size > 0) {
      // Nobody has seen it before: it was drawn behind another tab.
      this.update(this._nodes, this._edges, this._rates);
    } else if (this._isFitted) {
      this._show();
    }
  }

  /** The first time that something can be seen, the place gets the height that it needs. */
  private _grow(): void {
    if (this._hasHeight) {
      return;
    }
    this._hasHeight = true;
    const box = this._cy.elements().boundingBox();
    const scale = Math.max(
      LEGIBLE,
      Math.min(1, (this._cy.width() - 2 * PADDING) / (box.w || 1))
    );
    const height = box.h * scale + 2 * PADDING;
    const { style } = this._place;
    style.height = `${Math.min(TALLEST, Math.max(LOWEST, height))}px`;
    this._cy.resize();
  }

  private _onKey(event: KeyboardEvent): void {
    const step = 60;
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [step, 0],
      ArrowRight: [-step, 0],
      ArrowUp: [0, step],
      ArrowDown: [0, -step]
    };
    const move = moves[event.key];
    if (event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    if (move) {
      this._cy.panBy({ x: move[0], y: move[1] });
    } else if (event.key === '+' || event.key === '-') {
      this.zoom(event.key === '+');
    } else if (event.key === '0') {
      this.fit();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** How much is drawn: a canvas says nothing by itself. */
  private _count(): void {
    this._place.dataset.nodes = String(this._cy.nodes().length);
    this._place.dataset.edges = String(this._cy.edges().length);
    this._place.dataset.zoom = this._cy.zoom().toFixed(2);
  }

  private readonly _cy: cytoscape.Core;
  private _layout = new Layout();
  private readonly _stopTheme: () => void;
  private readonly _eye: ResizeObserver;
  private _nodes: ReadonlyMap<string, INodeState> = new Map();
  private _edges: ReadonlyMap<string, IEdgeState> = new Map();
  private _edgesOf = new Map<string, string[]>();
  private _routes = new Map<string, IRoute>();
  private _rates: ReadonlyMap<string, Rate> = new Map();
  private _hasHeight = false;
  /** Nobody has zoomed or moved it since all was shown. */
  private _isFitted = true;
  private _isMoving = false;
}

function short(text: string, letters: number): string {
  return text.length > letters ? `${text.slice(0, letters - 1)}…` : text;
}
