/**
 * What is said above the terminal while the line is not open.
 *
 * | the line is | said                         | offered             |
 * |-------------|------------------------------|---------------------|
 * | open        | nothing, or "Paused"         | resume              |
 * | opening     | that it connects             |                     |
 * | closed      | that somebody closed it      | connect             |
 * | off         | what the machine does        | start               |
 * | busy        | that somebody else holds it  | take it over        |
 * | refused     | why                          | try again           |
 * | lost, gone  | why                          |                     |
 */
import type { Action, MachineState } from '../viewer/machine';
import type { NoticeContent, Offer } from '../viewer/notice';
import { words } from '../viewer/strings';
import type { LineState } from './messages';

export interface StateActions {
  act: (action: Action, label: string) => Offer;
  open: () => void;
  takeOver: () => void;
}

/** Return what to say; null where there is nothing to say. */
export function stateNotice(
  line: LineState,
  machine: MachineState,
  actions: StateActions
): NoticeContent | null {
  switch (line.state) {
    case 'open':
      return machine.state === 'paused'
        ? {
            title: words('paused'),
            offers: [actions.act('resume', words('resume'))]
          }
        : null;
    case 'opening':
      return { title: line.words, text: line.reason, kind: 'busy' };
    case 'closed':
      return {
        title: line.words,
        text: line.reason,
        offers: [{ label: words('connect'), run: actions.open, main: true }]
      };
    case 'off':
      return {
        title: machine.active ? line.words : machine.words,
        text: line.reason,
        offers: machine.active ? [] : [actions.act('start', words('start'))]
      };
    case 'busy':
      return {
        title: words('busy'),
        text: line.reason,
        kind: 'error',
        offers: [
          { label: words('take_over'), run: actions.takeOver, main: true }
        ]
      };
    case 'refused':
      return {
        title: words('refused'),
        text: line.reason,
        kind: 'error',
        offers: [{ label: words('retry'), run: actions.open, main: true }]
      };
    default:
      return { title: line.words, text: line.reason, kind: 'error' };
  }
}
