import { element, say } from './dom';
import { IModel } from './messages';

/** Milliseconds between two messages while the pointer moves. */
const PAUSE = 80;

/**
 * Tell the kernel at which moment of which graph the pointer is, and draw a line there: the
 * graph's heading then says the values of that moment.
 */
export function renderPointer(model: IModel, root: HTMLElement): () => void {
  root.classList.add('qvirt-pointer');
  const line = element('div', { class: 'qvirt-pointer-line', hidden: true });
  root.append(line);
  let graphs: HTMLElement | null = null;
  let timer = 0;
  let next: { graph: number; share: number | null } | null = null;
  let shown = -1;

  const send = () => {
    timer = 0;
    if (next) {
      say(model, { type: 'pointer', ...next });
      next = null;
      timer = window.setTimeout(send, PAUSE);
    }
  };
  const tell = (graph: number, share: number | null) => {
    next = { graph, share };
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
  const move = (event: PointerEvent) => {
    const target = event.target instanceof Element ? event.target : null;
    const graph = target?.closest('.qvirt-graph');
    const area = graph?.querySelector('.plotarea_background');
    const box = area?.getBoundingClientRect();
    if (
      !graph ||
      !box ||
      box.width <= 0 ||
      event.clientX < box.left ||
      event.clientX > box.right
    ) {
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
    const frame = root.getBoundingClientRect();
    line.hidden = false;
    line.style.left = `${event.clientX - frame.left}px`;
    line.style.top = `${box.top - frame.top}px`;
    line.style.height = `${box.height}px`;
    tell(index, (event.clientX - box.left) / box.width);
  };
  // The parent is known once the view is in the page.
  const frame = window.requestAnimationFrame(() => {
    graphs = root.closest('.qvirt-performance');
    graphs?.addEventListener('pointermove', move);
    graphs?.addEventListener('pointerleave', leave);
  });
  return () => {
    window.cancelAnimationFrame(frame);
    window.clearTimeout(timer);
    graphs?.removeEventListener('pointermove', move);
    graphs?.removeEventListener('pointerleave', leave);
  };
}
