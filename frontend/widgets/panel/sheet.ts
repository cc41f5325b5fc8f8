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
  if (!document.getElementById('qvirt-panel-style')) {
    const sheet = document.createElement('style');
    sheet.id = 'qvirt-panel-style';
    sheet.textContent = [
      style,
      formStyle,
      detailsStyle,
      deletionStyle,
      wizardStyle,
      cloneStyle,
      storageStyle,
      transfersStyle,
      hostStyle
    ].join('\n');
    document.head.append(sheet);
  }
}
