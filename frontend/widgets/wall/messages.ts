/** What a wall of screens is told; `qvirt_jupyter/widgets/_wall_messages.py` has it too. */

/** A machine. */
export interface ITileState {
  id: string;
  name: string;
  /** Empty where all are on one host. */
  host: string;
  state: string;
  stateLabel: string;
  /** Stand where its picture would be, or over it. */
  words: string;
  /** Pictures of it are asked for. */
  live: boolean;
  /** What was its picture is none any more. */
  dark: boolean;
}

export interface IWallState {
  title: string;
  tiles: ITileState[];
  tags: string[];
  tag: string;
  /** Whether those that are off are shown too; null where there is no choice. */
  off: boolean | null;
  /** What is said where there is no tile. */
  empty: string;
  /** Milliseconds between two pictures of a screen. */
  interval: number;
}

/** The picture of a tile, as a buffer beside it. */
export interface IWallPicture {
  type: string;
  version: number;
  id: string;
}

/** To the kernel. */
export type WallSaid =
  /** These tiles are in sight; of `missing` this browser has no picture. */
  | { type: 'look'; ids: string[]; missing: string[] }
  | { type: 'choose'; tag: string; off: boolean };
