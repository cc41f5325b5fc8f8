/** Which panels a tab can show, as the kernel names them. */
import type { TranslationBundle } from '@jupyterlab/translation';

import { CommandIDs } from './commandIds';
import {
  consoleIcon,
  hostIcon,
  machineIcon,
  managerIcon,
  topologyIcon,
  wallIcon
} from './icons';

/** What `qvirt_jupyter.widgets.show_panel` is called with. */
export type PanelArguments = Record<string, string>;

/** A panel, and where it runs: enough to open it again after a reload. */
export interface Panel {
  kind: PanelKind;
  arguments: PanelArguments;
  /** What its tab is called. */
  title: string;
  /** The path of the session whose kernel shows it. */
  path: string;
}

/** The session that the manager and its tabs share. */
export const MANAGER_PATH = 'qvirt-jupyter/manager';

/** The argument that says what in a panel is in front, and not what the panel shows. */
export const PLACE = 'section';

/** Panels are the same if they show the same thing in the same kernel, wherever they are open. */
export function panelKey(panel: Panel): string {
  const sorted = Object.entries(panel.arguments)
    .filter(([name]) => name !== PLACE)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([panel.path, panel.kind, sorted]);
}

/** What we know of each kind of panel: its icon, and the command that opens it. */
export const PANELS = {
  manager: { icon: managerIcon, command: CommandIDs.openManager },
  host: { icon: hostIcon, command: CommandIDs.openHost },
  vm: { icon: machineIcon, command: CommandIDs.openMachine },
  console: { icon: consoleIcon, command: CommandIDs.openConsole },
  create: { icon: machineIcon, command: CommandIDs.createMachine },
  topology: { icon: topologyIcon, command: CommandIDs.openTopology },
  wall: { icon: wallIcon, command: CommandIDs.openWall }
} as const;

export type PanelKind = keyof typeof PANELS;

export const PANEL_KINDS: readonly PanelKind[] = [
  'manager',
  'host',
  'vm',
  'console',
  'create',
  'topology',
  'wall'
];

/** Whether a tab can show this kind of panel. */
export function isPanelKind(kind: unknown): kind is PanelKind {
  return typeof kind === 'string' && Object.hasOwn(PANELS, kind);
}

/** The manager, in the session of its own. */
export function managerPanel(trans: TranslationBundle): Panel {
  return {
    kind: 'manager',
    arguments: {},
    title: trans.__('Virtual Machine Manager'),
    path: MANAGER_PATH
  };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Read arguments that came over a wire; what is not text is left out. */
export function readArguments(value: unknown): PanelArguments {
  const found: PanelArguments = {};
  if (isRecord(value)) {
    for (const [name, argument] of Object.entries(value)) {
      if (typeof argument === 'string') {
        found[name] = argument;
      }
    }
  }
  return found;
}

/** A request of the kernel, as `qvirt_jupyter/widgets/shell.py` sends it. */
export interface ShellMessage {
  action: 'open' | 'title' | 'close';
  kind: PanelKind;
  arguments: PanelArguments;
  title: string;
  client: string;
}

/** Check a request of the kernel. */
export function readShellMessage(value: unknown): ShellMessage | null {
  if (!isRecord(value)) {
    return null;
  }
  const { action, kind, title, client } = value;
  if (
    (action !== 'open' && action !== 'title' && action !== 'close') ||
    !isPanelKind(kind) ||
    typeof title !== 'string' ||
    typeof client !== 'string'
  ) {
    return null;
  }
  return {
    action,
    kind,
    title,
    client,
    arguments: readArguments(value.arguments)
  };
}
