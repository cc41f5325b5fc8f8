import { button, element, follow, redraw, say, text } from './dom';
import { IModel, INotice, INoticesState } from './messages';

/** What went wrong or is worth knowing; announced by screen readers as it arrives. */
export function renderNotices(model: IModel, root: HTMLElement): () => void {
  root.classList.add('qvirt-notices');
  // The region stays, its content changes: only then is a change announced.
  root.setAttribute('role', 'log');
  root.setAttribute('aria-live', 'polite');
  root.setAttribute('aria-label', text(model, 'messages'));
  const open = new Set<string>();

  function row(notice: INotice): HTMLElement {
    const body = element(
      'div',
      { class: 'qvirt-notice-body' },
      element('strong', {}, notice.title),
      ' ',
      element('span', {}, notice.text)
    );
    if (notice.details) {
      const details = element(
        'details',
        { open: open.has(notice.id) },
        element(
          'summary',
          { 'data-focus': `details-${notice.id}` },
          text(model, 'details')
        ),
        element('pre', { tabindex: '0' }, notice.details)
      );
      details.addEventListener('toggle', () =>
        details.open ? open.add(notice.id) : open.delete(notice.id)
      );
      body.append(details);
    }
    const close = button(
      {
        id: `dismiss-${notice.id}`,
        label: text(model, 'dismiss'),
        icon: 'close'
      },
      () => say(model, { type: 'dismiss', id: notice.id }),
      'qvirt-only-icon'
    );
    close.title = text(model, 'dismiss');
    return element(
      'div',
      {
        class: `qvirt-notice qvirt-level-${notice.level}`,
        'data-notice': notice.id
      },
      body,
      element(
        'div',
        { class: 'qvirt-notice-buttons' },
        ...notice.buttons.map(spec =>
          button(spec, () =>
            say(model, { type: 'press', id: spec.id, item: notice.id })
          )
        ),
        close
      )
    );
  }

  return follow(model, (state: INoticesState) => {
    redraw(root, state.notices.map(row));
  });
}
