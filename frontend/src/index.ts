import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'qvirt-jupyter:plugin',
  description: 'Opens the Virtual Machine Manager and its tabs.',
  autoStart: true,
  activate: () => undefined
};

export default plugin;
