import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IConsoleTracker } from '@jupyterlab/console';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { IRunningSessionManagers } from '@jupyterlab/running';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { publishClient } from './client';
import { CommandIDs } from './commandIds';
import { addCommands } from './commands';
import { addCreationCommands } from './creation';
import { managerPanel } from './panel';
import { PanelTabs } from './panelTabs';
import { listTabs } from './running';
import { Settings } from './settings';
import { ShellComm } from './shellComm';
import { StatusItem } from './statusItem';
import { TaskNotifications } from './taskNotifications';
import { WindowComms } from './windowComm';

/** Opens the manager at the start: `lab?qvirt=manager`. */
const URL_PARAMETER = 'qvirt';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'qvirt-jupyter:plugin',
  description: 'Opens the Virtual Machine Manager and its tabs.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  // Notebook 7 and other applications lack some of these.
  optional: [
    ITranslator,
    ILauncher,
    ICommandPalette,
    ILayoutRestorer,
    INotebookTracker,
    IConsoleTracker,
    ISettingRegistry,
    IStatusBar,
    IRunningSessionManagers,
    IFileBrowserFactory
  ],
  activate
};

function activate(
  app: JupyterFrontEnd,
  rendermime: IRenderMimeRegistry,
  translator: ITranslator | null,
  launcher: ILauncher | null,
  palette: ICommandPalette | null,
  restorer: ILayoutRestorer | null,
  notebooks: INotebookTracker | null,
  consoles: IConsoleTracker | null,
  registry: ISettingRegistry | null,
  statusBar: IStatusBar | null,
  running: IRunningSessionManagers | null,
  files: IFileBrowserFactory | null
): void {
  const languages = translator ?? nullTranslator;
  const trans = languages.load('qvirt_jupyter');
  publishClient();
  const settings = new Settings(
    registry?.load(plugin.id),
    trans.__('The settings of virtual machines cannot be read')
  );

  const tabs = new PanelTabs({
    app,
    rendermime,
    translator: languages,
    onKernel: (kernel, path) => shell.listen(kernel, () => path),
    onShown: kernel => windows.open(kernel)
  });
  const shell = new ShellComm({
    open: panel => void tabs.open(panel),
    retitle: panel => tabs.find(panel)?.retitle(panel.title),
    close: panel => tabs.find(panel)?.finish()
  });
  addCommands(app, tabs, trans);
  addCreationCommands({ app, tabs, trans, files });
  if (restorer) {
    tabs.restore(restorer);
  }
  if (running) {
    listTabs(running, tabs, trans);
  }

  const status = new StatusItem(
    trans,
    () => void app.commands.execute(CommandIDs.openManager)
  );
  const notifications = new TaskNotifications({
    trans,
    isInSight: path =>
      tabs.all.some(tab => tab.panel.path === path && tab.isVisible),
    cancel: (path, task) => windows.cancel(path, task)
  });
  const windows = new WindowComms({
    settings: () => settings.forKernels,
    onStatus: (path, counts) => status.take(path, counts),
    onTask: (path, task) => notifications.show(path, task),
    onEnd: path => {
      status.take(path, null);
      notifications.end(path);
    }
  });
  statusBar?.registerStatusItem('qvirt-jupyter:status', {
    item: status,
    align: 'left',
    rank: 10,
    isActive: () => settings.showStatus && status.hasNews,
    activeStateChanged: status.newsChanged
  });
  settings.changed.connect(() => {
    windows.tellSettings();
    status.newsChanged.emit();
  });

  // Cells may open tabs too; those tabs need new widgets when the notebook goes, because
  // its connection to the kernel carried theirs.
  notebooks?.widgetAdded.connect((_, { sessionContext, disposed }) => {
    shell.follow(sessionContext);
    disposed.connect(() => tabs.renew(sessionContext.path));
  });
  consoles?.widgetAdded.connect((_, { sessionContext, disposed }) => {
    shell.follow(sessionContext);
    disposed.connect(() => tabs.renew(sessionContext.path));
  });

  launcher?.add({
    command: CommandIDs.openManager,
    category: trans.__('Virtual machines'),
    rank: 1
  });
  launcher?.add({
    command: CommandIDs.createMachine,
    category: trans.__('Virtual machines'),
    rank: 2
  });
  for (const command of Object.values(CommandIDs)) {
    palette?.addItem({ command, category: trans.__('Virtual Machines') });
  }

  const parameters = new URLSearchParams(window.location.search);
  const isAskedFor = parameters.get(URL_PARAMETER) === 'manager';
  void Promise.all([app.restored, settings.ready]).then(() => {
    if ((isAskedFor && !isReload()) || settings.openAtStart) {
      void tabs.open(managerPanel(trans));
    }
  });
}

/** Whether the page was loaded again, which brings back what was in front before. */
function isReload(): boolean {
  const [entry] = performance.getEntriesByType('navigation');
  return (
    entry instanceof PerformanceNavigationTiming && entry.type === 'reload'
  );
}

export default plugin;
