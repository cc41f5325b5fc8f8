/** The browser side of `qvirt_jupyter.widgets.VmList`. */
import { renderer } from '../grid/render';
import style from './style.css';
import { View } from './view';

export default {
  render: renderer('vm-list', style, (host, send) => new View(host, send))
};
