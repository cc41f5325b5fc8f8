/** In place of the map where a browser cannot draw: the tables say the same. */
import type { IChart } from './chart';

export class NoChart implements IChart {
  constructor(place: HTMLElement, words: string) {
    place.removeAttribute('tabindex');
    place.setAttribute('role', 'status');
    place.classList.add('qvirt-mod-undrawn');
    place.textContent = words;
  }

  update(): void {
    /* Nothing is drawn. */
  }

  measure(): void {
    /* As above. */
  }

  mark(): void {
    /* As above. */
  }

  point(): void {
    /* As above. */
  }

  zoom(): void {
    /* As above. */
  }

  fit(): void {
    /* As above. */
  }

  picture(): Promise<Blob> {
    return Promise.reject(new Error('There is no picture.'));
  }

  vector(): string {
    return '';
  }

  dispose(): void {
    /* As above. */
  }
}
