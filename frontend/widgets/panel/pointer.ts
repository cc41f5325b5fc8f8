import { element, say } from './dom';
import { IModel } from './messages';

/** Milliseconds between two messages while the pointer moves. */
const PAUSE = 80;
/** The part of the time axis that an arrow key goes. */
const STEP = 1 / 60;

let named = 0;

/** Give a graph a name that says its values, and a place in the order of the Tab key. */
function describe(graph: Element): void {
  const heading = graph.querySelector('.widget-html-content');
  const figure = graph.querySelector('.bqplot');
  if (heading && figure && !figure.hasAttribute('aria-labelledby')) {
    heading.id = `qvirt-graph-${(named += 1)}`;
    figure.setAttribute('role', 'img');
    figure.setAttribute('aria-labelledby', heading.id);
    figure.setAttribute('tabindex', '0');
  }
}

/**
 * Tell the kernel at which moment of which graph the pointer is, and draw a line there: the
 * graph's heading then says the values of that moment. Arrow keys move it in the focused graph.
 */
export function renderPointer(model: IModel, root: HTMLElement): () => void {
  root.classList.add('qvirt-pointer');
  const line = element('div', { class: 'qvirt-pointer-line', hidden: true });
  root.append(line);
  let graphs: HTMLElement | null = null;
  let timer = 0;
  let next: { graph: number; share: number | null } | null = null;
  let shown = -1;
  let share = 1;

  const send = () => {
    timer = 0;
    if (next) {
      say(model, { type: 'pointer', ...next });
      next = null;
      timer = window.setTimeout(send, PAUSE);
    }
  };
  const tell = (graph: number, at: number | null) => {
    next = { graph, share: at };
    if (!timer) {
      send();
    }
  };
  const leave = () => {
    line.hidden = true;
    if (shown >= 0) {
      tell(shown, null);
      shown = -1;
    }
  };
  /** Be at a moment of the graph around an element; 1 is now. */
  const point = (
    target: EventTarget | null,
    place: (box: DOMRect) => number
  ) => {
    const graph =
      target instanceof Element ? target.closest('.qvirt-graph') : null;
    const area = graph?.querySelector('.plotarea_background');
    const box = area?.getBoundingClientRect();
    const at = box && box.width > 0 ? place(box) : -1;
    if (!graph || !box || at < 0 || at > 1) {
      leave();
      return;
    }
    const index = [...(graphs?.querySelectorAll('.qvirt-graph') ?? [])].indexOf(
      graph
    );
    if (index !== shown) {
      leave();
      shown = index;
    }
    share = at;
    const frame = root.getBoundingClientRect();
    line.hidden = false;
    line.style.left = `${box.left + at * box.width - frame.left}px`;
    line.style.top = `${box.top - frame.top}px`;
    line.style.height = `${box.height}px`;
    tell(index, at);
  };
  const move = (event: PointerEvent) =>
    point(event.target, box => (event.clientX - box.left) / box.width);
  const press = (event: KeyboardEvent) => {
    const from = shown < 0 ? 1 : share;
    const to = {
      ArrowLeft: Math.max(0, from - STEP),
      ArrowRight: Math.min(1, from + STEP),
      Home: 0,
      End: 1
    }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      point(event.target, () => to);
    } else if (event.key === 'Escape') {
      leave();
    }
  };
  const watcher = new MutationObserver(() =>
    graphs?.querySelectorAll('.qvirt-graph').forEach(describe)
  );
  let frame = 0;
  const begin = () => {
    graphs = root.closest('.qvirt-performance');
    if (!graphs) {
      // ipywidgets puts it into its parent once all beside it are made.
      frame = window.requestAnimationFrame(begin);
      return;
    }
    graphs.addEventListener('pointermove', move);
    graphs.addEventListener('pointerleave', leave);
    graphs.addEventListener('keydown', press);
    graphs.addEventListener('focusout', leave);
    graphs.querySelectorAll('.qvirt-graph').forEach(describe);
    watcher.observe(graphs, { childList: true, subtree: true });
  };
  begin();
  return () => {
    window.cancelAnimationFrame(frame);
    window.clearTimeout(timer);
    watcher.disconnect();
    graphs?.removeEventListener('pointermove', move);
    graphs?.removeEventListener('pointerleave', leave);
    graphs?.removeEventListener('keydown', press);
    graphs?.removeEventListener('focusout', leave);
  };
}
