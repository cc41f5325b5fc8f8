/** A box below a tool, with what it holds and its buttons; Escape and a click outside close it. */
import { pageBody, place } from '../viewer/menu';

export interface Box {
  element: HTMLFormElement;
  close: () => void;
}

/**
 * Open a box.
 *
 * @param button - What it belongs to.
 * @param label - What it is called.
 * @param content - What is in it; the first input gets the focus.
 * @param onClose - Called once, however it was closed.
 */
export function openBox(
  button: HTMLButtonElement,
  label: string,
  content: readonly HTMLElement[],
  onClose: () => void
): Box {
  const element = document.createElement('form');
  element.className = 'box';
  element.setAttribute('role', 'dialog');
  element.setAttribute('aria-label', label);
  element.append(...content);
  const close = () => {
    if (element.isConnected) {
      element.remove();
      button.setAttribute('aria-expanded', 'false');
      document.removeEventListener('pointerdown', outside, true);
      onClose();
    }
  };
  const outside = (event: Event) => {
    const target = event.target as Node;
    if (!element.contains(target) && !button.contains(target)) {
      close();
    }
  };
  element.addEventListener('submit', event => event.preventDefault());
  element.addEventListener('keydown', event => {
    if (event.key === 'Escape') {
      close();
      event.stopPropagation();
    }
  });
  pageBody().append(element);
  place(element, button);
  button.setAttribute('aria-expanded', 'true');
  document.addEventListener('pointerdown', outside, true);
  element.querySelector<HTMLElement>('textarea, input, button')?.focus();
  return { element, close };
}
