import { BootOrder } from './bootOrder';
import { IEffect, IPageState } from './detailsMessages';
import { button, element, follow, redraw, say, text } from './dom';
import { FolderBrowser } from './folderBrowser';
import { FormField } from './formField';
import { grouped, hideEmptyGroups } from './formGroups';
import { IField } from './formMessages';
import { KindChoice } from './kindChoice';
import { IModel } from './messages';
import { StorageBrowser } from './storageBrowser';

/** What the name of an input ends with that takes a stored secret away. */
const AWAY = ' away';

let pagesMade = 0;

/** The page in front: what it says, its inputs, what applying does, and the buttons. */
export function renderPage(model: IModel, root: HTMLElement): () => void {
  root.classList.add('qvirt-page');
  const words = (name: string) => text(model, name);
  pagesMade += 1;
  const title = element('h3', { id: `qvirt-page-${pagesMade}` });
  const lead = element('p', { class: 'qvirt-page-lead' });
  const warning = element('p', { class: 'qvirt-page-warning', role: 'status' });
  const refused = element('p', { class: 'qvirt-page-warning' });
  const facts = element('dl', { class: 'qvirt-facts' });
  const place = element('div', { class: 'qvirt-form-fields' });
  const said = element('div', { class: 'qvirt-page-said', role: 'status' });
  const effects = element('section', {
    class: 'qvirt-page-effects',
    'aria-label': words('effects'),
    'aria-live': 'polite'
  });
  const effectList = element('div');
  const diffText = element('pre', { tabindex: '0' });
  const diff = element(
    'details',
    { class: 'qvirt-page-diff' },
    element('summary', {}, words('diff')),
    diffText
  );
  const previewText = element('pre', { tabindex: '0' });
  const preview = element(
    'details',
    { class: 'qvirt-page-diff qvirt-page-preview' },
    element('summary', {}, words('xml')),
    previewText
  );
  const effectTitle = element('h4');
  effects.append(effectTitle, effectList, diff);
  const problem = element('p', { class: 'qvirt-form-error', role: 'alert' });
  const buttons = element('div', { class: 'qvirt-page-buttons' });
  const form = element('form', {
    class: 'qvirt-form qvirt-page-form',
    'aria-labelledby': title.id,
    novalidate: true
  });
  const boot = new BootOrder(words, chosen => {
    edits += 1;
    const key = state?.key ?? '';
    say(model, { type: 'order', key, chosen, number: edits });
    return edits;
  });
  const kinds = new KindChoice(words, id => say(model, { type: 'kind', id }));
  const storage = new StorageBrowser(words, said => say(model, said));
  const folders = new FolderBrowser(
    words,
    said => say(model, said),
    field => fields.get(field)?.focusBrowse()
  );
  form.append(
    title,
    kinds.node,
    lead,
    warning,
    refused,
    facts,
    boot.node,
    place,
    said,
    effects,
    preview,
    problem,
    buttons
  );
  root.append(storage.node, form);

  let state: IPageState | undefined;
  let fields = new Map<string, FormField>();
  let signature = '';
  let edits = 0;
  let attempt = 0;

  const press = (id: string) =>
    say(model, { type: 'press', id, item: state?.key ?? '' });

  form.addEventListener('submit', event => event.preventDefault());
  form.addEventListener('keydown', event => {
    // What is typed here is not meant for JupyterLab's shortcuts.
    event.stopPropagation();
    const { target } = event;
    if (event.key === 'Escape' && state?.dirty) {
      event.preventDefault();
      press('cancel');
    } else if (event.key === 'Enter' && isOneLine(target)) {
      event.preventDefault();
      // What is typed into the field counts first.
      (target as HTMLElement).dispatchEvent(new Event('change'));
      press(state?.kinds.length ? 'add' : 'apply');
    }
  });
  for (const folded of [diff, preview]) {
    folded.addEventListener('toggle', () =>
      say(model, { type: 'diff', wanted: folded.open })
    );
  }

  function build(next: IPageState, isSamePage: boolean): void {
    const unfolded = isSamePage && isUnfolded(place);
    const focused = isSamePage ? focusedField() : undefined;
    fields.forEach(field => field.isSecret && field.takeSecret());
    const { key } = next;
    fields = new Map(
      next.fields.map(field => [
        field.name,
        new FormField(field, {
          words,
          edited: (name, value) => {
            edits += 1;
            if (name.endsWith(AWAY) && value === 'true') {
              fields.get(name.slice(0, -AWAY.length))?.takeSecret();
            }
            say(model, { type: 'edit', key, name, value, number: edits });
            return edits;
          },
          revert: name => say(model, { type: 'revert', key, name }),
          browse: name => say(model, { type: 'browse', key, name })
        })
      ])
    );
    place.replaceChildren(...grouped(next.fields, fields, words('advanced')));
    const folded = place.querySelector('details');
    if (folded && unfolded) {
      folded.open = true;
    }
    fields.get(focused ?? '')?.focus();
  }

  function draw(next: IPageState): void {
    const isSamePage = state?.key === next.key;
    const isSameDraft = isSamePage && state?.draft === next.draft;
    const wanted = JSON.stringify([
      next.key,
      next.fields.map(field => [
        field.name,
        field.kind,
        field.group,
        field.advanced,
        field.browse
      ])
    ]);
    state = next;
    // JupyterLab asks before it closes a tab that has something of this.
    root.dataset.dirty = String(next.dirty);
    root.dataset.asks = String(next.asks);
    // Others may show the same page: all count on from the same number.
    edits = Math.max(edits, next.answered);
    title.textContent = next.title;
    line(lead, next.lead);
    line(warning, next.warning);
    line(refused, next.refused);
    drawFacts(next);
    boot.draw(next.boot, next.refused, !isSameDraft, next.answered);
    kinds.draw(next.kinds);
    form.hidden = next.storage !== null;
    storage.draw(next.storage);
    if (wanted !== signature) {
      signature = wanted;
      build(next, isSamePage);
    } else {
      if (!isSameDraft) {
        fields.forEach(field => field.isSecret && field.takeSecret());
      }
      next.fields.forEach(field =>
        fields.get(field.name)?.update(field, !isSameDraft, next.answered)
      );
    }
    hideEmptyGroups(place, next.fields);
    folders.draw(next.folders, fields.get(next.folders?.field ?? '')?.node);
    sayReasonsOnce(next.fields);
    if (!isSamePage) {
      diff.open = false;
      preview.open = false;
      form.scrollTop = 0;
    }
    said.replaceChildren(...next.said.map(each => element('p', {}, each)));
    drawEffects(next);
    line(problem, next.problem);
    drawButtons(next);
    if (next.attempt !== attempt) {
      attempt = next.attempt;
      [...fields.values()].find(field => field.isWrong)?.focus();
    }
  }

  /** Several values in a row that are fixed for one reason say it once, below the last. */
  function sayReasonsOnce(states: IField[]): void {
    const shown = states.filter(field => field.shown && !field.advanced);
    shown.forEach((field, at) => {
      const isSaidBelow =
        Boolean(field.fixed) && shown[at + 1]?.fixed === field.fixed;
      fields
        .get(field.name)
        ?.node.classList.toggle('qvirt-mod-said-below', isSaidBelow);
    });
  }

  function drawFacts(next: IPageState): void {
    facts.hidden = next.facts.length === 0;
    facts.replaceChildren(
      ...next.facts.flatMap(fact => [
        element('dt', {}, fact.label),
        element('dd', {}, fact.value)
      ])
    );
  }

  function drawEffects(next: IPageState): void {
    effects.hidden = next.effects.length === 0;
    const moments: IEffect['when'][] = ['now', 'pending', 'next_boot', 'never'];
    effectList.replaceChildren(
      ...moments.flatMap(when => {
        const some = next.effects.filter(each => each.when === when);
        return some.length === 0
          ? []
          : [
              element('h5', { class: `qvirt-effect-${when}` }, words(when)),
              element(
                'ul',
                {},
                ...some.map(each =>
                  element(
                    'li',
                    {},
                    each.what,
                    ...(each.reason
                      ? [
                          element(
                            'span',
                            { class: 'qvirt-muted' },
                            ` ${each.reason}`
                          )
                        ]
                      : [])
                  )
                )
              )
            ];
      })
    );
    // Of a device that is to be added all is new: its XML is shown, and no difference.
    const isAdding = next.kinds.length > 0;
    effectTitle.textContent = words(isAdding ? 'adding' : 'effects');
    effects.setAttribute('aria-label', effectTitle.textContent);
    diff.hidden = isAdding;
    preview.hidden = !isAdding;
    for (const shown of [diffText, previewText]) {
      shown.textContent = next.diff;
      shown.hidden = next.diff === '';
    }
  }

  function drawButtons(next: IPageState): void {
    const isEditing = next.buttons.some(each => each.id === 'apply');
    const isAdding = next.buttons.some(each => each.id === 'add');
    buttons.hidden = isEditing && next.fields.length === 0;
    redraw(
      buttons,
      next.buttons.map(spec => {
        const made = button(
          {
            ...spec,
            reason:
              (isEditing || isAdding) && next.refused
                ? next.refused
                : spec.reason
          },
          () => press(spec.id)
        );
        const isIdle = !next.dirty && ['apply', 'cancel'].includes(spec.id);
        if (isIdle || next.busy) {
          made.setAttribute('aria-disabled', 'true');
        }
        return made;
      })
    );
  }

  function focusedField(): string | undefined {
    const active = document.activeElement as HTMLElement | null;
    return form.contains(active) ? active?.dataset.field : undefined;
  }

  const end = follow(model, draw);
  return () => {
    end();
    fields.forEach(field => field.isSecret && field.takeSecret());
  };
}

function line(place: HTMLElement, words: string): void {
  place.textContent = words;
  place.hidden = words === '';
}

function isUnfolded(place: HTMLElement): boolean {
  return place.querySelector('details')?.open ?? false;
}

function isOneLine(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLInputElement || target instanceof HTMLSelectElement
  );
}
