/** The same as the graph, as tables: for the keyboard, for screen readers, and to sort out. */
import { element } from '../panel/dom';
import { rateText } from './figures';
import type { IEdgeState, INodeState, Rate } from './messages';

export interface ITableTexts {
  text: (name: string) => string;
  /** A machine or a network shall be opened. */
  onOpen: (id: string) => void;
  /** A row has the pointer or the focus: its node or edge, or nothing. */
  onPoint: (id: string | null) => void;
}

export class Tables {
  constructor(private readonly _options: ITableTexts) {
    const { text } = _options;
    const head = (names: string[]) =>
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          ...names.map(name => element('th', { scope: 'col' }, text(name)))
        )
      );
    this.node.append(
      element(
        'table',
        {},
        element('caption', {}, text('networks')),
        head(['network', 'mode', 'state', 'way', 'machines']),
        this._networks
      ),
      element(
        'table',
        {},
        element('caption', {}, text('caption')),
        head([
          'machine',
          'state',
          'network',
          'device',
          'mac',
          'link',
          'received',
          'sent'
        ]),
        this._cards
      )
    );
    for (const event of ['pointerover', 'focusin']) {
      this.node.addEventListener(event, ({ target }) => {
        const row = (target as HTMLElement).closest<HTMLElement>(
          'tr[data-item]'
        );
        _options.onPoint(row?.dataset.item ?? null);
      });
    }
    for (const event of ['pointerleave', 'focusout']) {
      this.node.addEventListener(event, () => _options.onPoint(null));
    }
  }

  update(
    nodes: ReadonlyMap<string, INodeState>,
    edges: ReadonlyMap<string, IEdgeState>,
    rates: ReadonlyMap<string, Rate>,
    shown: ReadonlySet<string> | null
  ): void {
    const focused = document.activeElement;
    const key =
      focused instanceof HTMLElement && this.node.contains(focused)
        ? focused.dataset.focus
        : undefined;
    this._rateCells.clear();
    const all = [...edges.values()];
    this._networks.replaceChildren(
      ...[...nodes.values()]
        .filter(({ kind }) => kind === 'network')
        .map(node => this._network(node, nodes, all))
    );
    this._cards.replaceChildren(
      ...all
        .filter(
          ({ kind, source }) =>
            kind === 'interface' && (shown?.has(source) ?? true)
        )
        .map(edge => this._card(edge, nodes, rates.get(edge.id)))
    );
    if (key !== undefined) {
      [...this.node.querySelectorAll<HTMLElement>('[data-focus]')]
        .find(({ dataset }) => dataset.focus === key)
        ?.focus();
    }
  }

  measure(changed: Iterable<string>, rates: ReadonlyMap<string, Rate>): void {
    for (const id of changed) {
      const cells = this._rateCells.get(id);
      if (cells) {
        this._fill(cells, rates.get(id));
      }
    }
  }

  readonly node = element('div', { class: 'qvirt-topology-tables' });

  private _network(
    { id, label, facts, state, detail }: INodeState,
    nodes: ReadonlyMap<string, INodeState>,
    edges: IEdgeState[]
  ): HTMLElement {
    const ways = edges
      .filter(({ kind, source }) => kind === 'way' && source === id)
      .map(({ target }) => nodes.get(target)?.label ?? '');
    const machines = new Set(
      edges
        .filter(({ kind, target }) => kind === 'interface' && target === id)
        .map(({ source }) => source)
    );
    return element(
      'tr',
      { 'data-item': id },
      element('th', { scope: 'row' }, this._opener(id, label)),
      element('td', {}, [detail, ...facts.slice(2)].join(' · ')),
      element('td', {}, state),
      element('td', {}, ways.join(', ') || this._options.text('none')),
      element('td', { class: 'qvirt-number' }, String(machines.size))
    );
  }

  private _card(
    edge: IEdgeState,
    nodes: ReadonlyMap<string, INodeState>,
    rate: Rate | undefined
  ): HTMLElement {
    const machine = nodes.get(edge.source);
    const name = machine?.label ?? '';
    const open = this._opener(edge.source, name, edge.id);
    const cells: [HTMLElement, HTMLElement] = [
      element('td', { class: 'qvirt-number' }),
      element('td', { class: 'qvirt-number' })
    ];
    this._rateCells.set(edge.id, cells);
    this._fill(cells, rate);
    return element(
      'tr',
      { 'data-item': edge.id, 'data-link': edge.link },
      element('th', { scope: 'row' }, open),
      element('td', {}, machine?.facts[0] ?? ''),
      element('td', {}, nodes.get(edge.target)?.label ?? ''),
      element('td', {}, edge.device),
      element('td', { class: 'qvirt-mono' }, edge.mac),
      element('td', {}, edge.linkLabel),
      ...cells
    );
  }

  private _opener(id: string, name: string, focus = id): HTMLElement {
    const open = element(
      'button',
      {
        type: 'button',
        title: this._options.text('open').replace('{name}', name),
        'data-focus': focus
      },
      name
    );
    open.addEventListener('click', () => this._options.onOpen(id));
    return open;
  }

  private _fill(
    cells: [HTMLElement, HTMLElement],
    rate: Rate | undefined
  ): void {
    cells.forEach((cell, index) => {
      const value = rate?.[index];
      cell.textContent = value === undefined ? '–' : rateText(value);
      cell.title = value === undefined ? this._options.text('unknown') : '';
    });
  }

  private readonly _networks = element('tbody');
  private readonly _cards = element('tbody');
  private readonly _rateCells = new Map<string, [HTMLElement, HTMLElement]>();
}
