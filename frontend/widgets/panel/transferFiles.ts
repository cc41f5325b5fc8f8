import { ChunkedUpload, UploadRefused } from './chunkedUpload';
import { clientId } from './dom';
import { IModel, VERSION } from './messages';
import { ITransferMessage } from './transferMessages';

/** What is heard of a file of this browser. */
export interface IHeard {
  /** Whether the server can be reached. */
  onReach?: (id: string, isReached: boolean) => void;
}

/**
 * The files of this browser that are on their way: each is announced to the kernel, which makes a
 * volume and answers with a ticket; then it goes to the Jupyter server chunk by chunk.
 */
export class TransferFiles {
  private readonly files = new Map<number, File>();
  private readonly running = new Map<string, ChunkedUpload>();
  private number = Date.now();

  constructor(
    private readonly model: IModel,
    private readonly heard: IHeard = {}
  ) {
    model.on('msg:custom', this.onMessage);
  }

  /** Announce a file. */
  offer(file: File): void {
    this.number += 1;
    this.files.set(this.number, file);
    this.say({
      type: 'file',
      number: this.number,
      name: file.name,
      size: file.size,
      modified: file.lastModified
    });
  }

  /** Whether an upload is sent by this very browser. */
  has(id: string): boolean {
    return this.running.has(id);
  }

  /** Send no more of one that is over. */
  stop(id: string): void {
    this.running.get(id)?.stop();
    this.running.delete(id);
  }

  end(): void {
    this.model.off('msg:custom', this.onMessage);
    this.running.forEach(upload => upload.stop());
  }

  private readonly onMessage = (message: ITransferMessage): void => {
    if (message.type === 'go' && message.client === clientId()) {
      const file = this.files.get(message.number);
      this.files.delete(message.number);
      if (file) {
        void this.send(file, message);
      }
    }
  };

  private async send(
    file: File,
    { id, ticket, at }: ITransferMessage
  ): Promise<void> {
    const upload = new ChunkedUpload(file, ticket, at, isReached =>
      this.heard.onReach?.(id, isReached)
    );
    this.running.get(id)?.stop();
    this.running.set(id, upload);
    try {
      await upload.run();
    } catch (error) {
      const text =
        error instanceof UploadRefused ? error.message : String(error);
      this.say({ type: 'trouble', id, text });
    } finally {
      if (this.running.get(id) === upload) {
        this.running.delete(id);
      }
    }
  }

  private say(content: object): void {
    this.model.send({ ...content, version: VERSION, client: clientId() });
  }
}
