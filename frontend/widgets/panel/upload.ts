import { button, clientId, element } from './dom';
import { Words } from './formField';
import { IModel, VERSION } from './messages';

/** From the kernel, when it has room for the next piece. */
interface IPieceWanted {
  type: string;
  version: number;
  client: string;
  number: number;
  at: number;
  size: number;
}

/**
 * To JupyterLab around us: a file of this name is to be uploaded, which was dropped elsewhere.
 * What has it calls the function of the detail.
 */
const OFFERED = 'qvirt-upload-offered';

/**
 * A file of this computer that goes to the host piece by piece: chosen, or dropped onto the page.
 * The kernel asks for each piece, so no more than one of them is in memory.
 */
export class UploadPlace {
  readonly node: HTMLElement;
  private readonly input: HTMLInputElement;
  private file: File | null = null;
  private isOffered = false;

  constructor(
    private readonly model: IModel,
    words: Words,
    private readonly root: HTMLElement
  ) {
    this.input = element('input', { type: 'file', hidden: true });
    this.input.addEventListener('change', () => {
      this.begin(this.input.files?.[0]);
      this.input.value = '';
    });
    this.node = element(
      'p',
      { class: 'qvirt-wizard-upload', hidden: true },
      button({ id: 'upload', label: words('upload') }, () =>
        this.input.click()
      ),
      element('span', { class: 'qvirt-muted' }, words('uploadHelp')),
      this.input
    );
    root.addEventListener('dragover', this.onDragOver);
    root.addEventListener('dragleave', this.onDragLeave);
    root.addEventListener('drop', this.onDrop);
    model.on('msg:custom', this.onMessage);
  }

  draw(isOffered: boolean, awaited: string): void {
    this.isOffered = isOffered;
    this.node.hidden = !isOffered;
    if (isOffered && awaited) {
      this.root.dispatchEvent(
        new CustomEvent(OFFERED, {
          bubbles: true,
          detail: {
            name: awaited,
            take: (file: File) => this.begin(file)
          }
        })
      );
    }
  }

  end(): void {
    this.model.off('msg:custom', this.onMessage);
    this.root.removeEventListener('dragover', this.onDragOver);
    this.root.removeEventListener('dragleave', this.onDragLeave);
    this.root.removeEventListener('drop', this.onDrop);
  }

  private begin(file?: File): void {
    if (file && this.isOffered) {
      this.file = file;
      this.model.send({
        type: 'upload',
        name: file.name,
        size: file.size,
        version: VERSION,
        client: clientId()
      });
    }
  }

  private readonly onDragOver = (event: DragEvent): void => {
    if (this.isOffered && event.dataTransfer?.types.includes('Files')) {
      event.preventDefault();
      event.stopPropagation();
      this.root.classList.add('qvirt-mod-drop');
    }
  };

  private readonly onDragLeave = (): void => {
    this.root.classList.remove('qvirt-mod-drop');
  };

  private readonly onDrop = (event: DragEvent): void => {
    this.root.classList.remove('qvirt-mod-drop');
    if (this.isOffered && event.dataTransfer?.files.length) {
      event.preventDefault();
      event.stopPropagation();
      this.begin(event.dataTransfer.files[0]);
    }
  };

  private readonly onMessage = (message: IPieceWanted): void => {
    if (message.type === 'piece' && message.client === clientId()) {
      void this.answer(message);
    }
  };

  private async answer({ number, at, size }: IPieceWanted): Promise<void> {
    let piece = new ArrayBuffer(0);
    try {
      piece = (await this.file?.slice(at, at + size).arrayBuffer()) ?? piece;
    } catch {
      // It was moved or changed meanwhile: an empty piece says that there is no more.
    }
    this.model.send({ type: 'piece', number, at }, undefined, [piece]);
  }
}
