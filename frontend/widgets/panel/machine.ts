import { button, element, follow, redraw, say, text } from './dom';
import { IMachineState, IModel } from './messages';

/** The head of a machine's tab: what it is called, what it does, and what can be done. */
export function renderMachine(model: IModel, root: HTMLElement): () => void {
  root.classList.add('qvirt-machine');
  const name = element('div', { class: 'qvirt-machine-name' });
  const state = element('div', {
    class: 'qvirt-machine-state',
    role: 'status',
    'aria-live': 'polite'
  });
  const toolbar = element('div', {
    class: 'qvirt-machine-buttons',
    role: 'toolbar',
    'aria-label': text(model, 'actions')
  });
  root.append(
    element('div', { class: 'qvirt-machine-head' }, name, state),
    toolbar
  );

  // The toolbar pattern of ARIA: one stop for Tab, arrows inside.
  toolbar.addEventListener('keydown', event => {
    const buttons = [...toolbar.querySelectorAll('button')];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const to = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      Home: 0,
      End: buttons.length - 1
    }[event.key];
    if (at >= 0 && to !== undefined) {
      event.preventDefault();
      buttons[(to + buttons.length) % buttons.length]?.focus();
    }
  });
  toolbar.addEventListener('focusin', event => {
    for (const found of toolbar.querySelectorAll('button')) {
      found.tabIndex = found === event.target ? 0 : -1;
    }
  });

  return follow(model, (machine: IMachineState) => {
    name.replaceChildren(element('h2', {}, machine.title));
    if (machine.name !== machine.title) {
      name.append(element('span', { class: 'qvirt-muted' }, machine.name));
    }
    state.replaceChildren(
      element('span', {
        class: `qvirt-state-mark qvirt-state-${machine.state}`,
        'aria-hidden': 'true'
      }),
      element('span', { class: 'qvirt-state-label' }, machine.stateLabel)
    );
    if (machine.reason) {
      state.append(element('span', { class: 'qvirt-muted' }, machine.reason));
    }
    if (machine.pending) {
      state.append(
        element('span', { class: 'qvirt-machine-pending' }, machine.pending)
      );
    }
    redraw(
      toolbar,
      machine.buttons.map(spec =>
        button(spec, () => say(model, { type: 'press', id: spec.id }))
      )
    );
    toolbar.querySelectorAll('button').forEach((found, index) => {
      found.tabIndex =
        found === document.activeElement ||
        (index === 0 && !toolbar.contains(document.activeElement))
          ? 0
          : -1;
    });
  });
}
