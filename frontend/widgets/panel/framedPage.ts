/**
 * A frame for a page of the Jupyter server that shows a machine, and the way to it for what kernel
 * and page tell each other.
 */
import type { Render } from '@anywidget/types';

import type { MachineState } from '../../viewer/machine';
import { serverPrefix } from './serverPrefix';
import style from './framedPage.css';

/** What a page begins with: the kernel's answer to `hello`. */
interface Begin {
  kind: string;
  name: string;
  ticket: string;
  machine: MachineState;
  strings: Record<string, string>;
}

/** A page, and how it talks. */
export interface FramedPage {
  /** Its folder below `qvirt/static/`. */
  folder: string;
  /** The version of its protocol. */
  version: number;
  /** The kinds of what the kernel tells it; the first is the answer to `hello`. */
  fromKernel: readonly string[];
  /** The kinds of what it tells the kernel. */
  toKernel: readonly string[];
}

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

interface Message {
  kind: string;
}

function isMessage(
  message: unknown,
  kinds: readonly string[]
): message is Message {
  return (
    typeof message === 'object' &&
    message !== null &&
    'kind' in message &&
    kinds.includes(message.kind as string)
  );
}

/** What the page tells us, and not the kernel. */
const OURS = ['ready', 'again', 'leave'];

/** Return what shows a page in a widget. */
export function framed(page: FramedPage): Render {
  return context => render(context, page);
}

function render(
  { model, el }: Parameters<Render>[0],
  { folder, version, fromKernel, toKernel }: FramedPage
) {
  addStyle();
  const root = document.createElement('div');
  root.className = 'qvirt-console';
  // Where the focus goes by the chord that leaves the screen: JupyterLab's keys work here again.
  root.tabIndex = -1;
  el.classList.add('qvirt-console-host');
  el.append(root);

  let frame: HTMLIFrameElement | null = null;
  let begin: Begin | null = null;
  let isReady = false;

  function hello(): void {
    model.send({ kind: 'hello', version });
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
  async function open(begin: Begin): Promise<void> {
    const prefix = serverPrefix();
    const page = prefix && new URL(`qvirt/static/${folder}/index.html`, prefix);
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

  const receive = (message: unknown) => {
    if (!isMessage(message, fromKernel)) {
      return;
    }
    if (message.kind === fromKernel[0]) {
      begin = message as Begin;
      root.setAttribute('aria-label', begin.name);
      if (!frame) {
        void open(begin);
        return;
      }
    } else if (begin) {
      // What changes of it, for a page that is loaded again: its state, its ticket...
      begin = { ...begin, ...news(message, begin) };
    }
    tell(message);
  };

  const fromPage = (event: MessageEvent) => {
    if (
      !frame ||
      event.source !== frame.contentWindow ||
      event.origin !== location.origin ||
      !isMessage(event.data, [...OURS, ...toKernel])
    ) {
      return;
    }
    const message = event.data;
    if (message.kind === 'ready') {
      // Also after the tab was moved to another place, where the browser loads the page anew. What
      // the kernel told us is up to date but for the ticket, for which the page asks when it must.
      isReady = true;
      tell(begin);
    } else if (message.kind === 'again') {
      hello();
    } else if (message.kind === 'leave') {
      root.focus();
    } else {
      model.send(message);
    }
  };

  model.on('msg:custom', receive);
  window.addEventListener('message', fromPage);
  hello();
  // A message that is sent while a kernel is being connected to again may be lost.
  const asking = window.setInterval(() => {
    if (begin) {
      clearInterval(asking);
    } else {
      hello();
    }
  }, ASK_AGAIN);
  return () => {
    clearInterval(asking);
    model.off('msg:custom', receive);
    window.removeEventListener('message', fromPage);
    root.remove();
  };
}

/** Return what a later message says anew of the first one. */
function news(message: Message, begin: Begin): Partial<Begin> {
  return Object.fromEntries(
    Object.entries(message).filter(([name]) => name !== 'kind' && name in begin)
  );
}
