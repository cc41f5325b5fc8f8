import { element } from './dom';

/** Put a text on the clipboard, also where the page has no right to the modern way. */
export async function copy(value: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(value);
  } catch {
    const area = element('textarea', { class: 'qvirt-hidden' });
    area.value = value;
    document.body.append(area);
    area.select();
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way without that right
    document.execCommand('copy');
    area.remove();
  }
}
