/** A wall of live screens; a module of its own, which a browser loads when the first is shown. */
import { addSheet } from '../grid/addSheet';
import type { IModel } from '../panel/messages';
import { addPanelStyle } from '../panel/sheet';
import style from './style.css';
import { renderWall } from './view';

export default {
  render({ model, el }: { model: IModel; el: HTMLElement }): () => void {
    addPanelStyle();
    addSheet('wall', style);
    el.classList.add('qvirt-part');
    return renderWall(model, el);
  }
};
