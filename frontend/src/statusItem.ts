/** The status bar's item: how many hosts, running machines and tasks; a click opens the manager. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import { managerIcon } from './icons';
import type { StatusMessage } from './labMessages';
import { MANAGER_PATH } from './panel';

export class StatusItem extends Widget {
  constructor(
    private readonly _trans: TranslationBundle,
    open: () => void
  ) {
    super();
    this.addClass('qvirt-StatusItem');
    this._button.type = 'button';
    this._button.addEventListener('click', open);
    this.node.append(this._button);
  }

  /** Whether there is something to show. */
  get hasNews(): boolean {
    return this._news !== undefined;
  }

  /** It became or ceased to be worth showing. */
  readonly newsChanged = new Signal<this, void>(this);

  /** A session's kernel counted, or is gone. */
  take(path: string, status: StatusMessage | null): void {
    if (status) {
      this._statuses.set(path, status);
    } else {
      this._statuses.delete(path);
    }
    const news = this._news;
    if (news) {
      this._draw(news);
    }
    this.newsChanged.emit();
  }

  /** The manager's counts; those of a notebook only where there is no manager. */
  private get _news(): StatusMessage | undefined {
    const [any] = this._statuses.values();
    return this._statuses.get(MANAGER_PATH) ?? any;
  }

  private _draw({ hosts, running, tasks }: StatusMessage): void {
    const trans = this._trans;
    const counts = [
      trans._n('%1 host', '%1 hosts', hosts),
      trans.__('%1 running', running)
    ];
    if (tasks > 0) {
      counts.push(trans._n('%1 task', '%1 tasks', tasks));
    }
    const text = document.createElement('span');
    text.textContent = counts.join(' · ');
    this._button.replaceChildren(
      managerIcon.element({ tag: 'span', stylesheet: 'statusBar' }),
      text
    );
    this._button.title = trans.__(
      'Connected hosts, running virtual machines, tasks under way. Click to open the manager.'
    );
  }

  private readonly _button = document.createElement('button');
  private readonly _statuses = new Map<string, StatusMessage>();
}
