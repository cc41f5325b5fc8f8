/** Numbers with their units, as people of this place write them. */
import type { Unit } from './messages';

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
