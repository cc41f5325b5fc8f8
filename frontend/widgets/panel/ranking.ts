import { element, follow, redraw, say, text } from './dom';
import { IModel, IRanked, IRankingState } from './messages';

/** The running machines as a table; what each takes is a figure with a bar behind it. */
export function renderRanking(model: IModel, root: HTMLElement): () => void {
  root.classList.add('qvirt-ranking');
  const id = `qvirt-ranking-${crypto.getRandomValues(new Uint32Array(1))[0]}`;

  function cell({ text: value, share }: IRanked['cells'][number]): HTMLElement {
    const made = element('td', {}, value);
    made.style.setProperty('--qvirt-share', `${share * 100}%`);
    return made;
  }

  function row(machine: IRanked): HTMLElement {
    const name = element(
      'button',
      {
        type: 'button',
        class: 'qvirt-ranking-name',
        'data-focus': machine.id
      },
      machine.name
    );
    name.addEventListener('click', () =>
      say(model, { type: 'press', id: machine.id })
    );
    return element(
      'tr',
      { 'data-machine': machine.id },
      element('th', { scope: 'row' }, name),
      ...machine.cells.map(cell)
    );
  }

  function heading(
    column: IRankingState['columns'][number],
    by: string
  ): HTMLElement {
    const sort = element(
      'button',
      {
        type: 'button',
        title: text(model, 'sort'),
        'data-focus': `sort-${column.id}`
      },
      column.label
    );
    sort.addEventListener('click', () =>
      say(model, { type: 'sort', id: column.id })
    );
    return element(
      'th',
      {
        scope: 'col',
        'aria-sort': column.id === by ? 'descending' : undefined
      },
      sort
    );
  }

  return follow(model, (state: IRankingState) => {
    const title = element('h3', { id }, text(model, 'caption'));
    if (state.rows.length === 0) {
      const none = element('p', { class: 'qvirt-muted' }, text(model, 'none'));
      redraw(root, [title, none]);
      return;
    }
    const head = element(
      'tr',
      {},
      element('th', { scope: 'col' }, text(model, 'name')),
      ...state.columns.map(column => heading(column, state.by))
    );
    const table = element(
      'table',
      { 'aria-labelledby': id },
      element('thead', {}, head),
      element('tbody', {}, ...state.rows.map(row))
    );
    const more = element('p', { class: 'qvirt-muted' }, state.more);
    redraw(root, state.more ? [title, table, more] : [title, table]);
  });
}
