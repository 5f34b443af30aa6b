import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Lock {
  packages: Record<string, { dev?: boolean; devOptional?: boolean }>;
}

/** Bytes that the installed packages take on disk, those only tools need apart; and the largest that the product needs. */
export function installSize() {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock;
  const installed = Object.entries(packages)
    .filter(([path]) => path !== '' && existsSync(path))
    .map(([path, { dev, devOptional }]) => ({
      name: path.replace('node_modules/', ''),
      bytes: diskUse(path),
      isTool: (dev ?? false) || (devOptional ?? false),
    }));
  const sum = (isTool: boolean) =>
    installed.reduce((total, each) => total + (each.isTool === isTool ? each.bytes : 0), 0);
  const largest = installed
    .filter(({ isTool }) => !isTool)
    .toSorted((a, b) => b.bytes - a.bytes)
    .slice(0, 8);
  return { production: sum(false), development: sum(true), largest };
}

/** As `du` counts, packages nested in it apart. */
function diskUse(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) bytes += lstatSync(path).blocks * 512;
    else if (entry.name !== 'node_modules') bytes += diskUse(path);
  }
  return bytes;
}
