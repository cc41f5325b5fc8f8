/** How the inputs of a form stand: under headings, the rarer ones folded away. */
import { element } from './dom';
import { FormField } from './formField';
import { IField } from './formMessages';

/** Fields under the heading of their group, in order; those without one stand free. */
export function grouped(
  states: IField[],
  fields: Map<string, FormField>,
  advanced: string
): HTMLElement[] {
  const folded = states.filter(state => state.advanced);
  const made = inGroups(
    states.filter(state => !state.advanced),
    fields
  );
  if (folded.length > 0) {
    made.push(
      element(
        'details',
        { class: 'qvirt-form-advanced' },
        element('summary', {}, advanced),
        ...inGroups(folded, fields)
      )
    );
  }
  return made;
}

function inGroups(
  states: IField[],
  fields: Map<string, FormField>
): HTMLElement[] {
  const groups = new Map<string, HTMLElement>();
  for (const state of states) {
    let group = groups.get(state.group);
    if (!group) {
      group = state.group
        ? element('fieldset', {}, element('legend', {}, state.group))
        : element('div', { class: 'qvirt-form-group' });
      groups.set(state.group, group);
    }
    const field = fields.get(state.name);
    if (field) {
      group.append(field.node);
    }
  }
  return [...groups.values()];
}

/** Hide the headings of which no field is shown. */
export function hideEmptyGroups(place: HTMLElement, states: IField[]): void {
  const shown = new Set(states.filter(s => s.shown).map(s => s.name));
  for (const group of place.querySelectorAll<HTMLElement>(
    'fieldset, details, .qvirt-form-group'
  )) {
    group.hidden = ![
      ...group.querySelectorAll<HTMLElement>('.qvirt-form-field')
    ].some(field => shown.has(field.dataset.name ?? ''));
  }
}
