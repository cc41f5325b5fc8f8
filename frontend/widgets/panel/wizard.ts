import { copy } from './clipboard';
import { button, element, follow, redraw, say, text } from './dom';
import { FormField } from './formField';
import { grouped } from './formGroups';
import { IModel } from './messages';
import { StorageBrowser } from './storageBrowser';
import { SystemSearch } from './systemSearch';
import { UploadPlace } from './upload';
import { IStep, ISummaryLine, IWizardState } from './wizardMessages';
import { RunView, TextView } from './wizardRun';
import { WayChoice } from './wayChoice';

let wizardsMade = 0;

/** From the tab that is closed: cancel what is under way, and close when that is over. */
const ABANDON = 'qvirt-abandon';

/** A new machine, page by page: Enter goes on, Alt+Left goes back. */
export function renderWizard(model: IModel, root: HTMLElement): () => void {
  root.classList.add('qvirt-wizard');
  const words = (name: string) => text(model, name);
  wizardsMade += 1;
  const title = element('h2', { id: `qvirt-wizard-${wizardsMade}` });
  const steps = element('ol', {
    class: 'qvirt-wizard-steps',
    'aria-label': words('steps')
  });
  const lead = element('h3', { tabindex: '-1' });
  const note = element('p', { class: 'qvirt-wizard-note' });
  const warnings = element('div', { class: 'qvirt-wizard-warnings' });
  const place = element('div', { class: 'qvirt-form-fields' });
  // Where all is one page, the name follows the system that suggests it.
  const last = element('div', { class: 'qvirt-form-fields' });
  const summary = element('section', {
    class: 'qvirt-wizard-summary',
    'aria-label': words('summary')
  });
  const busy = element('p', { class: 'qvirt-wizard-busy', role: 'status' });
  const problem = element('p', { class: 'qvirt-form-error', role: 'alert' });
  const buttons = element('div', { class: 'qvirt-page-buttons' });
  const ways = new WayChoice(words('ways'), id =>
    say(model, { type: 'kind', id })
  );
  const systems = new SystemSearch(words, said => say(model, said));
  const storage = new StorageBrowser(words, said => say(model, said));
  const upload = new UploadPlace(model, words, root);
  const run = new RunView(words);
  const written = new TextView(words, copy);
  const page = element(
    'form',
    {
      class: 'qvirt-form qvirt-wizard-page',
      'aria-labelledby': title.id,
      novalidate: true
    },
    lead,
    note,
    warnings,
    ways.node,
    place,
    upload.node,
    systems.node,
    last,
    summary,
    run.node,
    written.node,
    busy,
    problem,
    buttons
  );
  root.append(
    title,
    element(
      'div',
      { class: 'qvirt-wizard-body' },
      steps,
      element('div', { class: 'qvirt-wizard-front' }, storage.node, page)
    )
  );

  let state: IWizardState | undefined;
  let fields = new Map<string, FormField>();
  let signature = '';
  let edits = 0;
  let attempt = 0;

  const press = (id: string) => say(model, { type: 'press', id });

  const abandon = () => press('abandon');
  root.addEventListener(ABANDON, abandon);
  page.addEventListener('submit', event => event.preventDefault());
  page.addEventListener('keydown', event => {
    // What is typed here is not meant for JupyterLab's shortcuts.
    event.stopPropagation();
    if (event.key === 'ArrowLeft' && event.altKey) {
      event.preventDefault();
      press('back');
    } else if (event.key === 'Enter' && goesOn(event.target)) {
      event.preventDefault();
      press('next');
    }
  });

  function edited(name: string, value: string): number {
    edits += 1;
    say(model, { type: 'edit', name, value, number: edits });
    return edits;
  }

  function build(next: IWizardState): void {
    const focused = (document.activeElement as HTMLElement | null)?.dataset
      .field;
    fields.forEach(field => field.isSecret && field.takeSecret());
    fields = new Map(
      next.fields.map(field => [
        field.name,
        new FormField(field, {
          words,
          edited,
          browse: name => say(model, { type: 'browse', name }),
          mend: (name, waives) => say(model, { type: 'mend', name, waives })
        })
      ])
    );
    place.replaceChildren(...grouped(next.fields, fields, words('advanced')));
    const isQuick = next.steps.length === 0;
    const name = isQuick ? fields.get('name') : undefined;
    last.replaceChildren(...(name ? [name.node] : []));
    const source = next.fields.find(field => field.browse);
    const beside = source && fields.get(source.name);
    (beside?.node ?? place).after(upload.node);
    fields.get(focused ?? '')?.focus();
  }

  function draw(next: IWizardState): void {
    const before = state;
    state = next;
    // Others may show the same wizard: all count on from the same number.
    edits = Math.max(edits, next.answered);
    const wanted = JSON.stringify([
      next.page,
      next.fields.map(field => [field.name, field.kind, field.browse])
    ]);
    title.textContent = next.title;
    drawSteps(next.steps);
    lead.textContent = next.lead;
    lead.hidden = next.lead === '';
    note.textContent = next.note;
    note.hidden = next.note === '';
    warnings.replaceChildren(
      ...next.warnings.map(each =>
        element('p', { class: 'qvirt-page-warning' }, each)
      )
    );
    // Closing the tab asks where this says something.
    root.dataset.leaving = next.leaving;
    root.dataset.goesOn = String(next.goesOn);
    root.dataset.abandons = 'true';
    // The form of such a page stands below, with the buttons.
    const isBelow = next.buttons.length === 0;
    root.classList.toggle('qvirt-mod-above', isBelow);
    page.hidden = isBelow || next.storage !== null;
    storage.draw(next.storage);
    const isMaking = next.run?.running ?? false;
    page.toggleAttribute('data-making', isMaking);
    place.inert = last.inert = isMaking;
    ways.draw(next.ways);
    systems.draw(next.systems);
    if (wanted !== signature) {
      signature = wanted;
      build(next);
    } else {
      next.fields.forEach(field =>
        fields.get(field.name)?.update(field, false, next.answered)
      );
    }
    drawSummary(next.summary);
    run.draw(next.run);
    upload.draw(next.upload, next.awaits);
    written.draw(next.textLabel, next.text);
    busy.textContent = next.busy;
    busy.hidden = next.busy === '';
    problem.textContent = next.problem;
    problem.hidden = next.problem === '';
    redraw(
      buttons,
      next.buttons.map(spec => button(spec, () => press(spec.id)))
    );
    drawFocus(before, next);
  }

  function drawFocus(
    before: IWizardState | undefined,
    next: IWizardState
  ): void {
    if (!before || before.page !== next.page) {
      page.scrollIntoView({ block: 'nearest' });
      first()?.focus({ preventScroll: true });
    } else if (before.ways.length === 0 && next.ways.length > 0) {
      // The host has been looked at.
      if (document.activeElement === document.body || isIn(lead)) {
        first()?.focus({ preventScroll: true });
      }
    } else if (next.attempt !== attempt) {
      const wrong = [...fields.values()].find(field => field.isWrong);
      if (wrong) {
        wrong.focus();
      } else if (systems.isWrong) {
        systems.input.focus();
      }
    } else if (!before.run?.running && next.run?.running) {
      buttons.querySelector<HTMLElement>('[data-button=cancel]')?.focus();
    } else if (before.run?.running && !next.run?.running) {
      buttons.querySelector<HTMLElement>('[data-button=create]')?.focus();
    }
    attempt = next.attempt;
  }

  /** What somebody wants to do first on a page. */
  function first(): HTMLElement | undefined {
    const found = page.querySelectorAll<HTMLElement>(
      '[role=radio][aria-checked=true], input, select, textarea'
    );
    return (
      [...found].find(each => !each.closest('[hidden]')) ??
      (lead.hidden ? undefined : lead)
    );
  }

  function isIn(node: HTMLElement): boolean {
    return node.contains(document.activeElement);
  }

  function drawSteps(found: IStep[]): void {
    steps.hidden = found.length === 0;
    redraw(
      steps,
      found.map(step => {
        const made = button({ id: `step ${step.id}`, label: step.label }, () =>
          say(model, { type: 'select', id: step.id })
        );
        made.disabled = !step.reached;
        return element(
          'li',
          { 'aria-current': step.current ? 'step' : undefined },
          made
        );
      })
    );
  }

  function drawSummary(lines: ISummaryLine[]): void {
    summary.hidden = lines.length === 0;
    const list = element('dl', { class: 'qvirt-facts' });
    const isQuick = (state?.steps.length ?? 0) === 0;
    for (const { label, value, step } of lines) {
      const what = element('dd', {}, element('span', {}, value));
      if (!isQuick) {
        const change = button(
          { id: `to ${label}`, label: words('change') },
          () => say(model, { type: 'select', id: step })
        );
        change.setAttribute('aria-label', `${words('change')}: ${label}`);
        what.append(change);
      }
      list.append(element('dt', {}, label), what);
    }
    redraw(summary, [list]);
  }

  const end = follow(model, draw);
  return () => {
    end();
    root.removeEventListener(ABANDON, abandon);
    delete root.dataset.leaving;
    run.end();
    upload.end();
    fields.forEach(field => field.isSecret && field.takeSecret());
  };
}

function goesOn(target: EventTarget | null): boolean {
  return (
    (target instanceof HTMLInputElement &&
      target.getAttribute('role') !== 'combobox') ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLElement && target.getAttribute('role') === 'radio')
  );
}
