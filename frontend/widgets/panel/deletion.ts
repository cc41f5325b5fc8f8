import { IDeletionRow, IDeletionState } from './deletionMessages';
import { button, element, follow, redraw, say, text } from './dom';
import { FocusReturn } from './focusReturn';
import { IModel } from './messages';

let dialogsMade = 0;

/** The delete dialog: machines and files with ticks, then what became of each. */
export function renderDeletion(model: IModel, root: HTMLElement): () => void {
  const focus = new FocusReturn(root);
  dialogsMade += 1;
  const id = `qvirt-deletion-${dialogsMade}`;
  const view = `${Date.now()} ${dialogsMade}`;
  /** Ticks that the kernel has not answered yet stay as they were made. */
  let ticks = 0;
  let wasDrawn = false;
  const title = element('h3', { id });
  const words = element('p', { class: 'qvirt-muted', role: 'status' });
  const problem = element('p', { class: 'qvirt-form-error', role: 'alert' });
  const rows = element('tbody');
  const all = check('all', text(model, 'all'));
  const result = element('th', { scope: 'col' }, text(model, 'result'));
  const machines = element('th', { scope: 'col' }, text(model, 'machines'));
  const reason = element('th', { scope: 'col' }, text(model, 'reason'));
  const table = element(
    'div',
    { class: 'qvirt-deletion-table' },
    element(
      'table',
      { 'aria-labelledby': id },
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          element('th', { scope: 'col' }, all),
          ...['what', 'path'].map(heading),
          machines,
          element(
            'th',
            { scope: 'col', class: 'qvirt-deletion-size' },
            text(model, 'size')
          ),
          reason,
          result
        )
      ),
      rows
    )
  );
  const total = element('p', { class: 'qvirt-deletion-total' });
  const force = check('force', '');
  const forceWords = element('span');
  const forceLabel = element(
    'label',
    { class: 'qvirt-check qvirt-deletion-force' },
    force,
    forceWords
  );
  const bar = element('progress', { max: '1' });
  const step = element('span', { class: 'qvirt-muted' });
  const progress = element(
    'div',
    { class: 'qvirt-deletion-progress', role: 'status' },
    bar,
    step
  );
  const buttons = element('div', { class: 'qvirt-page-buttons' });
  const box = element(
    'section',
    { class: 'qvirt-form qvirt-deletion', 'aria-labelledby': id },
    title,
    words,
    problem,
    table,
    total,
    forceLabel,
    progress,
    buttons
  );
  root.append(box);
  box.addEventListener('keydown', event => {
    // No key of an answer is meant for JupyterLab.
    event.stopPropagation();
    if (event.key === 'Escape') {
      event.preventDefault();
      say(model, { type: 'press', id: 'close' });
    }
  });

  function heading(name: string): HTMLElement {
    return element('th', { scope: 'col' }, text(model, name));
  }

  function check(row: string, label: string): HTMLInputElement {
    const made = element('input', {
      type: 'checkbox',
      'aria-label': label || undefined,
      'data-focus': row
    });
    made.addEventListener('change', () => {
      ticks += 1;
      say(model, {
        type: 'tick',
        id: row,
        ticked: made.checked,
        view,
        number: ticks
      });
    });
    return made;
  }

  function draw(row: IDeletionRow, state: IDeletionState): HTMLElement {
    const tick = check(
      row.id,
      `${text(model, 'delete')} ${row.path || row.what}`
    );
    tick.checked = row.ticked;
    tick.disabled = row.fixed || state.phase !== 'choosing';
    const made = element(
      'tr',
      { class: row.machine ? 'qvirt-deletion-machine' : undefined },
      element('td', {}, tick),
      element('td', {}, row.what),
      element('th', { scope: 'row' }, row.path)
    );
    if (!machines.hidden) {
      made.append(element('td', {}, row.machines));
    }
    made.append(element('td', { class: 'qvirt-deletion-size' }, row.size));
    made.append(
      result.hidden
        ? element('td', {}, row.reason)
        : element(
            'td',
            { class: `qvirt-outcome-${row.outcome}` },
            element('strong', {}, row.outcomeLabel),
            row.outcomeReason ? ` ${row.outcomeReason}` : ''
          )
    );
    return made;
  }

  const end = follow(model, (state: IDeletionState) => {
    if (
      state.phase === 'choosing' &&
      state.view === view &&
      state.answered < ticks
    ) {
      // It does not know yet what was ticked here: the next one does.
      return;
    }
    const had = box.contains(document.activeElement);
    title.textContent = state.title;
    show(words, state.text);
    show(problem, state.problem);
    show(total, state.total);
    const files = state.rows.filter(row => !row.machine);
    const free = files.filter(row => !row.fixed);
    all.disabled = free.length === 0 || state.phase !== 'choosing';
    all.checked = free.length > 0 && free.every(row => row.ticked);
    all.indeterminate = !all.checked && free.some(row => row.ticked);
    machines.hidden = state.rows.every(row => row.machines === '');
    result.hidden = state.rows.every(row => row.outcome === '');
    reason.hidden = !result.hidden;
    table.hidden = state.rows.length === 0;
    redraw(
      rows,
      state.rows.map(row => draw(row, state))
    );
    forceLabel.hidden = state.force === '';
    forceWords.textContent = state.force;
    force.checked = state.forced;
    progress.hidden = state.phase !== 'deleting' && state.phase !== 'looking';
    if (state.progress === null) {
      bar.removeAttribute('value');
    } else {
      bar.value = state.progress;
    }
    step.textContent = state.step;
    redraw(
      buttons,
      state.buttons.map(spec =>
        button(spec, () => say(model, { type: 'press', id: spec.id }))
      )
    );
    if (!wasDrawn) {
      box.scrollIntoView({ block: 'nearest' });
    }
    if (!wasDrawn || (had && !box.contains(document.activeElement))) {
      // What deletes is not one stray Enter away.
      buttons.querySelector<HTMLElement>('.qvirt-plain')?.focus();
    }
    wasDrawn = true;
  });
  return () => {
    end();
    focus.give();
  };
}

function show(part: HTMLElement, words: string): void {
  part.textContent = words;
  part.hidden = words === '';
}
