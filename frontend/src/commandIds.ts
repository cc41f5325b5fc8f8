/** The names of our commands; others may use them, so they stay. */
export const CommandIDs = {
  /** Open the Virtual Machine Manager. */
  openManager: 'qvirt:open-manager',
  /** Open the tab of a connection's host. */
  openHost: 'qvirt:open-host',
  /** Open the map of a host's networks. */
  openTopology: 'qvirt:open-topology',
  /** Open a wall of screens. */
  openWall: 'qvirt:open-wall',
  /** Open the tab of a virtual machine. */
  openMachine: 'qvirt:open-vm',
  /** Open a virtual machine's screen. */
  openConsole: 'qvirt:open-console',
  /** Make a new virtual machine, page by page or on one page. */
  createMachine: 'qvirt:create-vm',
  quickCreate: 'qvirt:quick-create',
  /** Make one of the file that is selected in the file browser. */
  createFromFile: 'qvirt:create-from-file',
  /** Do something to the machines that are selected in the manager. */
  start: 'qvirt:start-vm',
  pause: 'qvirt:pause-vm',
  resume: 'qvirt:resume-vm',
  reboot: 'qvirt:reboot-vm',
  shutDown: 'qvirt:shut-down-vm',
  save: 'qvirt:save-vm',
  forceOff: 'qvirt:force-off-vm',
  /** Show a dialog of the manager. */
  addConnection: 'qvirt:add-connection',
  editPreferences: 'qvirt:edit-preferences',
  /** Show the current tab's panel anew. */
  reloadPanel: 'qvirt:reload-panel',
  /** Restart the kernel that the manager's tabs share. */
  restartManager: 'qvirt:restart-manager'
} as const;
