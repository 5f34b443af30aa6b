import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';

/** A program that tries to get out, and tells how far it came: `null` for what it could do, else the reason it could not. */
process.on('message', ({ out, outside, port }: { out: string; outside: string; port: number }) => {
  const connection = createConnection({ host: '127.0.0.1', port });
  const report = (network: string | null) =>
    process.send?.({
      writeOut: failureOf(() => writeFileSync(`${out}/proof`, 'x')),
      readOutside: failureOf(() => readFileSync(outside)),
      listRoot: failureOf(() => readdirSync('/')),
      writeOutside: failureOf(() => writeFileSync(`${outside}.new`, 'x')),
      spawn: failureOf(() => execFileSync(process.execPath, ['--version'])),
      network,
    });
  connection.on('connect', () => report(null));
  connection.on('error', (error: NodeJS.ErrnoException) => report(error.code ?? 'failed'));
});
process.on('disconnect', () => process.exit());
process.send?.({ type: 'ready' });

function failureOf(attempt: () => void): string | null {
  try {
    attempt();
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'failed';
  }
}
