/** The names of our commands; others may use them, so they stay. */
export const CommandIDs = {
  /** Open the Virtual Machine Manager. */
  openManager: 'qvirt:open-manager',
  /** Open the tab of a connection's host. */
  openHost: 'qvirt:open-host',
  /** Open the tab of a virtual machine. */
  openMachine: 'qvirt:open-vm',
  /** Open a virtual machine's screen. */
  openConsole: 'qvirt:open-console',
  /** Show the current tab's panel anew. */
  reloadPanel: 'qvirt:reload-panel',
  /** Restart the kernel that the manager's tabs share. */
  restartManager: 'qvirt:restart-manager'
} as const;
