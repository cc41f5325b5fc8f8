/** Whether kernel and server are in the same place, without which no ticket goes between them. */
import { words } from './strings';

export interface Whereabouts {
  host: string;
  runtime: string;
}

/** Return why kernel and server cannot share a ticket; empty where they can. */
export async function elsewhere(
  kernel: Whereabouts,
  prefix: URL
): Promise<string> {
  try {
    const response = await fetch(new URL('qvirt/api/server', prefix), {
      cache: 'no-store'
    });
    const server = (await response.json()) as Partial<Whereabouts>;
    if (server.host && server.host !== kernel.host) {
      return words('other_host', {
        kernel: kernel.host,
        server: server.host
      });
    }
    if (server.runtime && server.runtime !== kernel.runtime) {
      return words('other_runtime', {
        kernel: kernel.runtime,
        server: server.runtime
      });
    }
  } catch {
    // The bridge will say what is wrong with the server.
  }
  return '';
}
