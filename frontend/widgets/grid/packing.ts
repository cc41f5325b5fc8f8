/** Long messages of the kernel: deflated, the other half of `qvirt_jupyter/widgets/packing.py`. */

interface Packed {
  kind: 'packed';
}

function isPacked(message: unknown): message is Packed {
  return (
    typeof message === 'object' &&
    message !== null &&
    'kind' in message &&
    message.kind === 'packed'
  );
}

/** Read a message that was too long to come as it is. */
export async function unpacked(
  message: unknown,
  buffers: readonly DataView[]
): Promise<unknown> {
  const [buffer] = buffers;
  if (!isPacked(message) || !buffer) {
    return message;
  }
  // A copy, for the buffer may be shared with other threads, and a blob takes no such.
  const bytes = new Uint8Array(buffer.byteLength);
  bytes.set(
    new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
  );
  const stream = new Blob([bytes])
    .stream()
    .pipeThrough(new DecompressionStream('deflate'));
  const content = (await new Response(stream).json()) as unknown;
  await aMoment();
  return content;
}

/** Let the page draw and hear: to read ten thousand rows is one piece of work, to use them another. */
function aMoment(): Promise<void> {
  return new Promise(resolve => {
    // Not a timer, which a page in the background gets only once a second.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
