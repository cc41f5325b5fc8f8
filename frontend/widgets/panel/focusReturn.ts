/** Gives the focus back when a dialog closes: to what opened it, or to what took its place. */

const ROW = "[role=row][tabindex='0']";
const KEYS = ['data-button', 'data-action', 'data-focus'] as const;

export class FocusReturn {
  private readonly opener = document.activeElement;
  private readonly grid: Element | null;
  private panel: Element | null;

  /**
   * Remember what has the focus now.
   *
   * @param dialog - where the dialog is or will be
   */
  constructor(private readonly dialog: Element) {
    this.grid = this.opener?.closest('[role=treegrid], [role=grid]') ?? null;
    this.panel = this.opener?.closest('.qvirt-panel') ?? null;
  }

  /** Give it back, unless somebody has put it elsewhere meanwhile. */
  give(): void {
    const { activeElement } = document;
    if (
      activeElement &&
      activeElement !== document.body &&
      !this.dialog.contains(activeElement)
    ) {
      return;
    }
    // One that was opened from a menu of JupyterLab's gives the focus to its own panel.
    this.panel ??= this.dialog.closest('.qvirt-panel');
    [this.opener, this.again, this.row, this.anyRow, this.tab]
      .find(canBeFocused)
      ?.focus();
  }

  /** The same button, made anew. */
  private get again(): Element | null {
    for (const key of KEYS) {
      const name = this.opener?.getAttribute(key);
      if (name) {
        return (
          this.panel?.querySelector(`[${key}="${CSS.escape(name)}"]`) ?? null
        );
      }
    }
    return null;
  }

  /** The row that took the place of the one that is gone. */
  private get row(): Element | null {
    return this.grid?.querySelector(ROW) ?? null;
  }

  private get anyRow(): Element | null {
    return this.panel?.querySelector(ROW) ?? null;
  }

  private get tab(): Element | null {
    return (
      this.panel?.querySelector("[role=tab][aria-selected='true']") ?? null
    );
  }
}

function canBeFocused(node: Element | null): node is HTMLElement {
  return (
    node instanceof HTMLElement &&
    node !== document.body &&
    node.isConnected &&
    node.getClientRects().length > 0
  );
}
