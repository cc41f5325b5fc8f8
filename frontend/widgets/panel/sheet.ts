import cloneStyle from './clone.css';
import deletionStyle from './deletion.css';
import detailsStyle from './details.css';
import formStyle from './form.css';
import style from './style.css';
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
      cloneStyle
    ].join('\n');
    document.head.append(sheet);
  }
}
