/** What each view of rows has: a name of its own, and whether anybody looks at it. */

/** Milliseconds after which a view says again that it is there. */
export const ALIVE = 20_000;

/** A name by which the kernel tells views apart. */
export function viewId(): string {
  return [...crypto.getRandomValues(new Uint32Array(2))].join('-');
}

/** In a notebook, keys of the rows would also be commands for its cells. */
export function keepKeys(host: HTMLElement): void {
  if (host.closest('.jp-Notebook')) {
    host.dataset.lmSuppressShortcuts = 'true';
  }
}

/** Whether a view is in sight, and its page in front. */
export class Attention {
  constructor(
    host: HTMLElement,
    private readonly _onChange: () => void
  ) {
    document.addEventListener('visibilitychange', _onChange);
    this._sight = new IntersectionObserver(entries => {
      // A busy browser tells several changes at once; the last one counts.
      this._inSight = entries.at(-1)?.isIntersecting ?? false;
      _onChange();
    });
    this._sight.observe(host);
  }

  get isHere(): boolean {
    return this._inSight && document.visibilityState === 'visible';
  }

  dispose(): void {
    document.removeEventListener('visibilitychange', this._onChange);
    this._sight.disconnect();
  }

  private readonly _sight: IntersectionObserver;
  private _inSight = false;
}
