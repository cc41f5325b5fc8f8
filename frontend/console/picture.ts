/** Save the screen as a PNG that says which machine it shows. */

const SIGNATURE_AND_HEADER = 8 + 25;

const TABLE = Uint32Array.from({ length: 256 }, (_none, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) {
    value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return value;
});

function checksum(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value = (value >>> 8) ^ (TABLE[(value ^ byte) & 0xff] ?? 0);
  }
  return (value ^ 0xffffffff) >>> 0;
}

/** An iTXt chunk (https://www.w3.org/TR/png-3/#11iTXt): a keyword and a text in UTF-8. */
function textChunk(keyword: string, text: string): Uint8Array {
  // Keyword, and zeros for: not compressed, no method, no language, no translated keyword.
  const body = new TextEncoder().encode(`iTXt${keyword}\0\0\0\0\0${text}`);
  const chunk = new Uint8Array(body.length + 8);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, body.length - 4);
  chunk.set(body, 4);
  view.setUint32(body.length + 4, checksum(body));
  return chunk;
}

/** Return the PNG with texts in it, after its header. */
export async function withTexts(
  png: Blob,
  texts: Record<string, string>
): Promise<Blob> {
  const bytes = new Uint8Array(await png.arrayBuffer());
  const chunks = Object.entries(texts).map(([keyword, text]) =>
    textChunk(keyword, text)
  );
  return new Blob(
    [
      bytes.subarray(0, SIGNATURE_AND_HEADER),
      ...chunks,
      bytes.subarray(SIGNATURE_AND_HEADER)
    ] as BlobPart[],
    { type: 'image/png' }
  );
}

/** `Screenshot_<machine>_<local time>.png`, without what file systems refuse. */
export function pictureName(machine: string, when: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const day = [
    when.getFullYear(),
    two(when.getMonth() + 1),
    two(when.getDate())
  ];
  const time = [when.getHours(), when.getMinutes(), when.getSeconds()].map(two);
  // eslint-disable-next-line no-control-regex
  const safe = machine.replace(/[\u0000-\u001f\\/:*?"<>|]+/g, '-');
  return `Screenshot_${safe}_${day.join('-')}_${time.join('-')}.png`;
}

/** Let the browser save it. */
export function download(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
