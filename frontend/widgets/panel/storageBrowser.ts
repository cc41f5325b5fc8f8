import { IPool, IStorage, IVolume, StorageSaid } from './detailsMessages';
import { button, element, redraw } from './dom';
import { Words } from './formField';

let browsersMade = 0;

/** So many volumes are in the page at once; a search finds the others. */
const SHOWN = 300;

/** Pools on the left, the volumes of one on the right, below a new volume and any path. */
export class StorageBrowser {
  readonly node: HTMLElement;
  private readonly title: HTMLElement;
  private readonly pools = element('div', { class: 'qvirt-storage-pools' });
  private readonly search: HTMLInputElement;
  private readonly rows = element('tbody');
  private readonly none: HTMLElement;
  private readonly more = element('p', { class: 'qvirt-muted', hidden: true });
  private readonly problem: HTMLElement;
  private readonly warning = element('p', {
    class: 'qvirt-storage-warning',
    role: 'alert'
  });
  private readonly path: HTMLInputElement;
  private readonly making: HTMLElement;
  private readonly newName: HTMLInputElement;
  private readonly newSize: HTMLInputElement;
  private readonly newFormat: HTMLSelectElement;
  private state: IStorage | null = null;
  private before: HTMLElement | null = null;

  constructor(
    private readonly words: Words,
    private readonly say: (said: StorageSaid) => void
  ) {
    browsersMade += 1;
    const id = `qvirt-storage-${browsersMade}`;
    this.title = element('h3', { id });
    this.search = this.input(words('search'), 'search');
    this.search.addEventListener('input', () => this.filter());
    this.none = element('p', { class: 'qvirt-muted' }, words('noVolumes'));
    this.problem = element('p', { class: 'qvirt-form-error', role: 'alert' });
    this.path = this.input(words('path'));
    this.newName = this.input(words('newName'));
    this.newSize = this.input(words('size'));
    this.newSize.value = '20 GiB';
    this.newFormat = element('select', { 'aria-label': words('format') });
    this.making = this.makeMaking();
    this.node = element(
      'section',
      {
        class: 'qvirt-form qvirt-storage',
        'aria-labelledby': id,
        hidden: true
      },
      this.title,
      element(
        'div',
        { class: 'qvirt-storage-body' },
        this.pools,
        this.makeVolumes()
      ),
      this.making,
      this.makePath(),
      this.warning,
      this.problem,
      element(
        'div',
        { class: 'qvirt-page-buttons' },
        button({ id: 'close', label: words('close') }, () => this.close())
      )
    );
    this.node.addEventListener('keydown', event => this.key(event));
  }

  draw(state: IStorage | null): void {
    const wasOpen = this.state !== null;
    const isOtherPool = state?.pool !== this.state?.pool;
    const pathBefore = this.state?.path;
    this.state = state;
    if (!state) {
      this.node.hidden = true;
      if (wasOpen) {
        // Later, when the form behind it is shown again.
        const { before } = this;
        window.setTimeout(() => before?.isConnected && before.focus());
      }
      return;
    }
    if (!wasOpen) {
      this.before = document.activeElement as HTMLElement | null;
      this.search.value = '';
    }
    if (pathBefore !== state.path) {
      this.path.value = state.path;
    }
    this.node.hidden = false;
    this.title.textContent = state.title;
    redraw(
      this.pools,
      state.pools.map(pool => this.pool(pool, state.pool))
    );
    this.filter();
    this.problem.textContent = state.problem;
    this.problem.hidden = state.problem === '';
    this.warning.textContent = state.warning;
    this.warning.hidden = state.warning === '';
    this.making.hidden = !state.canCreate;
    if (
      !wasOpen ||
      isOtherPool ||
      this.newName.dataset.offered === this.newName.value
    ) {
      this.newName.value = this.newName.dataset.offered = state.newName;
    }
    const { value } = this.newFormat;
    this.newFormat.replaceChildren(
      ...state.formats.map(form => element('option', { value: form }, form))
    );
    if (state.formats.includes(value)) {
      this.newFormat.value = value;
    }
    if (!wasOpen) {
      this.node.scrollIntoView({ block: 'nearest' });
      (
        this.pools.querySelector<HTMLElement>('[aria-pressed=true]') ??
        this.search
      ).focus();
    }
  }

  private input(label: string, type = 'text'): HTMLInputElement {
    return element('input', {
      type,
      'aria-label': label,
      placeholder: label,
      autocomplete: 'off',
      spellcheck: 'false'
    });
  }

  private pool(pool: IPool, chosen: string): HTMLElement {
    const made = button(
      { id: `pool ${pool.id}`, label: pool.name, reason: pool.reason },
      () => this.say({ type: 'storage', wish: 'pool', id: pool.id })
    );
    made.setAttribute('aria-pressed', String(pool.id === chosen));
    made.append(
      element('span', { class: 'qvirt-muted' }, pool.space || pool.reason)
    );
    if (pool.share !== null) {
      const used = element('span', { class: 'qvirt-space-used' });
      used.style.width = `${100 * Math.min(1, pool.share)}%`;
      const bar = element(
        'span',
        { class: 'qvirt-space', 'aria-hidden': 'true' },
        used
      );
      bar.classList.toggle('qvirt-mod-warning', pool.share >= 0.9);
      made.append(bar);
    }
    return made;
  }

  private row(volume: IVolume, chosen: string): HTMLElement {
    const choose = button(
      {
        id: `volume ${volume.path}`,
        label: volume.name,
        reason: volume.reason
      },
      () => this.choose(volume.path)
    );
    choose.title = [volume.path, volume.reason].filter(Boolean).join('\n');
    return element(
      'tr',
      {
        'aria-current': volume.path === chosen ? 'true' : undefined
      },
      element('th', { scope: 'row' }, choose),
      element('td', {}, volume.format),
      element('td', {}, volume.size),
      element('td', {}, volume.users)
    );
  }

  private makeVolumes(): HTMLElement {
    const { words } = this;
    const heading = (name: string) =>
      element('th', { scope: 'col' }, words(name));
    return element(
      'div',
      { class: 'qvirt-storage-volumes' },
      element(
        'div',
        { class: 'qvirt-form-input' },
        this.search,
        button({ id: 'refresh', label: words('refresh') }, () =>
          this.say({
            type: 'storage',
            wish: 'refresh',
            id: this.state?.pool ?? ''
          })
        )
      ),
      element(
        'div',
        { class: 'qvirt-storage-table' },
        element(
          'table',
          { 'aria-label': words('volumes') },
          element(
            'thead',
            {},
            element(
              'tr',
              {},
              heading('volume'),
              heading('format'),
              heading('size'),
              heading('users')
            )
          ),
          this.rows
        ),
        this.none,
        this.more
      )
    );
  }

  private makeMaking(): HTMLElement {
    const { words } = this;
    return element(
      'fieldset',
      {},
      element('legend', {}, words('newVolume')),
      element(
        'div',
        { class: 'qvirt-form-input qvirt-storage-new' },
        this.newName,
        this.newSize,
        this.newFormat,
        button({ id: 'create', label: words('create') }, () => this.create())
      )
    );
  }

  private makePath(): HTMLElement {
    const { words } = this;
    return element(
      'fieldset',
      {},
      element('legend', {}, words('path')),
      element(
        'div',
        { class: 'qvirt-form-input' },
        this.path,
        button({ id: 'choose', label: words('choose') }, () =>
          this.choose(this.path.value)
        )
      )
    );
  }

  private filter(): void {
    const wanted = this.search.value.trim().toLocaleLowerCase();
    const { volumes, path, busy } = this.state ?? {
      volumes: [],
      path: '',
      busy: false
    };
    const found = volumes.filter(({ name, users }) =>
      `${name}\n${users}`.toLocaleLowerCase().includes(wanted)
    );
    redraw(
      this.rows,
      found.slice(0, SHOWN).map(volume => this.row(volume, path))
    );
    this.none.hidden = found.length > 0 || busy;
    this.more.hidden = found.length <= SHOWN;
    this.more.textContent = this.words('more').replace(
      '{count}',
      String(found.length - SHOWN)
    );
  }

  private key(event: KeyboardEvent): void {
    // What is typed here is not meant for JupyterLab's shortcuts.
    event.stopPropagation();
    const { target } = event;
    if (event.key === 'Escape') {
      event.preventDefault();
      this.close();
    } else if (event.key === 'Enter' && target instanceof HTMLInputElement) {
      event.preventDefault();
      if (target === this.path) {
        this.choose(target.value);
      } else if (target !== this.search) {
        this.create();
      }
    }
  }

  private choose(path: string): void {
    this.say({ type: 'storage', wish: 'choose', path });
  }

  private create(): void {
    this.say({
      type: 'storage',
      wish: 'create',
      name: this.newName.value,
      size: this.newSize.value,
      format: this.newFormat.value
    });
  }

  private close(): void {
    this.say({ type: 'storage', wish: 'close' });
  }
}
