/**
 * Who this browser window is, so that what it asks for opens here and nowhere else.
 *
 * Several windows may show the widgets of one kernel. Widgets send this id along
 * with what was clicked, and the kernel sends it back with what it wants to open.
 */
import { UUID } from '@lumino/coreutils';

const STORED = 'qvirt:client';

/** A reload keeps the id; a duplicated window, which copies the storage, does not. */
function isReload(): boolean {
  const [entry] = performance.getEntriesByType('navigation');
  return (
    entry instanceof PerformanceNavigationTiming && entry.type === 'reload'
  );
}

function identify(): string {
  const earlier = isReload() ? sessionStorage.getItem(STORED) : null;
  const id = earlier ?? UUID.uuid4();
  sessionStorage.setItem(STORED, id);
  return id;
}

/** The id of this window. */
export const client = identify();

/** Put the id where the browser side of the widgets finds it. */
export function publishClient(): void {
  document.documentElement.dataset.qvirtClient = client;
}

/**
 * Whether a request is for this window.
 *
 * @param wanted The id that came with it; without one it was made by a cell or a
 *   plain button, and the window in which somebody is working answers.
 */
export function isForThisWindow(wanted: string): boolean {
  return wanted === '' ? document.hasFocus() : wanted === client;
}
