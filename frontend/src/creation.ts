/** The commands that make a new virtual machine, also of a file in JupyterLab's file browser. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { PageConfig, PathExt } from '@jupyterlab/coreutils';
import type { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import type { TranslationBundle } from '@jupyterlab/translation';
import type {
  ReadonlyJSONObject,
  ReadonlyPartialJSONObject
} from '@lumino/coreutils';

import { CommandIDs } from './commandIds';
import { machineIcon } from './icons';
import { MANAGER_PATH, type PanelArguments, readArguments } from './panel';
import type { PanelTabs } from './panelTabs';

/** What `qvirt:create-vm` and `qvirt:quick-create` take. */
export interface ICreationArguments {
  /** The connection's URI; the first that is open if left out. */
  uri?: string;
  /** A file of the host to begin with. */
  medium?: string;
  /** The same by its path in the file browser. */
  file?: string;
}

/** Endings of files that a machine starts from, or has as its disk. */
export const IMAGES: readonly string[] = [
  '.iso',
  '.img',
  '.qcow2',
  '.raw',
  '.vmdk',
  '.vdi',
  '.vhd',
  '.vhdx',
  '.qed'
];

/** Whether a machine can be made of a file, by its name. */
export function isImage(path: string): boolean {
  return IMAGES.includes(PathExt.extname(path).toLowerCase());
}

interface IOptions {
  app: JupyterFrontEnd;
  tabs: PanelTabs;
  trans: TranslationBundle;
  files: IFileBrowserFactory | null;
}

export function addCreationCommands({
  app,
  tabs,
  trans,
  files
}: IOptions): void {
  const { commands } = app;
  const text = (description: string) => ({ type: 'string', description });
  const args: ReadonlyJSONObject = {
    type: 'object',
    additionalProperties: false,
    properties: {
      uri: text(trans.__('The connection’s URI; the first that is open.')),
      medium: text(trans.__('A file of the host to begin with.')),
      upload: text(
        trans.__('The name of a file of this computer that is uploaded next.')
      ),
      file: text(trans.__('The same by its path in the file browser.')),
      quick: text(trans.__('“true”: everything on one page.')),
      title: text(trans.__('What the tab is called.')),
      path: text(
        trans.__(
          'The session whose kernel shows it; the manager’s own if left out.'
        )
      )
    }
  };

  const open = async (given: PanelArguments, quick: boolean) => {
    const wanted: PanelArguments = {};
    for (const name of ['uri', 'medium', 'upload']) {
      if (given[name]) {
        wanted[name] = given[name];
      }
    }
    if (quick || given.quick === 'true') {
      wanted.quick = 'true';
    }
    await tabs.open({
      kind: 'create',
      arguments: wanted,
      title: given.title ?? trans.__('New virtual machine'),
      path: given.path ?? MANAGER_PATH
    });
  };

  commands.addCommand(CommandIDs.createMachine, {
    label: trans.__('New Virtual Machine…'),
    caption: trans.__('Make a new virtual machine, step by step'),
    icon: machineIcon,
    describedBy: { args },
    execute: given => open(readArguments(given), false)
  });
  commands.addCommand(CommandIDs.quickCreate, {
    label: trans.__('Quick Create…'),
    caption: trans.__('Make a new virtual machine on one page'),
    describedBy: { args },
    execute: given => open(readArguments(given), true)
  });

  /** The image that is meant: the file of the arguments, or what is selected. */
  const image = (given: ReadonlyPartialJSONObject): string | undefined => {
    const { file } = readArguments(given);
    const browser = files?.tracker.currentWidget;
    const chosen = file ?? [...(browser?.selectedItems() ?? [])][0]?.path;
    return chosen !== undefined && isImage(chosen) ? chosen : undefined;
  };
  commands.addCommand(CommandIDs.createFromFile, {
    label: trans.__('New Virtual Machine'),
    caption: trans.__('Make a new virtual machine of this file'),
    icon: machineIcon,
    describedBy: { args },
    isVisible: given => image(given) !== undefined,
    isEnabled: given => image(given) !== undefined,
    execute: async given => {
      const file = image(given);
      if (file !== undefined) {
        const { contents } = app.serviceManager;
        // The kernel knows what "~" is.
        const root = PageConfig.getOption('serverRoot').replace(/\/$/, '');
        await open({ medium: `${root}/${contents.localPath(file)}` }, false);
      }
    }
  });

  acceptDrops(async file => {
    await commands.execute(CommandIDs.createFromFile, { file });
  });
  acceptFiles(async file => {
    await commands.execute(CommandIDs.createMachine, { upload: file.name });
  }, trans);
}

/** What the file browser drags: see JupyterLab's `CONTENTS_MIME`. */
const CONTENTS = 'application/x-jupyter-icontents';

/** The part of Lumino's drag event that we use. */
interface IDragEvent extends Event {
  mimeData: { getData: (type: string) => unknown };
  dropAction: string;
  proposedAction: string;
}

/** An image that is dragged from the file browser onto the list of machines becomes one. */
function acceptDrops(create: (file: string) => Promise<void>): void {
  const imageOver = (event: Event): string | undefined => {
    const { target, mimeData } = event as IDragEvent;
    const isOnList =
      target instanceof Element && target.closest('.qvirt-vm-list') !== null;
    const paths = isOnList ? mimeData.getData(CONTENTS) : undefined;
    return Array.isArray(paths)
      ? paths.find(
          (path): path is string => typeof path === 'string' && isImage(path)
        )
      : undefined;
  };
  for (const type of ['lm-dragenter', 'lm-dragover', 'lm-drop']) {
    // Before the dock panel takes it for a tab that is moved.
    document.addEventListener(
      type,
      event => {
        const image = imageOver(event);
        if (image === undefined) {
          return;
        }
        event.preventDefault();
        event.stopPropagation();
        // The file browser offers moves alone; with any other action nothing is dropped.
        const dragged = event as IDragEvent;
        dragged.dropAction = dragged.proposedAction;
        if (type === 'lm-drop') {
          void create(image);
        }
      },
      true
    );
  }
}

/** What the wizard says when it can upload the file that it was opened for. */
const OFFERED = 'qvirt-upload-offered';

/** Milliseconds that a refusal stands on the screen. */
const SAID = 15000;

interface IOffer {
  name: string;
  take: (file: File) => void;
}

/**
 * An image of this computer that is dropped onto the list of machines opens the wizard, which
 * gets the file as soon as it can upload one.
 */
function acceptFiles(
  create: (file: File) => Promise<void>,
  trans: TranslationBundle
): void {
  let waiting: File | null = null;
  const isOnList = ({ target }: Event) =>
    target instanceof Element && target.closest('.qvirt-vm-list') !== null;

  document.addEventListener('dragover', event => {
    if (isOnList(event) && event.dataTransfer?.types.includes('Files')) {
      // Without this the browser would leave JupyterLab for the file.
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
    }
  });
  document.addEventListener('drop', event => {
    const files = isOnList(event) ? [...(event.dataTransfer?.files ?? [])] : [];
    const [first] = files;
    if (!first) {
      return;
    }
    event.preventDefault();
    const image = files.find(file => isImage(file.name));
    if (image) {
      waiting = image;
      void create(image);
    } else {
      Notification.warning(
        trans.__(
          '%1 is neither an ISO image nor a disk image, so no machine can be made of it.',
          first.name
        ),
        { autoClose: SAID }
      );
    }
  });
  document.addEventListener(OFFERED, event => {
    const { name, take } = (event as CustomEvent<IOffer>).detail;
    if (waiting?.name === name) {
      const file = waiting;
      waiting = null;
      take(file);
    }
  });
}
