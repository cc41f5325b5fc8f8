/** What a kernel tells this window beside its panels: see `widgets/_lab_messages.py`. */
import { isRecord } from './panel';

/** How many there are, for the status bar. */
export interface StatusMessage {
  kind: 'status';
  hosts: number;
  running: number;
  tasks: number;
}

/** A task, as the task list of a panel shows it too. */
export interface Task {
  id: number;
  what: string;
  when: string;
  outcome: string;
  outcomeLabel: string;
  /** What it does just now. */
  phase: string;
  /** From 0 to 1, where it is known. */
  progress: number | null;
  /** It goes on only once somebody has done what `phase` says. */
  waiting: boolean;
  error: string;
  code: string;
  canCancel: boolean;
  /** What was done to each of several machines. */
  parts: TaskPart[];
}

export interface TaskPart {
  what: string;
  outcome: string;
  outcomeLabel: string;
  error: string;
}

export interface TaskMessage {
  kind: 'task';
  task: Task;
}

/** What is set in JupyterLab and heeded by the kernel. */
export type LabSettings = {
  notifications: string;
  longTask: number;
};

const PART: Record<keyof TaskPart, readonly string[]> = {
  what: ['string'],
  outcome: ['string'],
  outcomeLabel: ['string'],
  error: ['string']
};

const TASK: Record<Exclude<keyof Task, 'parts'>, readonly string[]> = {
  id: ['number'],
  what: ['string'],
  when: ['string'],
  outcome: ['string'],
  outcomeLabel: ['string'],
  phase: ['string'],
  progress: ['number', 'null'],
  waiting: ['boolean'],
  error: ['string'],
  code: ['string'],
  canCancel: ['boolean']
};

function isTask(value: unknown): value is Task {
  return (
    isRecord(value) &&
    hasFields(value, TASK) &&
    Array.isArray(value.parts) &&
    value.parts.every(part => isRecord(part) && hasFields(part, PART))
  );
}

function hasFields(
  value: Record<string, unknown>,
  fields: Record<string, readonly string[]>
): boolean {
  return Object.entries(fields).every(([name, types]) =>
    types.includes(value[name] === null ? 'null' : typeof value[name])
  );
}

/** Check what came over the wire. */
export function readWindowMessage(
  value: unknown
): StatusMessage | TaskMessage | null {
  if (!isRecord(value)) {
    return null;
  }
  const { kind, hosts, running, tasks, task } = value;
  if (
    kind === 'status' &&
    typeof hosts === 'number' &&
    typeof running === 'number' &&
    typeof tasks === 'number'
  ) {
    return { kind, hosts, running, tasks };
  }
  return kind === 'task' && isTask(task) ? { kind, task } : null;
}
