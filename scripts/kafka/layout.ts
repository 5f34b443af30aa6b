import { join } from 'node:path';

/** Where every node listens. */
export const host = '127.0.0.1';

/** What a client can dial; the order is that of a node's ports. */
export const protocols = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const;
export type Protocol = (typeof protocols)[number];

/** What all nodes of a cluster agree on. */
export interface Layout {
  readonly nodes: 1 | 3;
  readonly protocols: readonly Protocol[];
  /** Of which each node has its own folder. */
  readonly folder: string;
  readonly firstPort: number;
  readonly keystore: { path: string; password: string } | null;
  /** Whether Java compiles what is hot as well as it can; otherwise a node starts with a second of processor time less. */
  readonly fullSpeed: boolean;
  /** Broker settings beside or in place of ours, as in server.properties. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
}

const portsOfNode = protocols.length + 1;

/** Numbers of the nodes, from 1. */
export function nodesOf({ nodes }: Pick<Layout, 'nodes'>): number[] {
  return Array.from({ length: nodes }, (_, index) => index + 1);
}

/** How many ports in a row the nodes have. */
export function portCount({ nodes }: Pick<Layout, 'nodes'>): number {
  return nodes * portsOfNode;
}

/** Port of one listener; it has its place whether or not the cluster speaks all protocols. */
export function portOf({ firstPort }: Layout, node: number, listener: Protocol | 'CONTROLLER'): number {
  const index = listener === 'CONTROLLER' ? protocols.length : protocols.indexOf(listener);
  return firstPort + (node - 1) * portsOfNode + index;
}

/** All nodes' addresses for the protocol, as a client takes them. */
export function bootstrapOf(layout: Layout, protocol: Protocol): string {
  return nodesOf(layout)
    .map((node) => `${host}:${portOf(layout, node, protocol)}`)
    .join(',');
}

/** The node's own folder: settings, log and data. */
export function folderOf({ folder }: Layout, node: number): string {
  return join(folder, `node-${node}`);
}

/** What outlives a kill of the node. */
export function dataFolderOf(layout: Layout, node: number): string {
  return join(folderOf(layout, node), 'data');
}
