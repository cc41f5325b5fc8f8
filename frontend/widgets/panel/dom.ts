import { IButton, IModel, IStateMessage, Said, VERSION } from './messages';

/** Milliseconds after which a part that knows nothing asks again. */
const ASK_AGAIN = 700;

type Attributes = Record<string, string | boolean | undefined>;

/** Make an element; text is always set as text, so names cannot bring markup with them. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) {
      made.setAttribute(name, value === true ? '' : value);
    }
  }
  made.append(...children);
  return made;
}

/** What a list offers; `reason` says why it cannot be chosen. */
export function option(choice: {
  value: string;
  label: string;
  reason?: string;
}): HTMLOptionElement {
  return element(
    'option',
    {
      value: choice.value,
      disabled: Boolean(choice.reason),
      title: choice.reason || undefined
    },
    choice.label
  );
}

/** Icons of 16 by 16 in the text's colour; drawn here so that they follow the theme. */
const ICONS: Record<string, string> = {
  start: 'M4 2.5v11l9-5.5z',
  restore: 'M4 2.5v11l9-5.5z',
  resume: 'M4 2.5v11l9-5.5z',
  suspend: 'M4 3h3v10H4zM9 3h3v10H9z',
  shutdown:
    'M7.2 1.5h1.6v6.5H7.2zM4.6 3.6l1 1.2a4.2 4.2 0 1 0 4.8 0l1-1.2a5.8 5.8 0 1 1-6.8 0z',
  reboot:
    'M8 2.5a5.5 5.5 0 0 1 4.2 1.9V2.2h1.5v5H8.8V5.7h2.5A4 4 0 1 0 12 8h1.5A5.5 5.5 0 1 1 8 2.5z',
  reset: 'M9.2 1.5 3.5 9H7l-.8 5.5L12.5 6.6H8.6z',
  destroy: 'M3.5 3.5h9v9h-9z',
  managed_save: 'M2.5 2.5h8.6l2.4 2.4v8.6h-11zM5 4v3h5V4zm0 5v3.5h6V9z',
  download:
    'M7.2 1.5h1.6v6l2.1-2.1 1.1 1.1L8 10.5l-4-4 1.1-1.1 2.1 2.1zM2.5 12h11v2h-11z',
  open: 'M2.5 3.5h5V5H4v7h7V8.5h1.5v5h-10zM9 2.5h4.5V7H12V5.1L7.6 9.5 6.5 8.4 10.9 4H9z',
  edit: 'M11.3 2 14 4.7 5.7 13 2.5 13.5 3 10.3z',
  close:
    'M4.1 3 8 6.9 11.9 3 13 4.1 9.1 8l3.9 3.9-1.1 1.1L8 9.1 4.1 13 3 11.9 6.9 8 3 4.1z',
  delete:
    'M6 1.5h4V3h3.5v1.5h-11V3H6zM3.5 5.5h9L12 14.5H4zM6 7v6h1.2V7zm2.8 0v6H10V7z',
  clone: 'M5 1.5h8.5V11H12V3H5zM2.5 4.5H11v10H2.5zM4 6v7h5.5V6z',
  template: 'M2.5 2.5h11v11h-11zM4 4v8h8V4zM5.5 5.5h5v1.3h-5zM5.5 8h5v1.3h-5z',
  copy: 'M5 1.5h8.5V11H12V3H5zM2.5 4.5H11v10H2.5zM4 6v7h5.5V6z'
};

export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'qvirt-panel-icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', ICONS[name] ?? '');
  path.setAttribute('fill-rule', 'evenodd');
  svg.append(path);
  return svg;
}

export function button(
  spec: IButton,
  onPress: () => void,
  extra = ''
): HTMLButtonElement {
  const made = element('button', {
    type: 'button',
    class: `qvirt-panel-button qvirt-${spec.kind ?? 'plain'} ${extra}`.trim(),
    'data-button': spec.id,
    title: spec.reason || undefined,
    'aria-disabled': spec.reason ? 'true' : undefined
  });
  if (spec.icon && spec.icon in ICONS) {
    made.append(icon(spec.icon));
  }
  made.append(element('span', {}, spec.label));
  if (spec.reason) {
    // For those who do not hover.
    made.append(element('span', { class: 'qvirt-hidden' }, `. ${spec.reason}`));
  }
  made.addEventListener('click', () => {
    if (!spec.reason) {
      onPress();
    }
  });
  return made;
}

/** The id that the labextension gave to this browser tab; empty outside JupyterLab. */
export function clientId(): string {
  return document.documentElement.dataset.qvirtClient ?? '';
}

export function say(model: IModel, said: Said): void {
  model.send({ ...said, version: VERSION, client: clientId() });
}

export function text(model: IModel, name: string): string {
  const strings = model.get('strings') as Record<string, string>;
  return strings[name] ?? name;
}

/** Draw each state that the kernel sends, the present one first; returns what ends it. */
export function follow(
  model: IModel,
  draw: (state: never, buffers: DataView[]) => void
): () => void {
  // Until JupyterLab has made a subshell, messages wait behind a running cell: ask again.
  const asking = window.setInterval(
    () => say(model, { type: 'ready' }),
    ASK_AGAIN
  );
  const onMessage = (message: IStateMessage, buffers?: DataView[]) => {
    if (message.type === 'state' && message.version === VERSION) {
      window.clearInterval(asking);
      draw(message.state as never, buffers ?? []);
    }
  };
  model.on('msg:custom', onMessage);
  say(model, { type: 'ready' });
  return () => {
    window.clearInterval(asking);
    model.off('msg:custom', onMessage);
  };
}

/** Replace the children, and keep the focus on the button or field that had it. */
export function redraw(parent: HTMLElement, children: Node[]): void {
  const active = document.activeElement;
  const key =
    active instanceof HTMLElement && parent.contains(active)
      ? (active.dataset.focus ?? active.dataset.button)
      : undefined;
  parent.replaceChildren(...children);
  if (key !== undefined) {
    const again = [
      ...parent.querySelectorAll<HTMLElement>('[data-focus], [data-button]')
    ].find(found => (found.dataset.focus ?? found.dataset.button) === key);
    again?.focus();
  }
}
