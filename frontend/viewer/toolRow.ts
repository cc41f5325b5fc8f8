/** A row of tools: one stop for Tab, arrows within (WAI-ARIA's toolbar). */
import { icon, type Icon } from './icons';

export class ToolRow {
  private readonly tools: HTMLButtonElement[] = [];
  private readonly title = document.createElement('span');
  private readonly state = document.createElement('span');
  /** Where keys go, and how to get them back. */
  readonly keys = document.createElement('span');

  constructor(
    readonly element: HTMLElement,
    labels: { row: string; keys: string }
  ) {
    element.replaceChildren();
    element.setAttribute('aria-label', labels.row);
    this.title.className = 'title';
    this.state.className = 'state';
    const heading = document.createElement('div');
    heading.className = 'heading';
    heading.append(this.title, this.state);
    this.keys.className = 'keys';
    this.keys.title = labels.keys;
    element.append(heading, this.keys);
    element.addEventListener('keydown', event => this.move(event));
    element.hidden = false;
  }

  /** Say whose view this is and what the machine does. */
  describe(title: string, state: string, kind: string): void {
    this.title.textContent = title;
    this.title.title = title;
    this.state.textContent = state;
    this.state.dataset.state = kind;
  }

  /** Add a tool at the end. */
  add(name: Icon, label: string, opens = false): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset.tool = name;
    button.title = label;
    button.setAttribute('aria-label', label);
    button.tabIndex = this.tools.length === 0 ? 0 : -1;
    const text = document.createElement('span');
    text.textContent = label;
    button.append(icon(name), text);
    button.classList.toggle('opens', opens);
    this.tools.push(button);
    this.element.append(button);
    return button;
  }

  /** Grey tools out, by their names. */
  enable(isUsable: (name: Icon) => boolean): void {
    for (const tool of this.tools) {
      tool.disabled = !isUsable(tool.dataset.tool as Icon);
    }
    const reached = this.tools.find(tool => tool.tabIndex === 0);
    // The first one that can be used is the stop, but for whoever stands on another already.
    if (reached?.disabled !== false || reached !== document.activeElement) {
      this.rove(this.tools.find(tool => !tool.disabled));
    }
  }

  focus(): void {
    this.tools.find(tool => !tool.disabled)?.focus();
  }

  private move(event: KeyboardEvent): void {
    const usable = this.tools.filter(tool => !tool.disabled);
    const now = usable.indexOf(document.activeElement as HTMLButtonElement);
    let next: HTMLButtonElement | undefined;
    if (event.key === 'ArrowRight') {
      next = usable[(now + 1) % usable.length];
    } else if (event.key === 'ArrowLeft') {
      next = usable[(now - 1 + usable.length) % usable.length];
    } else if (event.key === 'Home') {
      next = usable[0];
    } else if (event.key === 'End') {
      next = usable.at(-1);
    } else {
      return;
    }
    event.preventDefault();
    this.rove(next);
    next?.focus();
  }

  private rove(current: HTMLButtonElement | undefined): void {
    for (const tool of this.tools) {
      tool.tabIndex = tool === current ? 0 : -1;
    }
  }
}
