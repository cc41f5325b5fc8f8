/** One view of the map: it joins graph and tables, and talks to the kernel. */
import { keepKeys } from '../grid/attention';
import { element, follow, say, text } from '../panel/dom';
import { type IModel, VERSION } from '../panel/messages';
import { canDraw, Chart, type IChart } from './chart';
import { bothText } from './figures';
import type {
  IEdgeState,
  INodeState,
  ITopologyPatch,
  ITopologyRates,
  ITopologyState,
  Rate
} from './messages';
import { NoChart } from './noChart';
import { Tables } from './tables';

export function renderTopology(model: IModel, root: HTMLElement): () => void {
  const view = new View(model, root);
  return () => view.dispose();
}

class View {
  constructor(
    private readonly _model: IModel,
    root: HTMLElement
  ) {
    root.classList.add('qvirt-topology');
    const label = (name: string) => text(_model, name);
    keepKeys(root);
    this._place = element('div', {
      class: 'qvirt-topology-graph',
      role: 'application',
      tabindex: '0',
      'aria-label': label('graph')
    });
    this._tip.hidden = true;
    this._empty.hidden = true;
    this._empty.textContent = label('empty');
    this._tables = new Tables({
      text: label,
      onOpen: machine => this._open(machine),
      onPoint: id => this._chart.point(id)
    });
    const frame = element(
      'div',
      { class: 'qvirt-topology-frame' },
      this._place,
      this._tip
    );
    const isDrawn = canDraw();
    const tools = this._tools(label);
    if (!isDrawn) {
      tools.querySelectorAll('button').forEach(tool => tool.remove());
    }
    root.append(
      tools,
      frame,
      ...(isDrawn ? [this._legend(label)] : []),
      this._empty,
      this._tables.node
    );
    this._chart = isDrawn
      ? new Chart(this._place, {
          onOpen: id => this._open(id),
          onPoint: (id, x, y) => this._point(id, x, y)
        })
      : new NoChart(this._place, label('noDrawing'));
    this._stop = follow(_model, (state: ITopologyState) => this._reset(state));
    _model.on('msg:custom', this._receive);
  }

  dispose(): void {
    this._model.off('msg:custom', this._receive);
    this._stop();
    this._chart.dispose();
  }

  private _tools(label: (name: string) => string): HTMLElement {
    const tool = (name: string, sign: string, act: () => void) => {
      const made = element(
        'button',
        {
          type: 'button',
          class: 'qvirt-panel-button qvirt-plain',
          title: label(name),
          'data-tool': name
        },
        sign || label(name)
      );
      if (sign) {
        made.ariaLabel = label(name);
      }
      made.addEventListener('click', act);
      return made;
    };
    this._find = element('input', {
      type: 'search',
      'aria-label': label('find'),
      placeholder: label('findHint')
    });
    this._find.addEventListener('input', () => this._search());
    return element(
      'div',
      {
        class: 'qvirt-topology-tools',
        role: 'toolbar',
        'aria-label': label('tools')
      },
      element('label', {}, `${label('find')} `, this._find),
      this._found,
      element('span', { class: 'qvirt-topology-space' }),
      tool('zoomOut', '−', () => this._chart.zoom(false)),
      tool('zoomIn', '+', () => this._chart.zoom(true)),
      tool('fit', '', () => this._chart.fit()),
      tool('save', '', () => void this._savePicture()),
      tool('saveSvg', '', () => this._saveVector())
    );
  }

  private _legend(label: (name: string) => string): HTMLElement {
    const words = ['legendWidth', 'legendDown', 'legendOff', 'zoomHint'];
    return element(
      'p',
      { class: 'qvirt-muted qvirt-topology-legend' },
      words.map(label).join(' · ')
    );
  }

  private _reset(state: ITopologyState): void {
    this._number = state.number;
    this._name = state.name;
    this._nodes = new Map(state.nodes.map(node => [node.id, node]));
    this._edges = new Map(state.edges.map(edge => [edge.id, edge]));
    this._draw();
  }

  private readonly _receive = (message: ITopologyPatch | ITopologyRates) => {
    const isOurs = ['rates', 'patch'].includes(message.type);
    if (!isOurs || message.version !== VERSION || this._number === 0) {
      return;
    }
    if (message.type === 'rates') {
      this._measure(message.rates);
    } else {
      if (message.number <= this._number) {
        return;
      }
      if (message.number > this._number + 1) {
        // One was missed.
        say(this._model, { type: 'ready' });
        return;
      }
      this._number = message.number;
      for (const id of message.removed) {
        this._nodes.delete(id);
        this._edges.delete(id);
        this._rates.delete(id);
      }
      message.nodes.forEach(node => this._nodes.set(node.id, node));
      message.edges.forEach(edge => this._edges.set(edge.id, edge));
      this._draw();
    }
  };

  private _measure(rates: Record<string, Rate>): void {
    for (const [id, rate] of Object.entries(rates)) {
      this._rates.set(id, rate);
    }
    this._chart.measure(Object.keys(rates));
    this._tables.measure(Object.keys(rates), this._rates);
  }

  private _draw(): void {
    const isEmpty = this._nodes.size === 0;
    this._empty.hidden = !isEmpty;
    this._tables.node.hidden = isEmpty;
    this._place.hidden = isEmpty;
    this._chart.update(this._nodes, this._edges, this._rates);
    this._search();
  }

  /** Show what was asked for, and dim the rest. */
  private _search(): void {
    const words = this._find.value
      .trim()
      .toLocaleLowerCase()
      .split(/\s+/)
      .filter(Boolean);
    const machines = [...this._nodes.values()].filter(
      ({ kind }) => kind === 'machine'
    );
    let shown: Set<string> | null = null;
    this._found.textContent = '';
    if (words.length > 0) {
      const cards = new Map<string, string>();
      for (const { source, target, mac, device } of this._edges.values()) {
        const network = this._nodes.get(target)?.label ?? '';
        cards.set(
          source,
          `${cards.get(source) ?? ''} ${mac} ${device} ${network}`
        );
      }
      const hits = machines.filter(({ id, label, facts }) => {
        const all = [label, ...facts, cards.get(id) ?? '']
          .join(' ')
          .toLocaleLowerCase();
        return words.every(word => all.includes(word));
      });
      shown = new Set(hits.map(({ id }) => id));
      this._found.textContent = text(this._model, 'found')
        .replace('{count}', String(hits.length))
        .replace('{total}', String(machines.length));
    }
    this._chart.mark(shown);
    this._tables.update(this._nodes, this._edges, this._rates, shown);
  }

  private _point(id: string | null, x: number, y: number): void {
    this._chart.point(id);
    const words = id === null ? [] : this._words(id);
    this._tip.hidden = words.length === 0;
    if (words.length > 0) {
      this._tip.replaceChildren(...words.map(line => element('div', {}, line)));
      this._tip.style.left = `${Math.min(x + 14, Math.max(0, this._place.clientWidth - this._tip.offsetWidth - 8))}px`;
      this._tip.style.top = `${Math.min(y + 14, Math.max(0, this._place.clientHeight - this._tip.offsetHeight - 8))}px`;
    }
  }

  /** What is said of a node or a line that is pointed at. */
  private _words(id: string): string[] {
    const node = this._nodes.get(id);
    const line = (edge: IEdgeState, end: string) =>
      [
        edge.label,
        this._nodes.get(end)?.label ?? '',
        edge.linkLabel,
        bothText(this._rates.get(edge.id))
      ]
        .filter(Boolean)
        .join(' · ');
    if (node) {
      const cards = [...this._edges.values()].filter(
        ({ source }) => source === id
      );
      return [
        node.label,
        ...node.facts,
        ...cards.map(edge => line(edge, edge.target))
      ];
    }
    const edge = this._edges.get(id);
    return edge
      ? [this._nodes.get(edge.source)?.label ?? '', line(edge, edge.target)]
      : [];
  }

  private _open(id: string): void {
    say(this._model, { type: 'press', id });
  }

  private async _savePicture(): Promise<void> {
    this._save(await this._chart.picture(), 'png');
  }

  private _saveVector(): void {
    const title = text(this._model, 'title').replace('{host}', this._name);
    const type = 'image/svg+xml';
    this._save(new Blob([this._chart.vector(title)], { type }), 'svg');
  }

  private _save(picture: Blob, ending: string): void {
    const url = URL.createObjectURL(picture);
    const name = this._name.replace(/[^\p{L}\p{N}.-]+/gu, '-');
    element('a', { href: url, download: `${name}-networks.${ending}` }).click();
    window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  private readonly _place: HTMLElement;
  private readonly _tip = element('div', {
    class: 'qvirt-topology-tip',
    'aria-hidden': 'true'
  });
  private readonly _empty = element('p', { class: 'qvirt-muted' });
  private readonly _found = element('span', {
    role: 'status',
    class: 'qvirt-muted'
  });
  private _find = element('input');
  private readonly _tables: Tables;
  private readonly _chart: IChart;
  private readonly _stop: () => void;
  private _number = 0;
  private _name = '';
  private _nodes = new Map<string, INodeState>();
  private _edges = new Map<string, IEdgeState>();
  private readonly _rates = new Map<string, Rate>();
}
