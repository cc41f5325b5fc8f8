import { lookAt, transferUrl } from './chunkedUpload';
import { copy } from './clipboard';
import { button, clientId, element, follow, redraw, say, text } from './dom';
import { IModel } from './messages';
import { TransferFiles } from './transferFiles';
import { ITransferMessage, ITransfersState, IUpload } from './transferMessages';

/** A box around a table of volumes: files that are dropped anywhere in it are uploaded. */
const DROP = '.qvirt-drop-files';

/** Uploads into a pool, with what runs and what was left half-way; and downloads out of it. */
export function renderTransfers(model: IModel, root: HTMLElement): () => void {
  const unreached = new Set<string>();
  let state: ITransfersState = { pool: '', help: '', uploads: [] };
  const files = new TransferFiles(model, {
    onReach: (id, isReached) => {
      if (unreached.has(id) === isReached) {
        unreached[isReached ? 'delete' : 'add'](id);
        drawUploads();
      }
    }
  });
  const input = element('input', {
    type: 'file',
    multiple: true,
    hidden: true
  });
  input.addEventListener('change', () => {
    [...(input.files ?? [])].forEach(file => files.offer(file));
    input.value = '';
  });
  const words = element('p', { class: 'qvirt-transfer-place' });
  const problem = element('p', { class: 'qvirt-form-error', role: 'alert' });
  problem.hidden = true;
  const list = element('ul', {
    class: 'qvirt-transfer-list',
    'aria-label': text(model, 'uploads')
  });
  root.append(words, input, problem, list);

  function drawUpload(upload: IUpload): HTMLElement {
    const isOut = unreached.has(upload.id) && upload.state !== 'failed';
    const bar = element('progress', { max: '1', 'aria-label': upload.name });
    bar.value = upload.progress;
    bar.hidden = upload.state === 'failed';
    return element(
      'li',
      {
        class: `qvirt-transfer qvirt-transfer-${upload.state}`,
        'data-upload': upload.name
      },
      element('strong', {}, upload.name),
      bar,
      element(
        'span',
        { class: 'qvirt-transfer-text', role: 'status' },
        isOut ? text(model, 'unreached') : `${upload.stateLabel} ${upload.text}`
      ),
      ...upload.buttons.map(spec =>
        button({ ...spec, id: `${spec.id} ${upload.id}` }, () =>
          press(upload, spec.id)
        )
      )
    );
  }

  function press(upload: IUpload, id: string): void {
    if (id === 'resume') {
      input.click();
      return;
    }
    files.stop(upload.id);
    say(model, { type: 'press', id: upload.id, button: id });
  }

  function drawUploads(): void {
    redraw(list, state.uploads.map(drawUpload));
    list.hidden = state.uploads.length === 0;
  }

  async function download({ id, ticket }: ITransferMessage): Promise<void> {
    problem.hidden = true;
    try {
      const { status, said } = await lookAt(ticket);
      if (status !== 200) {
        throw new Error(said.message);
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      problem.textContent = `${id}: ${why}`;
      problem.hidden = false;
      return;
    }
    // The server says that it is an attachment, so the page stays; nothing of it is in memory.
    const link = element('a', {
      href: transferUrl(ticket) ?? '',
      download: id,
      hidden: true
    });
    root.append(link);
    link.click();
    link.remove();
  }

  const onMessage = (message: ITransferMessage): void => {
    if (message.client !== clientId()) {
      return;
    }
    if (message.type === 'choose') {
      input.click();
    } else if (message.type === 'download') {
      void download(message);
    } else if (message.type === 'copy') {
      void copy(message.id);
    }
  };
  model.on('msg:custom', onMessage);

  const place = (event: DragEvent): HTMLElement | null =>
    state.pool && event.dataTransfer?.types.includes('Files')
      ? root.closest<HTMLElement>(DROP)
      : null;
  const mark = (isOver: boolean) =>
    root.closest(DROP)?.classList.toggle('qvirt-mod-drop', isOver);
  const isIn = (event: DragEvent, box: HTMLElement) =>
    event.target instanceof Node && box.contains(event.target);
  const onDragOver = (event: DragEvent): void => {
    const box = place(event);
    if (box && isIn(event, box)) {
      event.preventDefault();
      event.stopPropagation();
      mark(true);
    } else {
      mark(false);
    }
  };
  const onDrop = (event: DragEvent): void => {
    const box = place(event);
    mark(false);
    if (box && isIn(event, box)) {
      event.preventDefault();
      event.stopPropagation();
      [...(event.dataTransfer?.files ?? [])].forEach(file => files.offer(file));
    }
  };
  // In the capturing phase: JupyterLab's own places for files are below.
  document.addEventListener('dragover', onDragOver, true);
  document.addEventListener('drop', onDrop, true);

  const end = follow(model, (next: ITransfersState) => {
    state = next;
    words.textContent = next.help;
    words.hidden = next.help === '';
    for (const upload of next.uploads) {
      if (['failed', 'removed', 'done'].includes(upload.state)) {
        files.stop(upload.id);
      }
    }
    drawUploads();
  });
  return () => {
    end();
    files.end();
    model.off('msg:custom', onMessage);
    document.removeEventListener('dragover', onDragOver, true);
    document.removeEventListener('drop', onDrop, true);
  };
}
