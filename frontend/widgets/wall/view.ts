/** One view of the wall: it draws the tiles and asks for pictures of those that are in sight. */
import { element, follow, say, text } from '../panel/dom';
import { type IModel, VERSION } from '../panel/messages';
import type { IWallPicture, IWallState } from './messages';
import { Tile } from './tile';

const SIZES = ['small', 'medium', 'large'] as const;
type Size = (typeof SIZES)[number];
const SIZE_KEY = 'qvirt-wall-size';

/** Milliseconds in which tiles that come into sight are gathered. */
const GATHER = 80;

export function renderWall(model: IModel, root: HTMLElement): () => void {
  const view = new View(model, root);
  return () => view.dispose();
}

class View {
  constructor(
    private readonly _model: IModel,
    root: HTMLElement
  ) {
    root.classList.add('qvirt-wall');
    const label = (name: string) => text(_model, name);
    this._list = element('ul', {
      class: 'qvirt-wall-tiles',
      'aria-label': label('tiles')
    });
    this._list.addEventListener('keydown', event => this._move(event));
    this._list.addEventListener('focusin', event => {
      const tile = [...this._tiles.values()].find(
        ({ button }) => button === event.target
      );
      this._rove(tile);
    });
    this._empty.hidden = true;
    root.append(this._tools(label), this._empty, this._list);
    this._eye = new IntersectionObserver(entries => {
      for (const { target, isIntersecting } of entries) {
        const { id } = (target.firstElementChild as HTMLElement).dataset;
        if (id !== undefined && isIntersecting) {
          this._seen.add(id);
        } else if (id !== undefined) {
          this._seen.delete(id);
        }
      }
      this._lookSoon();
    });
    document.addEventListener('visibilitychange', this._onVisibility);
    this._stop = follow(_model, (state: IWallState) => this._draw(state));
    _model.on('msg:custom', this._receive);
  }

  dispose(): void {
    window.clearTimeout(this._timer);
    document.removeEventListener('visibilitychange', this._onVisibility);
    this._model.off('msg:custom', this._receive);
    this._eye.disconnect();
    this._stop();
    this._tiles.forEach(tile => tile.dispose());
  }

  private _tools(label: (name: string) => string): HTMLElement {
    const choose = () =>
      say(this._model, {
        type: 'choose',
        tag: this._tag.value,
        off: this._off.checked
      });
    this._tag.addEventListener('change', choose);
    this._off.addEventListener('change', choose);
    const size = element(
      'select',
      {},
      ...SIZES.map(name => element('option', { value: name }, label(name)))
    );
    size.value = keptSize();
    this._list.dataset.size = size.value;
    size.addEventListener('change', () => {
      this._list.dataset.size = size.value;
      localStorage.setItem(SIZE_KEY, size.value);
    });
    this._tagLabel.append(label('tag'), this._tag);
    this._offLabel.append(this._off, label('off'));
    return element(
      'div',
      {
        class: 'qvirt-wall-tools',
        role: 'group',
        'aria-label': label('tools')
      },
      this._title,
      this._count,
      this._tagLabel,
      this._offLabel,
      element('label', {}, label('size'), size)
    );
  }

  private _draw(state: IWallState): void {
    this._interval = state.interval;
    this._title.textContent = state.title;
    this._count.textContent = text(this._model, 'count').replace(
      '{count}',
      String(state.tiles.length)
    );
    this._count.hidden = state.tiles.length === 0;
    this._empty.textContent = state.empty;
    this._empty.hidden = state.tiles.length > 0;
    this._offLabel.hidden = state.off === null;
    this._off.checked = state.off === true;
    const tags = [...new Set([...state.tags, state.tag])].filter(Boolean);
    this._tagLabel.hidden = tags.length === 0;
    this._tag.replaceChildren(
      element('option', { value: '' }, text(this._model, 'allTags')),
      ...tags.map(tag => element('option', { value: tag }, tag))
    );
    this._tag.value = state.tag;
    this._drawTiles(state);
  }

  private _drawTiles(state: IWallState): void {
    const wanted = new Set(state.tiles.map(({ id }) => id));
    for (const [id, tile] of this._tiles) {
      if (!wanted.has(id)) {
        this._eye.unobserve(tile.node);
        this._seen.delete(id);
        tile.dispose();
        this._tiles.delete(id);
      }
    }
    const words = {
      open: text(this._model, 'open'),
      waiting: text(this._model, 'waiting')
    };
    state.tiles.forEach((each, place) => {
      let tile = this._tiles.get(each.id);
      if (tile) {
        tile.draw(each);
      } else {
        tile = new Tile(each, words, id =>
          say(this._model, { type: 'press', id })
        );
        this._tiles.set(each.id, tile);
        this._eye.observe(tile.node);
      }
      // One that stays where it is keeps the focus.
      if (this._list.children[place] !== tile.node) {
        this._list.insertBefore(tile.node, this._list.children[place] ?? null);
      }
    });
    if (!this._list.querySelector('[tabindex="0"]')) {
      this._rove(this._ordered[0]);
    }
    this._lookSoon();
  }

  private get _ordered(): Tile[] {
    return [...this._list.children].flatMap(node => {
      const { id } = (node.firstElementChild as HTMLElement).dataset;
      return this._tiles.get(id ?? '') ?? [];
    });
  }

  // -- pictures ---------------------------------------------------------------------------------

  private readonly _receive = (message: IWallPicture, buffers?: DataView[]) => {
    if (message.type === 'picture' && message.version === VERSION) {
      const [picture] = buffers ?? [];
      if (picture) {
        this._tiles.get(message.id)?.show(picture);
      }
    }
  };

  private readonly _onVisibility = () => this._lookSoon();

  private _lookSoon(): void {
    window.clearTimeout(this._timer);
    this._timer = window.setTimeout(() => this._look(), GATHER);
  }

  /** Ask for pictures, now and each time that the interval is over, while somebody sees a tile. */
  private _look(): void {
    window.clearTimeout(this._timer);
    if (document.visibilityState !== 'visible') {
      return;
    }
    const seen = [...this._seen].flatMap(id => this._tiles.get(id) ?? []);
    const ids = seen.filter(({ state }) => state.live).map(idOf);
    const missing = seen
      .filter(({ state, hasPicture }) => !state.dark && !hasPicture)
      .map(idOf);
    if (ids.length > 0 || missing.length > 0) {
      say(this._model, { type: 'look', ids, missing });
    }
    if (ids.length > 0) {
      this._timer = window.setTimeout(() => this._look(), this._interval);
    }
  }

  // -- keys -------------------------------------------------------------------------------------

  private _move(event: KeyboardEvent): void {
    const tiles = this._ordered;
    const now = tiles.findIndex(
      ({ button }) => button === document.activeElement
    );
    const next = tiles[this._target(event.key, now, tiles)];
    if (now < 0 || !next) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    this._rove(next);
    next.button.focus();
  }

  private _target(key: string, now: number, tiles: Tile[]): number {
    const top = tiles[0]?.node.offsetTop;
    const after = tiles.findIndex(({ node }) => node.offsetTop !== top);
    const columns = after > 0 ? after : tiles.length;
    switch (key) {
      case 'ArrowRight':
        return now + 1;
      case 'ArrowLeft':
        return now - 1;
      case 'ArrowDown':
        return now + columns;
      case 'ArrowUp':
        return now - columns;
      case 'Home':
        return 0;
      case 'End':
        return tiles.length - 1;
      default:
        return -1;
    }
  }

  private _rove(current: Tile | undefined): void {
    if (current) {
      this._tiles.forEach(({ button }) => {
        button.tabIndex = button === current.button ? 0 : -1;
      });
    }
  }

  private readonly _tiles = new Map<string, Tile>();
  private readonly _seen = new Set<string>();
  private readonly _eye: IntersectionObserver;
  private readonly _list: HTMLUListElement;
  private readonly _stop: () => void;
  private readonly _title = element('h2', {});
  private readonly _count = element('span', {
    class: 'qvirt-muted',
    role: 'status'
  });
  private readonly _tagLabel = element('label', {});
  private readonly _tag = element('select', {});
  private readonly _offLabel = element('label', {});
  private readonly _off = element('input', { type: 'checkbox' });
  private readonly _empty = element('p', { class: 'qvirt-wall-empty' });
  private _interval = 0;
  private _timer = 0;
}

function idOf({ state }: Tile): string {
  return state.id;
}

function keptSize(): Size {
  const kept = localStorage.getItem(SIZE_KEY);
  return SIZES.find(name => name === kept) ?? 'medium';
}
