/** What the phases of a connection look like (`link.ts`), where there is nothing else to show. */
import type { Phase } from './link';
import type { NoticeContent, Offer } from './notice';
import { words } from './strings';

export interface PhaseActions {
  /** Connect now. */
  connect: () => void;
  /** Begin again after a refusal. */
  retry: () => void;
  /** What mends a refusal, before it is tried again. */
  remedies?: readonly Offer[];
}

/** Return the notice for a phase; null where there is none, or none that all views share. */
export function phaseNotice(
  phase: Phase,
  actions: PhaseActions
): NoticeContent | null {
  const remedies = actions.remedies ?? [];
  switch (phase.name) {
    case 'idle':
      return {
        title: words('not_connected'),
        offers: [{ label: words('connect'), run: actions.connect, main: true }]
      };
    case 'connecting':
      return { title: words('connecting'), kind: 'busy' };
    case 'waiting':
      return {
        title: words('connection_lost'),
        text: words('trying_again', { seconds: phase.seconds }),
        kind: 'busy',
        offers: [{ label: words('try_now'), run: actions.connect, main: true }]
      };
    case 'refused':
      return {
        title: words('refused'),
        text: phase.reason,
        kind: 'error',
        offers: [
          ...remedies,
          {
            label: words('retry'),
            run: actions.retry,
            main: remedies.length === 0
          }
        ]
      };
    default:
      return null;
  }
}
