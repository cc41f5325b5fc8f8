/** A wall of live screens; a module of its own, which a browser loads when the first is shown. */
import type { IModel } from '../panel/messages';
import { addPanelStyle } from '../panel/sheet';
import style from './style.css';
import { renderWall } from './view';

function addStyle(): void {
  addPanelStyle();
  if (!document.getElementById('qvirt-wall-style')) {
    const sheet = document.createElement('style');
    sheet.id = 'qvirt-wall-style';
    sheet.textContent = style;
    document.head.append(sheet);
  }
}

export default {
  render({ model, el }: { model: IModel; el: HTMLElement }): () => void {
    addStyle();
    el.classList.add('qvirt-part');
    return renderWall(model, el);
  }
};
