import { IButton } from './messages';

/** What the transfers of a pool are told and say; `qvirt_jupyter/widgets/_transfer_messages.py`. */

/** An upload that runs, waits or failed. */
export interface IUpload {
  id: string;
  name: string;
  /** `starting`, `running`, `interrupted`, `done`, `failed` or `removed`. */
  state: string;
  stateLabel: string;
  /** How many bytes, how fast, how long still; or what went wrong. */
  text: string;
  /** From 0 to 1. */
  progress: number;
  buttons: IButton[];
}

export interface ITransfersState {
  /** Where files go that are dropped; empty where none can be uploaded. */
  pool: string;
  /** What is said beside the drop place. */
  help: string;
  uploads: IUpload[];
}

/** From the kernel to one browser: what is to be done with a ticket, or that a file is wanted. */
export interface ITransferMessage {
  type: 'go' | 'download' | 'choose' | 'copy';
  client: string;
  /** Which file of this browser; of `go` only. */
  number: number;
  /** The upload's id, the name of a download, or the text to copy. */
  id: string;
  ticket: string;
  at: number;
}

/** From the browser. */
export type TransferSaid =
  | {
      type: 'file';
      number: number;
      name: string;
      size: number;
      modified: number;
    }
  | { type: 'press'; id: string; button: string }
  | { type: 'trouble'; id: string; text: string };
