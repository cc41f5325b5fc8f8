/**
 * Move in a group of radio buttons by a key: arrows, Home, End and Space move and choose, and
 * what is disabled can be read. Returns the button that is chosen by that, if any.
 */
export function moveInRadioGroup(
  event: KeyboardEvent,
  group: HTMLElement
): HTMLElement | null {
  const all = [...group.querySelectorAll<HTMLElement>('[role=radio]')];
  const at = all.indexOf(document.activeElement as HTMLElement);
  // With Alt, arrows belong to the page around it: back and forth.
  const to = event.altKey
    ? undefined
    : {
        ArrowRight: at + 1,
        ArrowDown: at + 1,
        ArrowLeft: at - 1,
        ArrowUp: at - 1,
        Home: 0,
        End: all.length - 1,
        ' ': at
      }[event.key];
  const target =
    to === undefined ? undefined : all[(to + all.length) % all.length];
  if (at < 0 || !target) {
    return null;
  }
  event.preventDefault();
  event.stopPropagation();
  target.focus();
  return target.hasAttribute('aria-disabled') ? null : target;
}
