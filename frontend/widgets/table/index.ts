/** The browser side of `qvirt_jupyter.widgets.table.RecordTable`. */
import { renderer } from '../grid/render';
import style from './style.css';
import { View } from './view';

export default {
  render: renderer('table', style, (host, send) => new View(host, send))
};
