/** Numbers with their units, as people of this place write them. */
import type { Unit } from './messages';
import type { Store } from './store';

const language = document.documentElement.lang || undefined;
const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });

function scaled(value: number, units: string[]): string {
  let power = 0;
  while (value >= 1024 && power < units.length - 1) {
    value /= 1024;
    power += 1;
  }
  return `${(value < 10 ? short : whole).format(value)} ${units[power] ?? ''}`;
}

/** Write a number in its unit. */
export function figure(value: number, unit: Unit): string {
  switch (unit) {
    case 'percent':
      return `${whole.format(value)} %`;
    case 'KiB':
      return scaled(value, ['KiB', 'MiB', 'GiB', 'TiB']);
    case 'B/s':
      return scaled(value, ['B/s', 'KiB/s', 'MiB/s', 'GiB/s']);
    case '':
      return short.format(value);
  }
}

/** Write a length of time in its two largest units. */
export function duration(seconds: number, store: Store): string {
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(whole / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days > 0) {
    return store.text('days', { days, hours: hours % 24 });
  }
  if (hours > 0) {
    return store.text('hours', { hours, minutes: minutes % 60 });
  }
  return minutes > 0
    ? store.text('minutes', { minutes })
    : store.text('seconds', { seconds: whole });
}
