/** Keys that a browser or a desktop keeps for itself, or that a keyboard does not have. */

export interface TerminalKey {
  label: string;
  /** What a terminal sends for it. */
  data: string;
  separated?: boolean;
}

function control(letter: string): TerminalKey {
  return {
    label: `Ctrl+${letter}`,
    data: String.fromCharCode(letter.charCodeAt(0) & 0x1f)
  };
}

export const KEYS: readonly TerminalKey[] = [
  control('C'),
  control('D'),
  control('Z'),
  control('\\'),
  control(']'),
  { ...control('W'), separated: true },
  control('T'),
  control('N'),
  { label: 'Escape', data: '\x1b', separated: true },
  { label: 'Tab', data: '\t' },
  // As VT220 and xterm send them, which installers and GRUB know.
  ...['\x1bOP', '\x1bOQ', '\x1bOR', '\x1bOS'].map((data, index) => ({
    label: `F${index + 1}`,
    data,
    separated: index === 0
  })),
  ...[15, 17, 18, 19, 20, 21, 23, 24].map((number, index) => ({
    label: `F${index + 5}`,
    data: `\x1b[${number}~`
  }))
];
