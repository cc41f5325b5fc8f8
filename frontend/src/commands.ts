/** All our commands, with what they take. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyJSONObject } from '@lumino/coreutils';

import { CommandIDs } from './commandIds';
import {
  MANAGER_PATH,
  managerPanel,
  type PanelKind,
  PANELS,
  readArguments
} from './panel';
import type { PanelTabs } from './panelTabs';

/** What `qvirt:open-manager` takes. */
export interface IManagerArguments {
  /** The session whose kernel shows it; the manager's own if left out. */
  path?: string;
}

/** What `qvirt:open-host` takes. */
export interface IHostArguments extends IManagerArguments {
  /** The connection's URI. */
  uri: string;
  /** What the tab is called. */
  title?: string;
}

/** What `qvirt:open-vm` and `qvirt:open-console` take. */
export interface IMachineArguments extends IHostArguments {
  uuid: string;
}

type Schema = ReadonlyJSONObject;

function schema(properties: Schema): { args: Schema } {
  return {
    args: { type: 'object', additionalProperties: false, properties }
  };
}

/** Register the commands. */
export function addCommands(
  app: JupyterFrontEnd,
  tabs: PanelTabs,
  trans: TranslationBundle
): void {
  const { commands } = app;
  const path = {
    type: 'string',
    description: trans.__(
      'The session whose kernel shows it; the manager’s own if left out.'
    )
  };
  const nothing = schema({});
  const host = {
    uri: { type: 'string', description: trans.__('The connection’s URI.') },
    title: { type: 'string', description: trans.__('What the tab is called.') },
    path
  };
  const machine = {
    ...host,
    uuid: {
      type: 'string',
      description: trans.__('The virtual machine’s UUID.')
    }
  };

  commands.addCommand(CommandIDs.openManager, {
    label: trans.__('Virtual Machine Manager'),
    caption: trans.__('See and control virtual machines'),
    icon: PANELS.manager.icon,
    describedBy: schema({ title: { type: 'string' }, path }),
    execute: args =>
      tabs.open({
        ...managerPanel(trans),
        path: readArguments(args).path ?? MANAGER_PATH
      })
  });

  /** What its arguments name or, from the palette, what is selected in the manager. */
  const addOpenCommand = (
    id: string,
    kind: PanelKind,
    properties: Schema,
    listAction: string,
    words: { label: string; caption: string }
  ) =>
    commands.addCommand(id, {
      ...words,
      icon: PANELS[kind].icon,
      describedBy: schema(properties),
      isEnabled: args =>
        typeof args.uri === 'string' || selectedInList(tabs, listAction),
      execute: async args => {
        const { title, path: session, ...names } = readArguments(args);
        if (names.uri === undefined) {
          actOnSelection(tabs, listAction);
          return;
        }
        await tabs.open({
          kind,
          arguments: names,
          title: title ?? names.uuid ?? names.uri,
          path: session ?? MANAGER_PATH
        });
      }
    });
  addOpenCommand(CommandIDs.openHost, 'host', host, 'open_host', {
    label: trans.__('Open Host'),
    caption: trans.__('Open the host of the connection that is selected')
  });
  addOpenCommand(CommandIDs.openMachine, 'vm', machine, 'open', {
    label: trans.__('Open Virtual Machine'),
    caption: trans.__(
      'Open the virtual machine that is selected in the manager'
    )
  });
  addOpenCommand(CommandIDs.openConsole, 'console', machine, 'open_console', {
    label: trans.__('Open Console'),
    caption: trans.__(
      'Open the screen of the virtual machine that is selected in the manager'
    )
  });

  commands.addCommand(CommandIDs.reloadPanel, {
    label: trans.__('Reload Panel'),
    caption: trans.__('Show the panel of this tab anew'),
    describedBy: nothing,
    isEnabled: () => tabs.current !== null,
    execute: () => tabs.current?.content.reload()
  });
  commands.addCommand(CommandIDs.restartManager, {
    label: trans.__('Restart the Manager’s Kernel'),
    caption: trans.__(
      'Start the manager anew; virtual machines are not affected'
    ),
    describedBy: nothing,
    execute: () => tabs.restart(MANAGER_PATH)
  });
}

/** The VM list in the current tab, which answers to DOM events: widgets/vm-list/index.ts. */
function currentList(tabs: PanelTabs): Element | null {
  return tabs.current?.node.querySelector('.qvirt-vm-list') ?? null;
}

/** Whether the list would do something now: it cancels the question if so. */
function selectedInList(tabs: PanelTabs, action: string): boolean {
  return !(
    currentList(tabs)?.dispatchEvent(
      new CustomEvent('qvirt:can', { detail: { action }, cancelable: true })
    ) ?? true
  );
}

function actOnSelection(tabs: PanelTabs, action: string): void {
  currentList(tabs)?.dispatchEvent(
    new CustomEvent('qvirt:do', { detail: { action } })
  );
}
