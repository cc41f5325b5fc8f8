/** The browser side of `qvirt_jupyter.widgets.VmList`. */
import type { Render } from '@anywidget/types';

import style from './style.css';
import { View } from './view';

/** Put our style into the page once. */
function addStyle(): void {
  const id = 'qvirt-vm-list-style';
  if (!document.getElementById(id)) {
    const node = document.createElement('style');
    node.id = id;
    node.textContent = style;
    document.head.append(node);
  }
}

const render: Render = ({ model, el }) => {
  addStyle();
  const view = new View(el, message => model.send(message));
  const receive = (message: unknown, buffers: DataView[]) => {
    void view.receive(message, buffers);
  };
  model.on('msg:custom', receive);
  return () => {
    model.off('msg:custom', receive);
    view.dispose();
  };
};

export default { render };
