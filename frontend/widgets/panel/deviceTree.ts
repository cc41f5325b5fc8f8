import { IDeviceTreeState, IEntry } from './detailsMessages';
import { deviceIcon } from './deviceIcons';
import { button, element, follow, say, text } from './dom';
import { IModel } from './messages';
import { showPopup } from './popup';

/** Milliseconds within which letters belong together. */
const TOGETHER = 700;
/** Milliseconds that the selection waits for more arrow keys: the page in front is built once. */
const SETTLE = 120;

/** The pages and devices of a machine; one stop for Tab, arrow keys and letters inside. */
export function renderDeviceTree(model: IModel, root: HTMLElement): () => void {
  root.classList.add('qvirt-device-tree');
  const words = (name: string) => text(model, name);
  const list = element('div', {
    class: 'qvirt-device-list',
    role: 'tree',
    'aria-label': words('hardware')
  });
  const foot = element('div', { class: 'qvirt-device-foot' });
  root.append(list, foot);

  let state: IDeviceTreeState | undefined;
  let entries = new Map<string, IEntry>();
  let drawn = '';
  let settling = 0;
  let typed = '';
  let typedAt = Number.NEGATIVE_INFINITY;

  const items = () => [
    ...list.querySelectorAll<HTMLElement>('[role=treeitem][data-entry]')
  ];
  const itemOf = (id: string) =>
    items().find(item => item.dataset.entry === id);

  function item(entry: IEntry): HTMLElement {
    const marks = entry.marks.map(mark =>
      element(
        'span',
        {
          class: `qvirt-device-mark qvirt-mark-${mark.kind}`,
          title: mark.label
        },
        element('span', { class: 'qvirt-hidden' }, `. ${mark.label}`)
      )
    );
    const made = element(
      'div',
      {
        class: 'qvirt-device',
        role: 'treeitem',
        'aria-level': '2',
        'aria-selected': 'false',
        tabindex: '-1',
        'data-entry': entry.id
      },
      deviceIcon(entry.icon),
      element(
        'span',
        { class: 'qvirt-device-words' },
        element('span', { class: 'qvirt-device-label' }, entry.label),
        element(
          'span',
          { class: 'qvirt-device-summary', title: entry.summary },
          entry.summary
        )
      ),
      ...marks
    );
    made.addEventListener('click', () => {
      made.focus();
      choose(entry.id);
    });
    made.addEventListener('contextmenu', event => {
      event.preventDefault();
      event.stopPropagation();
      made.focus();
      openMenu(entry, made, event.clientX, event.clientY);
    });
    return made;
  }

  function choose(id: string): void {
    window.clearTimeout(settling);
    if (state && id !== state.selected) {
      say(model, { type: 'select', id });
    }
  }

  function openMenu(
    entry: IEntry,
    opener: HTMLElement,
    x: number,
    y: number
  ): void {
    const refused = state?.refused ?? '';
    showPopup({
      label: entry.label,
      opener,
      x,
      y,
      items: [
        ...(state?.canAdd
          ? [
              {
                label: words('add'),
                reason: refused,
                run: () => say(model, { type: 'add' })
              }
            ]
          : []),
        {
          label: entry.remove,
          reason: refused || entry.kept,
          run: () => say(model, { type: 'remove', id: entry.id })
        }
      ]
    });
  }

  function goTo(target: HTMLElement | undefined): void {
    if (target) {
      target.focus();
      target.scrollIntoView({ block: 'nearest' });
      window.clearTimeout(settling);
      settling = window.setTimeout(
        () => choose(target.dataset.entry ?? ''),
        SETTLE
      );
    }
  }

  function find(event: KeyboardEvent, all: HTMLElement[], at: number): void {
    const together = event.timeStamp - typedAt <= TOGETHER;
    typed = together ? typed + event.key : event.key;
    typedAt = event.timeStamp;
    const start = typed.length === 1 ? at + 1 : at;
    const wanted = typed.toLocaleLowerCase();
    goTo(
      [...all.slice(start), ...all.slice(0, start)].find(each =>
        entries
          .get(each.dataset.entry ?? '')
          ?.label.toLocaleLowerCase()
          .startsWith(wanted)
      )
    );
  }

  list.addEventListener('keydown', event => {
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const entry = entries.get(all[at]?.dataset.entry ?? '');
    if (!entry || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const { key } = event;
    const here = all[at];
    if (key === 'ArrowDown') {
      goTo(all[at + 1]);
    } else if (key === 'ArrowUp') {
      goTo(all[at - 1]);
    } else if (key === 'Home') {
      goTo(all[0]);
    } else if (key === 'End') {
      goTo(all[all.length - 1]);
    } else if (key === 'Enter' || key === ' ') {
      choose(entry.id);
    } else if (key === 'Delete') {
      if (!state?.refused && !entry.kept) {
        say(model, { type: 'remove', id: entry.id });
      }
    } else if (
      here &&
      (key === 'ContextMenu' || (key === 'F10' && event.shiftKey))
    ) {
      const box = here.getBoundingClientRect();
      openMenu(entry, here, box.left + 24, box.bottom);
    } else if (key.length === 1) {
      find(event, all, at);
    } else {
      return;
    }
    // These keys are not meant for JupyterLab.
    event.preventDefault();
    event.stopPropagation();
  });

  function build(next: IDeviceTreeState): void {
    entries = new Map(
      next.groups.flatMap(group => group.entries.map(each => [each.id, each]))
    );
    const focused = (document.activeElement as HTMLElement | null)?.dataset
      .entry;
    const { scrollTop } = list;
    list.replaceChildren(
      ...next.groups.map(group =>
        element(
          'div',
          {
            role: 'treeitem',
            'aria-expanded': 'true',
            'aria-level': '1',
            'aria-label': group.label,
            'aria-selected': 'false'
          },
          element(
            'div',
            { class: 'qvirt-device-group', 'aria-hidden': 'true' },
            group.label
          ),
          element('div', { role: 'group' }, ...group.entries.map(item))
        )
      )
    );
    list.scrollTop = scrollTop;
    if (focused !== undefined) {
      itemOf(entries.has(focused) ? focused : next.selected)?.focus();
    }
  }

  function drawSelected(next: IDeviceTreeState): void {
    const isAnywhere = entries.has(next.selected);
    for (const [at, each] of items().entries()) {
      const isSelected = each.dataset.entry === next.selected;
      each.setAttribute('aria-selected', String(isSelected));
      // While hardware is added nothing is selected, but the tree can be reached.
      each.tabIndex = isSelected || (!isAnywhere && at === 0) ? 0 : -1;
      each.classList.toggle('qvirt-mod-dirty', isSelected && next.dirty);
      each.title = isSelected && next.dirty ? words('unapplied') : '';
    }
  }

  function drawFoot(next: IDeviceTreeState): void {
    const reason = next.refused;
    const selected = entries.get(next.selected);
    const kept = selected?.kept ?? '';
    const before = (document.activeElement as HTMLElement | null)?.dataset
      .button;
    foot.replaceChildren(
      ...(next.canAdd
        ? [
            button({ id: 'add', label: words('add'), reason }, () =>
              say(model, { type: 'add' })
            )
          ]
        : []),
      ...(selected
        ? [
            button(
              { id: 'remove', label: selected.remove, reason: reason || kept },
              () => say(model, { type: 'remove', id: next.selected })
            )
          ]
        : [])
    );
    if (before) {
      foot.querySelector<HTMLElement>(`[data-button="${before}"]`)?.focus();
    }
  }

  const end = follow(model, (next: IDeviceTreeState) => {
    const wanted = JSON.stringify(next.groups);
    const was = state?.selected;
    state = next;
    if (wanted !== drawn) {
      drawn = wanted;
      build(next);
    }
    drawSelected(next);
    drawFoot(next);
    if (was !== next.selected) {
      itemOf(next.selected)?.scrollIntoView({ block: 'nearest' });
    }
  });
  return () => {
    window.clearTimeout(settling);
    end();
  };
}
