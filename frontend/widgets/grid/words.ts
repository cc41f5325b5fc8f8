/** What is typed into a filter, taken apart: words, and fields such as `state:running`. */

export interface Word {
  negated: boolean;
  /** In small letters; empty for a word without a field. */
  field: string;
  value: string;
}

/** A minus, a field, and its value with or without quotes; each may be missing. */
const WORD = /(-?)(?:([a-z_]+):)?(?:"([^"]*)"?|([^\s"]*))/giy;

/** For comparing without regard to capitals. */
export function small(text: string): string {
  return text.toLocaleLowerCase();
}

/** Take a text apart. */
export function words(text: string): Word[] {
  const found: Word[] = [];
  WORD.lastIndex = 0;
  while (WORD.lastIndex < text.length) {
    const at = WORD.lastIndex;
    const [whole = '', minus, field = '', quoted, bare = ''] =
      WORD.exec(text) ?? [];
    const value = quoted ?? bare;
    if (value || field) {
      found.push({
        negated: minus === '-',
        field: small(field),
        value: small(value)
      });
    }
    // White space and a quotation mark that was left over stand between words.
    WORD.lastIndex = whole ? at + whole.length : at + 1;
  }
  return found;
}
