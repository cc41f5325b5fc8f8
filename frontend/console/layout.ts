/** What the guest's keyboard writes: the kernel sends it (`hypervisor/screen/keyboard_layouts.py`). */
import type { Key } from './keys';

/** A layout as the kernel describes it. */
export interface KeyboardLayout {
  name: string;
  label: string;
  /**
   * Of each character the strokes that write it, two where a dead key comes first; each stroke is
   * the keys to press, by `KeyboardEvent.code`, those that are held before the last.
   */
  strokes: Record<string, string[][]>;
}

/** The keys of one character: strokes that follow each other, each some keys at once. */
export type Written = readonly (readonly Key[])[];

/** X11 keysyms of the keys that are held, and of those that write no character. */
const KEYSYMS: Record<string, number> = {
  ShiftLeft: 0xffe1,
  ShiftRight: 0xffe2,
  ControlLeft: 0xffe3,
  ControlRight: 0xffe4,
  CapsLock: 0xffe5,
  AltLeft: 0xffe9,
  AltRight: 0xfe03,
  MetaLeft: 0xffeb,
  MetaRight: 0xffec,
  ContextMenu: 0xff67,
  Enter: 0xff0d,
  Tab: 0xff09,
  Backspace: 0xff08,
  Escape: 0xff1b,
  Delete: 0xffff,
  Insert: 0xff63,
  Home: 0xff50,
  End: 0xff57,
  PageUp: 0xff55,
  PageDown: 0xff56,
  ArrowLeft: 0xff51,
  ArrowUp: 0xff52,
  ArrowRight: 0xff53,
  ArrowDown: 0xff54,
  PrintScreen: 0xff61,
  Pause: 0xff13,
  ScrollLock: 0xff14,
  NumLock: 0xff7f,
  Space: 0x20
};

/** Where keys write on a US keyboard: servers without extended key events need a meaning. */
const SIGNS: Record<string, string> = {
  Backquote: '`',
  Minus: '-',
  Equal: '=',
  BracketLeft: '[',
  BracketRight: ']',
  Backslash: '\\',
  Semicolon: ';',
  Quote: "'",
  Comma: ',',
  Period: '.',
  Slash: '/',
  IntlBackslash: '<'
};

/** Return the keysym that an X server has for a character. */
export function keysymOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  // Latin-1 is as it is; beyond it are Unicode's numbers (X11's keysyms, appendix A).
  return code < 0x100 ? code : 0x01000000 + code;
}

/** Return a key by its place, with the meaning that it has on a US keyboard. */
export function keyAt(code: string): Key {
  const letter = /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase();
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1];
  const number = /^F(\d{1,2})$/.exec(code)?.[1];
  const keysym =
    KEYSYMS[code] ??
    (number === undefined
      ? keysymOf(letter ?? digit ?? SIGNS[code] ?? '\0')
      : 0xffbd + Number(number));
  return { keysym, code };
}

/** Return how a text is written, and the characters that the layout lacks, each once. */
export function written(
  layout: KeyboardLayout,
  text: string
): { characters: Written[]; missing: string[] } {
  const characters: Written[] = [];
  const missing = new Set<string>();
  // As people count them: an accent belongs to its letter.
  for (const character of text.replace(/\r\n?/g, '\n').normalize('NFC')) {
    const strokes = layout.strokes[character];
    if (!strokes) {
      missing.add(character);
      continue;
    }
    characters.push(
      strokes.map((codes, place) =>
        codes.map((code, index) => {
          const key = keyAt(code);
          const writes =
            index === codes.length - 1 &&
            place === strokes.length - 1 &&
            strokes.length === 1 &&
            !(code in KEYSYMS);
          return writes ? { keysym: keysymOf(character), code } : key;
        })
      )
    );
  }
  return { characters, missing: [...missing] };
}

/** Return a character so that it can be read where it has no picture of its own. */
export function named(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return /[\p{C}\p{Z}]/u.test(character) ? hex : character;
}
