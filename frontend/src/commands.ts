/** All our commands, with what they take. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import type {
  ReadonlyJSONObject,
  ReadonlyPartialJSONObject
} from '@lumino/coreutils';

import { CommandIDs } from './commandIds';
import {
  MANAGER_PATH,
  managerPanel,
  type Panel,
  type PanelKind,
  PANELS,
  PLACE,
  readArguments
} from './panel';
import type { PanelTab } from './panelTab';
import type { PanelTabs } from './panelTabs';

/** What `qvirt:open-manager` takes. */
export interface IManagerArguments {
  /** The session whose kernel shows it; the manager's own if left out. */
  path?: string;
}

/** What `qvirt:open-host` and `qvirt:open-topology` take. */
export interface IHostArguments extends IManagerArguments {
  /** The connection's URI. */
  uri: string;
  /** What the tab is called. */
  title?: string;
  /** Which section of a host comes to the front. */
  section?: string;
  /** What the tab shows whose context menu is open. */
  clicked?: boolean;
}

/** What `qvirt:open-vm` and `qvirt:open-console` take. */
export interface IMachineArguments extends IHostArguments {
  uuid: string;
}

/** What `qvirt:reload-panel` takes. */
export interface IReloadArguments {
  /** The tab whose context menu is open, and not the current one. */
  clicked?: boolean;
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
  const clicked = {
    type: 'boolean',
    description: trans.__('The tab whose context menu is open.')
  };
  const nothing = schema({});
  const host = {
    uri: { type: 'string', description: trans.__('The connection’s URI.') },
    title: { type: 'string', description: trans.__('What the tab is called.') },
    path,
    clicked
  };
  const machine = {
    ...host,
    uuid: {
      type: 'string',
      description: trans.__('The virtual machine’s UUID.')
    }
  };

  /** The tab that is meant: the one whose context menu is open, or the current one. */
  const meant = (args: ReadonlyPartialJSONObject): PanelTab | null => {
    if (args.clicked !== true) {
      return tabs.current;
    }
    const node = app.contextMenuHitTest(
      ({ dataset }) => dataset.qvirtPanel !== undefined
    );
    return tabs.all.find(({ id }) => id === node?.dataset.id) ?? null;
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

  /** What its arguments name or, from a menu, the tab's or what is selected in the manager. */
  const addOpenCommand = (
    id: string,
    kind: PanelKind,
    properties: Schema,
    listAction: string,
    words: { label: string; caption: string }
  ) => {
    const names = ['uri', 'uuid'].filter(name => name in properties);
    const panelOf = (args: ReadonlyPartialJSONObject): Panel | undefined => {
      const panel = meant(args)?.panel;
      return panel && names.every(name => name in panel.arguments)
        ? panel
        : undefined;
    };
    commands.addCommand(id, {
      ...words,
      icon: PANELS[kind].icon,
      describedBy: schema(properties),
      isEnabled: args =>
        typeof args.uri === 'string' ||
        panelOf(args) !== undefined ||
        selectedInList(tabs, listAction),
      execute: async args => {
        const given = readArguments(args);
        const panel = given.uri === undefined ? panelOf(args) : undefined;
        const from = panel?.arguments ?? given;
        if (from.uri === undefined) {
          actOnSelection(tabs, listAction);
          return;
        }
        await tabs.open({
          kind,
          arguments: {
            ...Object.fromEntries(names.map(name => [name, from[name] ?? ''])),
            ...(PLACE in properties && given[PLACE]
              ? { [PLACE]: given[PLACE] }
              : {})
          },
          // Neither is called like a machine of it; the kernel gives a map its name.
          title:
            given.title ??
            (kind === 'host' || kind === 'topology'
              ? undefined
              : panel?.title) ??
            from.uuid ??
            from.uri,
          path: given.path ?? panel?.path ?? MANAGER_PATH
        });
      }
    });
  };
  const place = {
    type: 'string',
    description: trans.__(
      'What comes to the front: “storage”, “networks”, “devices”, “secrets”, …'
    )
  };
  const hostAtSection = { ...host, [PLACE]: place };
  addOpenCommand(CommandIDs.openHost, 'host', hostAtSection, 'open_host', {
    label: trans.__('Open Host'),
    caption: trans.__(
      'Open the host of this tab, or of the connection that is selected in the manager'
    )
  });
  addOpenCommand(CommandIDs.openTopology, 'topology', host, 'open_topology', {
    label: trans.__('Network Topology'),
    caption: trans.__(
      'Map the networks of this tab’s host, or of the connection that is selected in the manager'
    )
  });
  addOpenCommand(CommandIDs.openMachine, 'vm', machine, 'open', {
    label: trans.__('Open Virtual Machine'),
    caption: trans.__(
      'Open the virtual machine of this tab, or those that are selected in the manager'
    )
  });
  addOpenCommand(CommandIDs.openConsole, 'console', machine, 'open_console', {
    label: trans.__('Open Console'),
    caption: trans.__(
      'Open the screen of the virtual machine of this tab, or of those that are selected in the manager'
    )
  });

  commands.addCommand(CommandIDs.openWall, {
    label: trans.__('Wall of Screens'),
    caption: trans.__(
      'Show the live screens of what is selected in the manager, of this tab’s host, or of all hosts'
    ),
    icon: PANELS.wall.icon,
    describedBy: schema({
      uri: host.uri,
      tag: {
        type: 'string',
        description: trans.__('Only machines with this tag.')
      },
      machines: {
        type: 'string',
        description: trans.__('A JSON object of lists of UUIDs by URI.')
      },
      title: host.title,
      path
    }),
    execute: async args => {
      const { title, path: at, ...given } = readArguments(args);
      const asked = Object.keys(given).length > 0 || title !== undefined;
      const action = ['open_wall', 'open_host_wall'].find(name =>
        selectedInList(tabs, name)
      );
      if (!asked && action !== undefined) {
        actOnSelection(tabs, action);
        return;
      }
      const current = asked ? undefined : tabs.current?.panel;
      const uri = current?.arguments.uri;
      await tabs.open({
        kind: 'wall',
        arguments: uri === undefined ? given : { uri },
        title: title ?? trans.__('Screens'),
        path: at ?? current?.path ?? MANAGER_PATH
      });
    }
  });

  /**
   * What the buttons of the manager's list or of a machine's tab do, by their own names for it;
   * they ask first where they would. Of several that share a place, the one that is possible.
   */
  const addActionCommand = (id: string, label: string, ...actions: string[]) =>
    commands.addCommand(id, {
      label,
      caption: trans.__(
        'For the virtual machine of this tab, or those selected in the manager'
      ),
      describedBy: nothing,
      isEnabled: () =>
        actions.some(
          action => buttonOf(tabs, action) ?? selectedInList(tabs, action)
        ),
      execute: () => {
        for (const action of actions) {
          buttonOf(tabs, action)?.click();
          actOnSelection(tabs, action);
        }
      }
    });
  addActionCommand(CommandIDs.start, trans.__('Start'), 'start', 'restore');
  addActionCommand(CommandIDs.pause, trans.__('Pause'), 'suspend');
  addActionCommand(CommandIDs.resume, trans.__('Resume'), 'resume');
  addActionCommand(CommandIDs.reboot, trans.__('Reboot'), 'reboot');
  addActionCommand(CommandIDs.shutDown, trans.__('Shut Down'), 'shutdown');
  addActionCommand(CommandIDs.save, trans.__('Save'), 'managed_save');
  addActionCommand(CommandIDs.forceOff, trans.__('Force Off…'), 'destroy');

  /** What a button above the manager's list does, once the manager is open. */
  const addBarCommand = (id: string, label: string, name: string) => {
    const selector = `.qvirt-bar-${name}`;
    const manager = () =>
      tabs.all.find(({ node }) => node.querySelector(selector) !== null);
    commands.addCommand(id, {
      label,
      describedBy: nothing,
      isEnabled: () => manager() !== undefined,
      execute: async () => {
        const tab = manager();
        if (tab) {
          await tabs.open(tab.panel);
          tab.node.querySelector<HTMLElement>(selector)?.click();
        }
      }
    });
  };
  addBarCommand(
    CommandIDs.addConnection,
    trans.__('Add Connection…'),
    'add-connection'
  );
  addBarCommand(
    CommandIDs.editPreferences,
    trans.__('Preferences of the Manager…'),
    'preferences'
  );

  commands.addCommand(CommandIDs.reloadPanel, {
    label: trans.__('Reload Panel'),
    caption: trans.__('Show the panel of this tab anew'),
    describedBy: schema({ clicked }),
    isEnabled: args => meant(args) !== null,
    execute: args => meant(args)?.content.reload()
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

/** A button of the current machine's tab, where it can be pressed: widgets/panel/machine.ts. */
function buttonOf(tabs: PanelTabs, action: string): HTMLElement | null {
  // The manager shows one of the selected machines too: there the whole selection counts.
  return tabs.current?.panel.kind === 'vm'
    ? tabs.current.node.querySelector<HTMLElement>(
        `.qvirt-machine [data-button="${action}"]:not([aria-disabled])`
      )
    : null;
}
