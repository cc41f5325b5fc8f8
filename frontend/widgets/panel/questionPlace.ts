/** Where a question stands: over the panel, at what was clicked, so that nothing moves away. */

/** Milliseconds after which a click is no longer what asked. */
const RECENT = 5000;
/** A focused element that is higher is no button, but an area. */
const HIGHEST = 80;
/** Pixels between the question, what it is about, and the edges of the panel. */
const GAP = 8;

let pressed = { x: 0, y: 0, at: Number.NEGATIVE_INFINITY };

document.addEventListener(
  'pointerdown',
  event => {
    pressed = { x: event.clientX, y: event.clientY, at: performance.now() };
  },
  { capture: true, passive: true }
);

/** Move the questions of a panel to what asked; at its top where nobody knows. */
export function place(questions: HTMLElement): void {
  const panel = questions.offsetParent;
  if (!(panel instanceof HTMLElement)) {
    return;
  }
  const frame = panel.getBoundingClientRect();
  const asked = anchor(panel) ?? { x: frame.left, y: frame.top };
  const inside = (wanted: number, size: number, own: number) =>
    Math.max(GAP, Math.min(wanted, size - own - GAP));
  const left = inside(
    asked.x - frame.left,
    panel.clientWidth,
    questions.offsetWidth
  );
  const top = inside(
    asked.y - frame.top + GAP,
    panel.clientHeight,
    questions.offsetHeight
  );
  questions.style.left = `${panel.scrollLeft + left}px`;
  questions.style.top = `${panel.scrollTop + top}px`;
}

function anchor(panel: HTMLElement): { x: number; y: number } | undefined {
  const frame = panel.getBoundingClientRect();
  const isIn =
    pressed.x >= frame.left &&
    pressed.x <= frame.right &&
    pressed.y >= frame.top &&
    pressed.y <= frame.bottom;
  if (isIn && performance.now() - pressed.at < RECENT) {
    return pressed;
  }
  const active = document.activeElement;
  if (active && panel.contains(active)) {
    const box = active.getBoundingClientRect();
    if (box.height <= HIGHEST) {
      return { x: box.left, y: box.bottom };
    }
  }
  return undefined;
}
