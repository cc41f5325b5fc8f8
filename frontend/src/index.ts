import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IConsoleTracker } from '@jupyterlab/console';
import { ILauncher } from '@jupyterlab/launcher';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { publishClient } from './client';
import { CommandIDs } from './commandIds';
import { addCommands } from './commands';
import { managerPanel } from './panel';
import { PanelTabs } from './panelTabs';
import { ShellComm } from './shellComm';

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
    IConsoleTracker
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
  consoles: IConsoleTracker | null
): void {
  const languages = translator ?? nullTranslator;
  const trans = languages.load('qvirt_jupyter');
  publishClient();

  const tabs = new PanelTabs({
    app,
    rendermime,
    translator: languages,
    onKernel: (kernel, path) => shell.listen(kernel, () => path)
  });
  const shell = new ShellComm({
    open: panel => void tabs.open(panel),
    retitle: panel => tabs.find(panel)?.retitle(panel.title)
  });
  addCommands(app, tabs, trans);
  if (restorer) {
    tabs.restore(restorer);
  }

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
  for (const command of Object.values(CommandIDs)) {
    palette?.addItem({ command, category: trans.__('Virtual Machines') });
  }

  const parameters = new URLSearchParams(window.location.search);
  if (parameters.get(URL_PARAMETER) === 'manager' && !isReload()) {
    void app.restored.then(() => tabs.open(managerPanel(trans)));
  }
}

/** Whether the page was loaded again, which brings back what was in front before. */
function isReload(): boolean {
  const [entry] = performance.getEntriesByType('navigation');
  return (
    entry instanceof PerformanceNavigationTiming && entry.type === 'reload'
  );
}

export default plugin;
