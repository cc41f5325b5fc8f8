import { button, element } from './dom';
import { Words } from './formField';
import { IModel } from './messages';
import { TransferFiles } from './transferFiles';

/**
 * To JupyterLab around us: a file of this name is to be uploaded, which was dropped elsewhere.
 * What has it calls the function of the detail.
 */
const OFFERED = 'qvirt-upload-offered';

/**
 * A file of this computer that goes to the host piece by piece: chosen, or dropped onto the page.
 */
export class UploadPlace {
  readonly node: HTMLElement;
  private readonly input: HTMLInputElement;
  private readonly files: TransferFiles;
  private isOffered = false;

  constructor(
    model: IModel,
    words: Words,
    private readonly root: HTMLElement
  ) {
    this.files = new TransferFiles(model);
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
    this.files.end();
    this.root.removeEventListener('dragover', this.onDragOver);
    this.root.removeEventListener('dragleave', this.onDragLeave);
    this.root.removeEventListener('drop', this.onDrop);
  }

  private begin(file?: File): void {
    if (file && this.isOffered) {
      this.files.offer(file);
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
}
