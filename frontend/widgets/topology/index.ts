/**
 * The map of a host's networks, with cytoscape. A module of its own, which a browser loads when the
 * first map is shown.
 */
import type { IModel } from '../panel/messages';
import { addPanelStyle } from '../panel/sheet';
import style from './style.css';
import { renderTopology } from './view';

function addStyle(): void {
  addPanelStyle();
  if (!document.getElementById('qvirt-topology-style')) {
    const sheet = document.createElement('style');
    sheet.id = 'qvirt-topology-style';
    sheet.textContent = style;
    document.head.append(sheet);
  }
}

export default {
  render({ model, el }: { model: IModel; el: HTMLElement }): () => void {
    addStyle();
    el.classList.add('qvirt-part');
    return renderTopology(model, el);
  }
};
