/** What is shown in place of, or below, the picture: a title, a sentence and buttons. */
import { textButton } from './textButton';

export interface Offer {
  label: string;
  run: () => void;
  /** Why it is not possible now. */
  refused?: string | undefined;
  main?: boolean;
}

export interface NoticeContent {
  title: string;
  text?: string;
  kind?: 'plain' | 'error' | 'busy';
  offers?: readonly Offer[];
}

function fill(element: HTMLElement, content: NoticeContent): void {
  element.replaceChildren();
  element.dataset.kind = content.kind ?? 'plain';
  const title = document.createElement('h1');
  title.textContent = content.title;
  element.append(title);
  if (content.text) {
    const text = document.createElement('p');
    text.textContent = content.text;
    element.append(text);
  }
  if (content.offers?.length) {
    const buttons = document.createElement('div');
    buttons.className = 'buttons';
    for (const offer of content.offers) {
      const button = textButton(offer.label, offer.run);
      button.classList.toggle('main', offer.main ?? false);
      if (offer.refused) {
        // Still reachable by keyboard, so that the reason can be heard.
        button.setAttribute('aria-disabled', 'true');
        button.title = offer.refused;
      }
      buttons.append(button);
    }
    element.append(buttons);
  }
  element.hidden = false;
}

/** Show content in an element, or hide it; nothing is redrawn that is shown already. */
export function showNotice(
  element: HTMLElement,
  content: NoticeContent | null
): void {
  const key = JSON.stringify(content);
  if (element.dataset.key === key) {
    return;
  }
  element.dataset.key = key;
  if (content) {
    const focused = element.contains(document.activeElement);
    fill(element, content);
    if (focused) {
      element.querySelector('button')?.focus();
    }
  } else {
    element.hidden = true;
    element.replaceChildren();
  }
}
