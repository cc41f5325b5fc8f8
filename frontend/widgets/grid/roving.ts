/** A toolbar of which one button is in the tab order: the arrow keys go from button to button. */
export function rove(toolbar: HTMLElement): void {
  toolbar.setAttribute('role', 'toolbar');
  toolbar.addEventListener('keydown', event => {
    const all = [...toolbar.querySelectorAll<HTMLElement>('button')];
    const at = all.findIndex(node => node === document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[
      event.key
    ];
    const next = to === undefined ? undefined : all.at(to % all.length);
    if (next) {
      event.preventDefault();
      all.forEach(node => (node.tabIndex = -1));
      next.tabIndex = 0;
      next.focus();
    }
  });
}

/** See to it that one of the buttons can be reached by the tab key. */
export function keepReachable(buttons: readonly HTMLElement[]): void {
  const [first] = buttons;
  if (first && !buttons.some(node => node.tabIndex === 0)) {
    first.tabIndex = 0;
  }
}
