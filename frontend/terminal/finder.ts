/** The box that looks for a text in what the guest wrote. */
import type { ISearchOptions, SearchAddon } from '@xterm/addon-search';

import { words } from '../viewer/strings';
import { textButton } from '../viewer/textButton';
import { colours } from './colours';

export class Finder {
  private readonly input = document.createElement('input');
  private readonly count = document.createElement('span');
  private readonly exact = document.createElement('button');

  constructor(
    private readonly element: HTMLElement,
    private readonly search: SearchAddon,
    private readonly onClose: () => void
  ) {
    this.input.type = 'search';
    this.input.setAttribute('aria-label', words('find'));
    this.input.placeholder = words('find');
    this.input.spellcheck = false;
    this.count.className = 'count';
    this.count.setAttribute('role', 'status');
    this.exact.type = 'button';
    this.exact.textContent = words('find_case_short');
    this.exact.title = words('find_case');
    this.exact.setAttribute('aria-label', words('find_case'));
    this.exact.setAttribute('aria-pressed', 'false');
    this.exact.addEventListener('click', () => {
      const pressed = this.exact.getAttribute('aria-pressed') === 'true';
      this.exact.setAttribute('aria-pressed', String(!pressed));
      this.find('next', true);
    });
    const previous = this.step('↑', words('find_previous'), 'previous');
    const next = this.step('↓', words('find_next'), 'next');
    const close = textButton('×', () => this.close());
    close.title = words('close');
    close.setAttribute('aria-label', words('close'));
    element.setAttribute('aria-label', words('find'));
    element.append(this.input, this.count, this.exact, previous, next, close);
    this.input.addEventListener('input', () => this.find('next', true));
    element.addEventListener('submit', event => event.preventDefault());
    element.addEventListener('keydown', event => {
      if (event.key === 'Escape') {
        this.close();
      } else if (event.key === 'Enter' && event.target === this.input) {
        this.find(event.shiftKey ? 'previous' : 'next');
      } else {
        return;
      }
      event.preventDefault();
      event.stopPropagation();
    });
    search.onDidChangeResults(({ resultIndex, resultCount }) => {
      this.count.textContent = !this.input.value
        ? ''
        : resultCount === 0
          ? words('find_none')
          : words('find_count', {
              // Beyond so many it does not say which one is shown.
              number: resultIndex < 0 ? '…' : resultIndex + 1,
              total: resultCount
            });
    });
  }

  open(selection: string): void {
    this.element.hidden = false;
    if (selection && !selection.includes('\n')) {
      this.input.value = selection;
    }
    this.input.focus();
    this.input.select();
    this.find('next', true);
  }

  private close(): void {
    this.element.hidden = true;
    this.search.clearDecorations();
    this.onClose();
  }

  private find(way: 'next' | 'previous', incremental = false): void {
    const { value } = this.input;
    if (!value) {
      this.search.clearDecorations();
      this.count.textContent = '';
      return;
    }
    const { marks } = colours();
    const options: ISearchOptions = {
      caseSensitive: this.exact.getAttribute('aria-pressed') === 'true',
      incremental,
      decorations: {
        matchBackground: marks.match,
        matchOverviewRuler: marks.match,
        activeMatchBackground: marks.active,
        activeMatchColorOverviewRuler: marks.active
      }
    };
    if (way === 'next') {
      this.search.findNext(value, options);
    } else {
      this.search.findPrevious(value, options);
    }
  }

  private step(
    sign: string,
    label: string,
    way: 'next' | 'previous'
  ): HTMLButtonElement {
    const button = textButton(sign, () => this.find(way));
    button.title = label;
    button.setAttribute('aria-label', label);
    return button;
  }
}
