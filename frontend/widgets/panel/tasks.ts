import { copy } from './clipboard';
import { button, element, follow, redraw, say, text } from './dom';
import { IModel, ITask, ITaskPart, ITasksState } from './messages';

function span(seconds: number): string {
  if (seconds < 10) {
    return `${seconds.toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  return whole < 60
    ? `${whole} s`
    : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** The list of what was done: what, when, how long, with which outcome. */
export function renderTasks(model: IModel, root: HTMLElement): () => void {
  root.classList.add('qvirt-tasks');
  const box = element('details', { class: 'qvirt-tasks-box' });
  const heading = element('span', {});
  const last = element('span', {
    class: 'qvirt-tasks-last',
    role: 'status',
    'aria-live': 'polite'
  });
  const list = element('ol', { class: 'qvirt-tasks-list' });
  box.append(
    element('summary', { 'data-focus': 'tasks' }, heading, last),
    list
  );
  root.append(box);
  const opened = new Set<number>();
  const view = `qvirt-task-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  let tasks: ITask[] = [];

  function duration(task: ITask): string {
    if (task.duration !== null) {
      return span(task.duration);
    }
    return task.outcome === 'running'
      ? span(Math.max(0, Date.now() / 1000 - task.started))
      : '';
  }

  function bar(task: ITask): HTMLElement {
    const made = element('progress', {
      max: '1',
      'aria-label': task.phase || task.what
    });
    if (task.progress !== null) {
      made.value = task.progress;
    }
    return made;
  }

  /** What became of one of several machines. */
  function part({ what, outcome, outcomeLabel, error }: ITaskPart) {
    const outcomeClass = `qvirt-task-outcome qvirt-outcome-${outcome}`;
    const line = element(
      'div',
      { class: 'qvirt-task-part' },
      element('span', { class: 'qvirt-task-what' }, what),
      element('span', { class: outcomeClass }, outcomeLabel)
    );
    if (error) {
      line.append(element('pre', { tabindex: '0' }, error));
    }
    return line;
  }

  /** Who, when, in which words of Python, and why it failed. */
  function detailsOf(task: ITask): HTMLElement {
    const facts = element('dl', { class: 'qvirt-facts' });
    for (const { name, value } of task.facts) {
      facts.append(element('dt', {}, name), element('dd', {}, value));
    }
    const texts = [task.code, task.error].filter(found => found !== '');
    return element(
      'div',
      {
        class: 'qvirt-task-details',
        id: `${view}-${task.id}`,
        hidden: !opened.has(task.id)
      },
      facts,
      ...task.parts.map(part),
      ...texts.map(found => element('pre', { tabindex: '0' }, found))
    );
  }

  function row(task: ITask): HTMLElement {
    const line = element(
      'div',
      { class: 'qvirt-task-line' },
      element('span', { class: 'qvirt-task-what' }, task.what),
      ...(task.origin
        ? [element('span', { class: 'qvirt-task-origin' }, task.origin)]
        : []),
      element('span', { class: 'qvirt-task-when' }, task.when),
      element(
        'span',
        { class: 'qvirt-task-duration', 'data-task': `${task.id}` },
        duration(task)
      ),
      element(
        'span',
        { class: `qvirt-task-outcome qvirt-outcome-${task.outcome}` },
        task.outcomeLabel
      )
    );
    const buttons = element('span', { class: 'qvirt-task-buttons' });
    const details = detailsOf(task);
    const more = button(
      { id: `details-${task.id}`, label: text(model, 'details') },
      () => {
        details.hidden = !details.hidden;
        more.setAttribute('aria-expanded', String(!details.hidden));
        if (details.hidden) {
          opened.delete(task.id);
        } else {
          opened.add(task.id);
        }
      }
    );
    more.setAttribute('aria-expanded', String(!details.hidden));
    more.setAttribute('aria-controls', details.id);
    buttons.append(more);
    if (task.canCancel) {
      buttons.append(
        button({ id: `cancel-${task.id}`, label: text(model, 'cancel') }, () =>
          say(model, { type: 'cancel', id: task.id })
        )
      );
    }
    if (task.code) {
      const spec = {
        id: `copy-${task.id}`,
        label: text(model, 'copy'),
        icon: 'copy'
      };
      const made = button(spec, () => {
        void copy(task.code).then(() => {
          made.classList.add('qvirt-copied');
          last.textContent = text(model, 'copied');
        });
      });
      made.title = task.code;
      buttons.append(made);
    }
    line.append(buttons);
    const item = element('li', { 'data-task-row': `${task.id}` }, line);
    if (task.outcome === 'running') {
      item.append(bar(task));
      if (task.phase) {
        item.append(element('span', { class: 'qvirt-task-phase' }, task.phase));
      }
    }
    item.append(details);
    return item;
  }

  const clock = window.setInterval(() => {
    for (const task of tasks) {
      if (task.outcome === 'running') {
        const cell = list.querySelector(`[data-task="${task.id}"]`);
        if (cell) {
          cell.textContent = duration(task);
        }
      }
    }
  }, 1000);

  const stop = follow(model, (state: ITasksState) => {
    tasks = state.tasks;
    const busy = tasks.filter(
      task => task.outcome === 'running' || task.outcome === 'queued'
    ).length;
    heading.textContent = busy
      ? `${text(model, 'tasks')} (${busy})`
      : text(model, 'tasks');
    const newest = tasks[0];
    last.textContent = newest
      ? `${newest.what}: ${newest.outcomeLabel}`
      : text(model, 'none');
    redraw(list, tasks.map(row));
  });
  return () => {
    window.clearInterval(clock);
    stop();
  };
}
