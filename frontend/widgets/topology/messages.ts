/** What the map of networks is told; `qvirt_jupyter/widgets/_topology_messages.py` has it too. */

/** Where something is going on, and where not. */
export type LinkState = 'up' | 'down' | 'off';

/** A machine, or what machines are connected to. */
export interface INodeState {
  id: string;
  kind: 'outside' | 'device' | 'bridge' | 'network' | 'shared' | 'machine';
  label: string;
  /** A second line. */
  detail: string;
  facts: string[];
  state: string;
  isOn: boolean;
  /** Of a machine: the node that it is drawn with. */
  home: string;
}

/** An interface of a machine, or a network's way out. */
export interface IEdgeState {
  id: string;
  kind: 'interface' | 'way';
  source: string;
  target: string;
  label: string;
  mac: string;
  device: string;
  model: string;
  link: LinkState;
  linkLabel: string;
}

export interface ITopologyState {
  number: number;
  name: string;
  nodes: INodeState[];
  edges: IEdgeState[];
}

export interface ITopologyPatch {
  type: 'patch';
  version: number;
  number: number;
  nodes: INodeState[];
  edges: IEdgeState[];
  removed: string[];
}

/** Bytes a second that the machine at an edge receives and sends. */
export type Rate = [number, number] | null;

export interface ITopologyRates {
  type: 'rates';
  version: number;
  rates: Record<string, Rate>;
}
