/** The browser side of `qvirt_jupyter.widgets.ConsolePanel`: a frame for the console's page. */
import type { Render } from '@anywidget/types';

import {
  isFromKernel,
  VERSION,
  type ConsoleMessage,
  type FromPage
} from '../../console/messages';
import style from './style.css';

/** Milliseconds after which an unanswered question is asked again. */
const ASK_AGAIN = 5000;

/** Put our style into the page once. */
function addStyle(): void {
  const id = 'qvirt-console-style';
  if (!document.getElementById(id)) {
    const node = document.createElement('style');
    node.id = id;
    node.textContent = style;
    document.head.append(node);
  }
}

/** The Jupyter server's prefix, as the surrounding page knows it; none in VS Code. */
function serverPrefix(): URL | null {
  const config = document.getElementById('jupyter-config-data');
  if (!config?.textContent) {
    return null;
  }
  const { baseUrl } = JSON.parse(config.textContent) as { baseUrl?: string };
  return baseUrl === undefined
    ? null
    : new URL(baseUrl.replace(/\/?$/, '/'), location.href);
}

const FROM_PAGE = new Set([
  'ready',
  'again',
  'leave',
  'ticket',
  'action',
  'wish'
]);

function isFromPage(message: unknown): message is FromPage {
  return (
    typeof message === 'object' &&
    message !== null &&
    'kind' in message &&
    FROM_PAGE.has(message.kind as string)
  );
}

const render: Render = ({ model, el }) => {
  addStyle();
  const root = document.createElement('div');
  root.className = 'qvirt-console';
  // Where the focus goes by the chord that leaves the screen: JupyterLab's keys work here again.
  root.tabIndex = -1;
  el.classList.add('qvirt-console-host');
  el.append(root);

  let frame: HTMLIFrameElement | null = null;
  let console: ConsoleMessage | null = null;
  let isReady = false;

  function hello(): void {
    model.send({ kind: 'hello', version: VERSION });
  }

  function tell(message: unknown): void {
    if (isReady) {
      frame?.contentWindow?.postMessage(message, location.origin);
    }
  }

  function say(text: string): void {
    frame?.remove();
    frame = null;
    const sentence = document.createElement('p');
    sentence.setAttribute('role', 'alert');
    sentence.textContent = text;
    root.replaceChildren(sentence);
  }

  /** Show the page, or say why there is none. */
  async function open(begin: ConsoleMessage): Promise<void> {
    const prefix = serverPrefix();
    const page = prefix && new URL('qvirt/static/console/index.html', prefix);
    if (!page || page.origin !== location.origin) {
      say(begin.strings.no_server ?? '');
      return;
    }
    // A frame would show the server's own error page.
    const answer = await fetch(page, { method: 'HEAD' }).catch(() => null);
    if (!answer?.ok) {
      say(begin.strings.no_extension ?? '');
      return;
    }
    if (frame) {
      return;
    }
    frame = document.createElement('iframe');
    frame.title = `${begin.name}: ${begin.machine.words}`;
    frame.allow = 'fullscreen; clipboard-read; clipboard-write';
    frame.src = page.href;
    root.replaceChildren(frame);
  }

  const fromKernel = (message: unknown) => {
    if (!isFromKernel(message)) {
      return;
    }
    if (message.kind === 'console') {
      console = message;
      root.setAttribute('aria-label', message.name);
      if (!frame) {
        void open(message);
        return;
      }
    } else if (message.kind === 'state' && console) {
      console = { ...console, machine: message.machine };
    } else if (message.kind === 'ticket' && console) {
      console = { ...console, ticket: message.ticket };
    }
    tell(message);
  };

  const fromPage = (event: MessageEvent) => {
    if (
      !frame ||
      event.source !== frame.contentWindow ||
      event.origin !== location.origin ||
      !isFromPage(event.data)
    ) {
      return;
    }
    const message = event.data;
    if (message.kind === 'ready') {
      // Also after the tab was moved to another place, where the browser loads the page anew. What
      // the kernel told us is up to date but for the ticket, for which the page asks when it must.
      isReady = true;
      tell(console);
    } else if (message.kind === 'again') {
      hello();
    } else if (message.kind === 'leave') {
      root.focus();
    } else {
      model.send(message);
    }
  };

  model.on('msg:custom', fromKernel);
  window.addEventListener('message', fromPage);
  hello();
  // A message that is sent while a kernel is being connected to again may be lost.
  const asking = window.setInterval(() => {
    if (console) {
      clearInterval(asking);
    } else {
      hello();
    }
  }, ASK_AGAIN);
  return () => {
    clearInterval(asking);
    model.off('msg:custom', fromKernel);
    window.removeEventListener('message', fromPage);
    root.remove();
  };
};

export default { render };
