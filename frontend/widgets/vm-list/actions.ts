/** What can be done with the selected rows now, by the table that the kernel sent. */
import type { ActionSpec, ConnectionData, DomainData } from './messages';
import { Store } from './store';

export interface Selected {
  domains: DomainData[];
  connections: ConnectionData[];
  /** The row with the focus decides where a place offers one of several actions. */
  active: string;
}

/** An action as it is offered now. */
export interface Offer {
  spec: ActionSpec;
  /** The rows that it would act on. */
  rows: string[];
  /** Why it is not possible; empty where it is. */
  refusal: string;
}

function refusalFor(
  spec: ActionSpec,
  row: DomainData | ConnectionData,
  store: Store
): string {
  const isDomain = 'connection' in row;
  const connection = isDomain ? store.connections.get(row.connection) : row;
  if (spec.changes && connection?.read_only) {
    return connection.read_only;
  }
  return row.refused?.[spec.name] ?? spec.refused[row.state] ?? '';
}

/** What one action can do with the selection. */
export function offer(
  spec: ActionSpec,
  selected: Selected,
  store: Store
): Offer {
  const candidates: (DomainData | ConnectionData)[] =
    spec.row === 'domain' ? selected.domains : selected.connections;
  if (candidates.length === 0) {
    return { spec, rows: [], refusal: store.text('nothing_selected') };
  }
  if (!spec.several && candidates.length > 1) {
    return { spec, rows: [], refusal: store.text('one_only') };
  }
  const allowed = candidates.filter(row => !refusalFor(spec, row, store));
  if (allowed.length > 0) {
    return { spec, rows: allowed.map(({ key }) => key), refusal: '' };
  }
  const [first] = candidates;
  return {
    spec,
    rows: [],
    refusal: first ? refusalFor(spec, first, store) : ''
  };
}

/** All actions for a kind of row; of those that share a place, the one that fits. */
export function offers(
  row: 'domain' | 'connection',
  selected: Selected,
  store: Store
): Offer[] {
  const found: Offer[] = [];
  const slots = new Map<string, Offer[]>();
  for (const spec of store.actions) {
    if (spec.row !== row) {
      continue;
    }
    const one = offer(spec, selected, store);
    if (!spec.slot) {
      found.push(one);
      continue;
    }
    const slot = slots.get(spec.slot);
    if (slot) {
      slot.push(one);
    } else {
      const places = [one];
      slots.set(spec.slot, places);
      found.push(one);
    }
  }
  return found.map(one => {
    const places = slots.get(one.spec.slot);
    return places ? choose(places, selected) : one;
  });
}

/** What a key on a row does, of what is offered; keys with a modifier are JupyterLab's. */
export function offerOfKey(
  { key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent,
  all: readonly Offer[]
): Offer | undefined {
  return ctrlKey || metaKey || altKey || shiftKey
    ? undefined
    : all.find(({ spec }) => spec.key !== '' && spec.key === key);
}

/** The action of a place that the active row allows, or that any row does, or the last. */
function choose(places: Offer[], { active }: Selected): Offer {
  const best =
    places.find(one => one.rows.includes(active)) ??
    places.find(one => one.rows.length > 0) ??
    places.at(-1);
  if (!best) {
    throw new Error('A place without actions.');
  }
  return best;
}
