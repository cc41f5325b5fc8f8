/** Rates as words and as widths of lines. */
import type { Rate } from './messages';

const UNITS = ['B/s', 'KiB/s', 'MiB/s', 'GiB/s', 'TiB/s'];
const STEP = 1024;
/** Pixels of a line through which nothing goes, and of the thickest. */
export const THIN = 1.5;
const THICK = 6;

export function rateText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= STEP && unit < UNITS.length - 1) {
    value /= STEP;
    unit += 1;
  }
  return `${value.toLocaleString(undefined, { maximumFractionDigits: value < 10 && unit > 0 ? 1 : 0 })} ${UNITS[unit]}`;
}

/** Both directions in a short line; empty where nothing goes through. */
export function bothText(rate: Rate | undefined): string {
  if (!rate || rate[0] + rate[1] <= 0) {
    return '';
  }
  return `↓ ${rateText(rate[0])}  ↑ ${rateText(rate[1])}`;
}

/** Ten times as much makes a line as much thicker as the ten times before. */
export function width(rate: Rate | undefined): number {
  if (!rate) {
    return THIN;
  }
  const kilo = (rate[0] + rate[1]) / 1000;
  return Math.min(THICK, THIN + 1.4 * Math.log10(1 + kilo));
}
