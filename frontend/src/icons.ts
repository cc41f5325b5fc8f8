/** Our own icons; their colours come from JupyterLab's icon classes. */
import { LabIcon } from '@jupyterlab/ui-components';

import consoleSvg from '../style/icons/console.svg';
import hostSvg from '../style/icons/host.svg';
import machineSvg from '../style/icons/machine.svg';
import managerSvg from '../style/icons/manager.svg';

export const managerIcon = new LabIcon({
  name: 'qvirt:manager',
  svgstr: managerSvg
});
export const hostIcon = new LabIcon({
  name: 'qvirt:host',
  svgstr: hostSvg
});
export const machineIcon = new LabIcon({
  name: 'qvirt:machine',
  svgstr: machineSvg
});
export const consoleIcon = new LabIcon({
  name: 'qvirt:console',
  svgstr: consoleSvg
});
