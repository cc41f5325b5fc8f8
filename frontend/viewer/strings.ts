/** The words of the page, translated by the kernel (`widgets/_console_strings.py`). */

let table: Record<string, string> = {};

export function setStrings(strings: Record<string, string>): void {
  table = strings;
}

/** Return words by their name, with `{fields}` filled in. */
export function words(
  name: string,
  fields: Record<string, string | number> = {}
): string {
  return (table[name] ?? name).replace(/\{(\w+)\}/g, (whole, field: string) =>
    field in fields ? String(fields[field]) : whole
  );
}
