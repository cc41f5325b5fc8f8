/** How anywidget shows a view of rows. */
import type { Render } from '@anywidget/types';

import { addStyles } from './sheet';

interface View {
  receive(message: unknown, buffers: readonly DataView[]): Promise<void>;
  dispose(): void;
}

/** Show a view of its own in each place, in its own looks, and give it what the kernel sends. */
export function renderer(
  name: string,
  style: string,
  makeView: (host: HTMLElement, send: (message: unknown) => void) => View
): Render {
  return ({ model, el }) => {
    addStyles(name, style);
    const view = makeView(el, message => model.send(message));
    const receive = (message: unknown, buffers: DataView[]) => {
      void view.receive(message, buffers);
    };
    model.on('msg:custom', receive);
    return () => {
      model.off('msg:custom', receive);
      view.dispose();
    };
  };
}
