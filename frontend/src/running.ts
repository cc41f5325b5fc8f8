/** Our tabs in the panel of what runs: closing one there never stops a virtual machine. */
import type { IRunningSessionManagers } from '@jupyterlab/running';
import type { TranslationBundle } from '@jupyterlab/translation';
import { closeIcon } from '@jupyterlab/ui-components';

import { PANELS } from './panel';
import type { PanelTabs } from './panelTabs';

export function listTabs(
  managers: IRunningSessionManagers,
  tabs: PanelTabs,
  trans: TranslationBundle
): void {
  managers.add({
    name: trans.__('Virtual Machine Tabs'),
    running: () =>
      tabs.all.map(tab => ({
        label: () => tab.panel.title,
        labelTitle: () => tab.title.caption,
        icon: () => PANELS[tab.panel.kind].icon,
        open: () => void tabs.open(tab.panel),
        shutdown: () => tab.dispose()
      })),
    shutdownAll: () => tabs.all.forEach(tab => tab.dispose()),
    // The list is made anew each time.
    refreshRunning: () => undefined,
    runningChanged: tabs.changed,
    shutdownLabel: trans.__('Close Tab'),
    shutdownAllLabel: trans.__('Close All'),
    shutdownAllConfirmationText: trans.__(
      'Close all tabs of the Virtual Machine Manager? Virtual machines go on as they are.'
    ),
    shutdownItemIcon: closeIcon
  });
}
