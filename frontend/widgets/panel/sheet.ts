import { addSheet } from '../grid/addSheet';
import cloneStyle from './clone.css';
import deletionStyle from './deletion.css';
import detailsStyle from './details.css';
import formStyle from './form.css';
import hostStyle from './host.css';
import storageStyle from './storage.css';
import style from './style.css';
import transfersStyle from './transfers.css';
import wizardStyle from './wizard.css';

/** Give the page the looks of our panels, once; other modules have buttons as ours, too. */
export function addPanelStyle(): void {
  addSheet(
    'panel',
    [
      style,
      formStyle,
      detailsStyle,
      deletionStyle,
      wizardStyle,
      cloneStyle,
      storageStyle,
      transfersStyle,
      hostStyle
    ].join('\n')
  );
}
