/** A few words, and perhaps a button, in place of a panel that is not there. */
import { Widget } from '@lumino/widgets';

export class Placeholder extends Widget {
  constructor() {
    super();
    this.addClass('qvirt-Placeholder');
    // Spoken when it changes.
    this.node.setAttribute('role', 'status');
  }

  /** Show a message in place of the one before. */
  say(message: Placeholder.IMessage): void {
    const { text, details, busy = false, action } = message;
    this.toggleClass('qvirt-mod-busy', busy);
    this.node.setAttribute('aria-busy', String(busy));
    const line = document.createElement('p');
    line.textContent = text;
    this.node.replaceChildren(line);
    if (details) {
      const more = document.createElement('p');
      more.className = 'qvirt-Placeholder-details';
      more.textContent = details;
      this.node.append(more);
    }
    if (action) {
      const button = document.createElement('button');
      button.className = 'jp-mod-styled jp-mod-accept';
      button.type = 'button';
      button.textContent = action.label;
      button.addEventListener('click', action.run);
      this.node.append(button);
    }
  }
}

export namespace Placeholder {
  export interface IMessage {
    text: string;
    /** What the machine said, for those who want to know. */
    details?: string;
    /** Whether it will go on by itself. */
    busy?: boolean;
    action?: { label: string; run: () => void };
  }
}
