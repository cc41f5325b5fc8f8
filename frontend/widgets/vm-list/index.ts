/** The browser side of `qvirt_jupyter.widgets.VmList`. */
import type { Render } from '@anywidget/types';

import { addStyles } from '../grid/sheet';
import style from './style.css';
import { View } from './view';

const render: Render = ({ model, el }) => {
  addStyles('vm-list', style);
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
