import { TypeAhead } from '../grid/typeAhead';
import { button, element } from './dom';
import { Words } from './formField';
import { FolderSaid, IFolders } from './formMessages';

let browsersMade = 0;

/**
 * The folders in a folder of the host: a list box with the keyboard of one
 * (https://www.w3.org/WAI/ARIA/apg/patterns/listbox/). What is marked in it is chosen, or, while
 * nothing is marked, the folder that is shown.
 */
export class FolderBrowser {
  readonly node: HTMLElement;
  private readonly id: string;
  private readonly title: HTMLElement;
  private readonly chosen = element('code', { 'aria-live': 'polite' });
  private readonly list: HTMLElement;
  private readonly none: HTMLElement;
  private readonly status = element('p', {
    class: 'qvirt-form-help',
    role: 'status'
  });
  private readonly problem = element('p', {
    class: 'qvirt-form-error',
    role: 'alert'
  });
  private readonly up: HTMLButtonElement;
  private readonly ahead = new TypeAhead<string>(name => name);
  private state: IFolders | null = null;
  private active = -1;

  constructor(
    words: Words,
    private readonly say: (said: FolderSaid) => void,
    /** Called when it is left: the focus goes back to what opened it. */
    private readonly left: (field: string) => void
  ) {
    browsersMade += 1;
    this.id = `qvirt-folders-${browsersMade}`;
    this.title = element('strong', { id: `${this.id}-title` });
    this.title.textContent = words('folders');
    this.list = element('ul', {
      class: 'qvirt-folders-list',
      role: 'listbox',
      tabindex: '0',
      'aria-labelledby': `${this.id}-title`,
      'aria-describedby': `${this.id}-hint`
    });
    this.none = element('p', { class: 'qvirt-muted' }, words('noFolders'));
    this.up = button({ id: 'folder-up', label: words('folderUp') }, () =>
      this.goUp()
    );
    this.node = element(
      'section',
      {
        class: 'qvirt-folders',
        'aria-labelledby': `${this.id}-title`
      },
      element('p', {}, this.title, this.up),
      this.list,
      this.none,
      element(
        'p',
        { id: `${this.id}-hint`, class: 'qvirt-form-help' },
        words('folderHint')
      ),
      element('p', { class: 'qvirt-folders-chosen' }, this.chosen),
      this.status,
      this.problem,
      element(
        'div',
        { class: 'qvirt-question-buttons' },
        button({ id: 'folder-choose', label: words('folderChoose') }, () =>
          this.say({ type: 'folders', wish: 'choose', path: this.candidate })
        ),
        button({ id: 'folder-close', label: words('folderClose') }, () =>
          this.say({ type: 'folders', wish: 'close' })
        )
      )
    );
    this.listen();
  }

  /** Show it below its field, or no more. */
  draw(state: IFolders | null, field: HTMLElement | undefined): void {
    const before = this.state;
    this.state = state;
    if (!state || !field) {
      const hadFocus = this.node.contains(document.activeElement);
      this.node.remove();
      if (before && hadFocus) {
        this.left(before.field);
      }
      return;
    }
    if (field.nextElementSibling !== this.node) {
      field.after(this.node);
    }
    if (
      before?.path !== state.path ||
      JSON.stringify(before.folders) !== JSON.stringify(state.folders)
    ) {
      this.list.replaceChildren(
        ...state.folders.map((name, at) => this.option(name, at))
      );
      this.list.scrollTop = 0;
      this.active = -1;
    }
    this.list.setAttribute('aria-busy', String(state.busy !== ''));
    this.list.classList.toggle('qvirt-mod-busy', state.busy !== '');
    this.none.hidden =
      state.folders.length > 0 || state.busy !== '' || state.path === '';
    if (state.parent === '') {
      this.up.setAttribute('aria-disabled', 'true');
    } else {
      this.up.removeAttribute('aria-disabled');
    }
    this.status.textContent = state.busy || state.note;
    this.problem.textContent = state.problem;
    this.problem.hidden = state.problem === '';
    this.mark(this.active);
    if (!before) {
      this.node.scrollIntoView({ block: 'nearest' });
      this.list.focus({ preventScroll: true });
    }
  }

  private option(name: string, at: number): HTMLElement {
    return element('li', { id: `${this.id}-${at}`, role: 'option' }, name);
  }

  /** What would be taken now. */
  private get candidate(): string {
    const { path = '', folders = [] } = this.state ?? {};
    const name = folders[this.active];
    return name === undefined ? path : joined(path, name);
  }

  private mark(at: number): void {
    this.active = at;
    [...this.list.children].forEach((option, place) =>
      option.setAttribute('aria-selected', String(place === at))
    );
    const option = this.list.children[at];
    if (option) {
      this.list.setAttribute('aria-activedescendant', option.id);
      option.scrollIntoView({ block: 'nearest' });
    } else {
      this.list.removeAttribute('aria-activedescendant');
    }
    this.chosen.textContent = this.candidate;
  }

  private open(at: number): void {
    const { path = '', folders = [] } = this.state ?? {};
    const name = folders[at];
    if (name !== undefined) {
      this.say({ type: 'folders', wish: 'open', path: joined(path, name) });
    }
  }

  private goUp(): void {
    if (this.state?.parent) {
      this.say({ type: 'folders', wish: 'open', path: this.state.parent });
    }
  }

  private listen(): void {
    const place = (event: Event) =>
      [...this.list.children].indexOf(
        (event.target as Element).closest('[role=option]') as Element
      );
    this.list.addEventListener('click', event => {
      const at = place(event);
      if (at >= 0) {
        this.mark(at);
      }
    });
    this.list.addEventListener('dblclick', event => this.open(place(event)));
    this.list.addEventListener('keydown', event => this.key(event));
    this.node.addEventListener('keydown', event => {
      if (event.key === 'Escape') {
        // It closes the list, not the form around it.
        event.preventDefault();
        event.stopPropagation();
        this.say({ type: 'folders', wish: 'close' });
      }
    });
  }

  private key(event: KeyboardEvent): void {
    const last = (this.state?.folders.length ?? 0) - 1;
    const moves: Partial<Record<string, number>> = {
      ArrowDown: Math.min(last, this.active + 1),
      ArrowUp: Math.max(0, this.active - 1),
      Home: 0,
      End: last
    };
    if (event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    const move = moves[event.key];
    if (move !== undefined) {
      this.mark(Math.min(last, move));
    } else if (event.key === 'Enter' || event.key === 'ArrowRight') {
      this.open(this.active);
    } else if (event.key === 'Backspace' || event.key === 'ArrowLeft') {
      this.goUp();
    } else if (event.key.length === 1) {
      const folders = this.state?.folders ?? [];
      const found = this.ahead.type(event, folders, this.active);
      this.mark(found === undefined ? this.active : folders.indexOf(found));
    } else {
      return;
    }
    event.preventDefault();
  }
}

function joined(path: string, name: string): string {
  return path === '/' ? `/${name}` : `${path}/${name}`;
}
