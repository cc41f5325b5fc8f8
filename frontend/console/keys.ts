/**
 * Keys by X11 keysym and physical position.
 *
 * A keysym says what a key means, `code` (KeyboardEvent.code) where it is. noVNC sends both where
 * the server knows QEMU's extended key events, and the keysym alone elsewhere.
 */

export interface Key {
  keysym: number;
  code: string;
}

const CONTROL: Key = { keysym: 0xffe3, code: 'ControlLeft' };
const ALT: Key = { keysym: 0xffe9, code: 'AltLeft' };
const SHIFT: Key = { keysym: 0xffe1, code: 'ShiftLeft' };

/** A combination for the menu; key names are the same in all languages of the interface. */
export interface Combination {
  label: string;
  keys: readonly Key[];
  /** Whether a line goes above it in the menu. */
  separated?: boolean;
}

function functionKey(number: number): Key {
  return { keysym: 0xffbd + number, code: `F${number}` };
}

export const COMBINATIONS: readonly Combination[] = [
  {
    label: 'Ctrl+Alt+Delete',
    keys: [CONTROL, ALT, { keysym: 0xffff, code: 'Delete' }]
  },
  {
    label: 'Ctrl+Alt+Backspace',
    keys: [CONTROL, ALT, { keysym: 0xff08, code: 'Backspace' }]
  },
  {
    label: 'Ctrl+Alt+Shift+Escape',
    keys: [CONTROL, ALT, SHIFT, { keysym: 0xff1b, code: 'Escape' }]
  },
  ...Array.from({ length: 12 }, (_none, index) => ({
    label: `Ctrl+Alt+F${index + 1}`,
    keys: [CONTROL, ALT, functionKey(index + 1)],
    separated: index === 0
  })),
  {
    label: 'Print',
    keys: [{ keysym: 0xff61, code: 'PrintScreen' }],
    separated: true
  },
  // What browsers and desktops keep for themselves.
  {
    label: 'Alt+Tab',
    keys: [ALT, { keysym: 0xff09, code: 'Tab' }]
  },
  {
    label: 'Ctrl+W',
    keys: [CONTROL, { keysym: 0x77, code: 'KeyW' }]
  },
  { label: 'Super', keys: [{ keysym: 0xffeb, code: 'MetaLeft' }] }
];
