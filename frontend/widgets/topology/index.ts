/**
 * The map of a host's networks, with cytoscape. A module of its own, which a browser loads when the
 * first map is shown.
 */
import { addSheet } from '../grid/addSheet';
import type { IModel } from '../panel/messages';
import { addPanelStyle } from '../panel/sheet';
import style from './style.css';
import { renderTopology } from './view';

export default {
  render({ model, el }: { model: IModel; el: HTMLElement }): () => void {
    addPanelStyle();
    addSheet('topology', style);
    el.classList.add('qvirt-part');
    return renderTopology(model, el);
  }
};
