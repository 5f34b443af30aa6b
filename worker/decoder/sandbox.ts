import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { constants, setPriority } from 'node:os';

const root = resolve(import.meta.dirname, '../..');

/**
 * For glibc's malloc (others ignore it): what one picture frees serves the next, where it would go back to the system page
 * by page, at 5 % of a JPEG's time. Few arenas, so that a child does not keep more for that.
 */
const reusedMemory = {
  MALLOC_ARENA_MAX: '4',
  MALLOC_MMAP_THRESHOLD_: `${32 << 20}`,
  MALLOC_TRIM_THRESHOLD_: `${64 << 20}`,
};

/** What the system lets a child be deprived of. */
export interface Isolation {
  /** The program that starts another one without a network; null where the system has none that works. */
  withoutNetwork: { command: string; flags: string[] } | null;
}

/** Finds out once, at start: `unshare -n` needs a privilege, or user namespaces. */
export function detectIsolation(): Isolation {
  const command = ['/usr/bin/unshare', '/bin/unshare'].find((path) => existsSync(path));
  if (command === undefined) return { withoutNetwork: null };
  const works = (flags: string[]) => spawnSync(command, [...flags, '/bin/true']).status === 0;
  const flags = [['-n'], ['-r', '-n']].find(works);
  return { withoutNetwork: flags ? { command, flags } : null };
}

/**
 * Starts a program that may read its code, `input` and `out`, write `out`, and nothing else: no other file, no other
 * program, no environment, no network where the system can take it away. It yields to everything else on the machine,
 * and is the first that the system ends when memory runs out.
 */
export function startIsolated(
  program: string,
  folder: { path: string; input: string; out: string },
  { withoutNetwork }: Isolation,
): ChildProcess {
  const readable = [...codeOf(program), folder.input, folder.out];
  const flags = [
    '--permission',
    '--allow-addons',
    ...readable.map((path) => `--allow-fs-read=${path}`),
    `--allow-fs-write=${folder.out}`,
    '--disable-warning=SecurityWarning',
    program,
  ];
  const child = spawn(
    withoutNetwork?.command ?? process.execPath,
    withoutNetwork ? [...withoutNetwork.flags, process.execPath, ...flags] : flags,
    {
      cwd: folder.path,
      env: { NODE_ENV: 'production', VIPS_BLOCK_UNTRUSTED: '1', ...reusedMemory },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    },
  );
  if (child.pid !== undefined) yieldToOthers(child.pid);
  return child;
}

/** The program's own folder, the domain, the packages, and the file that says its modules are ES modules. */
function codeOf(program: string): string[] {
  const packages = realpathSync(join(root, 'node_modules'));
  const ours = [dirname(program), join(root, 'core/domain'), join(root, 'package.json')];
  return [...ours, join(root, 'node_modules'), packages];
}

function yieldToOthers(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
    if (process.platform === 'linux') writeFileSync(`/proc/${pid}/oom_score_adj`, '500');
  } catch {
    // It died at once, or the system does not let us: either shows elsewhere or does no harm.
  }
}
