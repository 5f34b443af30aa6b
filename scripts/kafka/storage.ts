import { execFile } from 'node:child_process';
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cached } from './cache.mjs';
import { version } from './install.mjs';
import { host } from './layout.ts';
import { toProperties } from './properties.ts';

const clusterId = 'DarkroomClusterOfKafkA';

/** Whom the SASL listeners of every cluster let in. */
export const user = { username: 'darkroom', password: 'darkroom-secret' };

/**
 * Makes the folder one in which the node can start, unless it is one. Formatting takes a second of Java, so it is done once
 * for all clusters: what it leaves knows the node's number and the user, and no address.
 */
export async function formatStorage(folder: string, node: number, jars: string): Promise<void> {
  if (existsSync(join(folder, 'meta.properties'))) return;
  const formatted = await cached(`${version}-node-${node}`, (made) => format(made, node, jars));
  cpSync(join(formatted, 'data'), folder, { recursive: true });
}

async function format(folder: string, node: number, jars: string): Promise<void> {
  const properties = join(folder, 'server.properties');
  writeFileSync(
    properties,
    toProperties({
      'process.roles': 'broker,controller',
      'node.id': node,
      'log.dirs': join(folder, 'data'),
      'controller.listener.names': 'CONTROLLER',
      'controller.quorum.voters': `${node}@${host}:1`,
      listeners: `PLAINTEXT://${host}:2,CONTROLLER://${host}:1`,
    }),
  );
  const users = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
    '--add-scram',
    `${mechanism}=[name=${user.username},password=${user.password}]`,
  ]);
  const tool = ['-cp', join(jars, '*'), 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', properties];
  await promisify(execFile)('java', [...tool, ...users]);
}
