import { button, clientId, element, follow, redraw, say, text } from './dom';
import { IFileMessage, IModel, ISpansState, VERSION } from './messages';

/** Give a text to the browser's user as a file. */
function saveFile(name: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: 'text/csv' }));
  const link = element('a', { href: url, download: name });
  link.click();
  // The browser has taken it over by the next turn of the loop.
  window.setTimeout(() => URL.revokeObjectURL(url), 0);
}

/** Which span of time the graphs show, and their figures as a file. */
export function renderSpans(model: IModel, root: HTMLElement): () => void {
  root.classList.add('qvirt-spans');
  const choices = element('div', {
    class: 'qvirt-spans-choices',
    role: 'group',
    'aria-label': text(model, 'spans')
  });
  const save = button(
    { id: 'export', label: text(model, 'export'), icon: 'download' },
    () => say(model, { type: 'export' })
  );
  save.title = text(model, 'exportHint');
  root.append(choices, save);

  const onFile = (message: IFileMessage) => {
    if (
      message.type === 'file' &&
      message.version === VERSION &&
      message.client === clientId()
    ) {
      saveFile(message.name, message.text);
    }
  };
  model.on('msg:custom', onFile);
  const stop = follow(model, (state: ISpansState) => {
    redraw(
      choices,
      state.spans.map((label, index) => {
        const made = button({ id: `span-${index}`, label }, () =>
          say(model, { type: 'span', index })
        );
        made.setAttribute('aria-pressed', String(index === state.chosen));
        return made;
      })
    );
  });
  return () => {
    model.off('msg:custom', onFile);
    stop();
  };
}
