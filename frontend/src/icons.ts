/** Our own icons; their colours come from JupyterLab's icon classes. */
import { LabIcon } from '@jupyterlab/ui-components';

import consoleSvg from '../style/icons/console.svg';
import hostSvg from '../style/icons/host.svg';
import machineSvg from '../style/icons/machine.svg';
import managerSvg from '../style/icons/manager.svg';
import topologySvg from '../style/icons/topology.svg';
import wallSvg from '../style/icons/wall.svg';

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
export const topologyIcon = new LabIcon({
  name: 'qvirt:topology',
  svgstr: topologySvg
});
export const wallIcon = new LabIcon({
  name: 'qvirt:wall',
  svgstr: wallSvg
});
