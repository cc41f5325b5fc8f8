/** The menus of the list: what is done to the rows, and how they are arranged. */
import type { Item } from '../grid/menu';
import type { Offer } from './actions';
import type { Arrangement, Grouping } from './messages';
import type { Store } from './store';

type Arrange = (change: Partial<Arrangement>) => void;

const GROUPINGS: readonly Grouping[] = [
  'connection',
  'tag',
  'state',
  'nothing'
];

/** What can be done with the selected rows; those of one submenu stand behind its first. */
export function offerItems(
  offers: readonly Offer[],
  item: (offer: Offer) => Item
): Item[] {
  const items: Item[] = [];
  const submenus = new Map<string, Item[]>();
  for (const one of offers.filter(({ spec }) => spec.menu)) {
    const { submenu, label, icon } = one.spec;
    const entries = submenus.get(submenu);
    if (!submenu) {
      items.push(item(one));
    } else if (entries) {
      entries.push(item(one));
    } else {
      const first = [item(one)];
      submenus.set(submenu, first);
      items.push({ label, icon, items: first });
    }
  }
  return items;
}

/** Which columns are shown. */
export function columnItems(store: Store, arrange: Arrange): Item[] {
  const { columns, widths } = store.arrangement;
  const shown = new Set(store.shown.map(({ id }) => id));
  const items: Item[] = store.columns
    .filter(({ required }) => !required)
    .map(({ id, label }) => ({
      label,
      checked: shown.has(id),
      refusal: store.unmeasured.includes(id) ? store.text('not_measured') : '',
      run: () => arrange({ columns: { ...columns, [id]: !shown.has(id) } })
    }));
  if (Object.keys(widths).length > 0) {
    items.push({
      label: store.text('usual_widths'),
      separated: true,
      run: () => arrange({ widths: {} })
    });
  }
  return items;
}

/** What is seen of the machines, and how. */
export function viewItems(
  store: Store,
  arrange: Arrange,
  search: (text: string) => void
): Item[] {
  const {
    group,
    filters,
    hide_stopped: hides,
    compact,
    pane
  } = store.arrangement;
  return [
    {
      label: store.text('group_by'),
      items: GROUPINGS.map(each => ({
        label: store.text(`by_${each}`),
        checked: each === group,
        radio: true,
        run: () => arrange({ group: each })
      }))
    },
    { label: store.text('columns'), items: columnItems(store, arrange) },
    {
      label: store.text('kept_filters'),
      ...(filters.length > 0
        ? {
            items: filters.map(text => ({
              label: text,
              run: () => search(text)
            }))
          }
        : { refusal: store.text('no_kept_filters') })
    },
    {
      label: store.text('hide_stopped'),
      checked: hides,
      separated: true,
      run: () => arrange({ hide_stopped: !hides })
    },
    {
      label: store.text('compact'),
      checked: compact,
      run: () => arrange({ compact: !compact })
    },
    {
      label: store.text('pane'),
      checked: pane,
      run: () => arrange({ pane: !pane })
    }
  ];
}
