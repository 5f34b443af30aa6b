import { mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOutOfSpace } from '#core/errors.ts';
import { mountTinyDisk } from '#core/fixtures/tiny-disk.ts';
import { writePicture } from './pictures.ts';
import { program, type Program } from './program.ts';
import { prepareDatabase } from './admin.ts';

const page = 4096;

/** A Darkroom whose data folder is on a small disk of its own, which a test fills and frees again. */
export interface FullDiskRig extends AsyncDisposable {
  readonly dataDir: string;
  /** Running, at the same address whenever it is started again. */
  readonly server: Program;
  /** Not started yet. */
  readonly worker: Program;
  /** Fills the disk until that many bytes are left, or fewer. */
  leave(bytes: number): Promise<void>;
  free(): Promise<void>;
  bytesFree(): Promise<number>;
  /** A picture of noise, kept on another disk. */
  picture(name: string, width: number, height: number): Promise<string>;
}

/** Null, with a warning, where this user may not mount a disk. */
export async function openFullDiskRig(bytes: number): Promise<FullDiskRig | null> {
  const disk = await mountTinyDisk(bytes);
  if (!disk) return null;
  await using opening = new AsyncDisposableStack();
  opening.use(disk);
  const elsewhere = await mkdtemp(join(tmpdir(), 'darkroom-pictures-'));
  opening.defer(() => rm(elsewhere, { recursive: true }));

  const dataDir = join(disk.folder, 'data');
  const ballast = join(disk.folder, 'ballast');
  const environment: Record<string, string> = { DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn' };
  await prepareDatabase(environment);
  const server = program('server', environment, ['server/main.ts', '--no-pages']);
  const worker = program('worker', environment);
  opening.defer(async () => void (await Promise.all([server.stop(), worker.stop()])));
  await server.start();
  environment.PORT = new URL(server.url).port;

  let seed = 0;
  const bytesFree = async () => {
    const { bavail, bsize } = await statfs(disk.folder);
    return bavail * bsize;
  };
  const opened = opening.move();
  return {
    dataDir,
    server,
    worker,
    bytesFree,
    async leave(bytes) {
      await using file = await open(ballast, 'a');
      try {
        for (let over = (await bytesFree()) - bytes; over > 0; over = (await bytesFree()) - bytes) {
          await file.write(Buffer.alloc(Math.min(Math.ceil(over / page) * page, 1 << 20)));
        }
      } catch (error) {
        if (!isOutOfSpace(error)) throw error;
      }
    },
    free: () => rm(ballast),
    picture: (name, width, height) => writePicture(join(elsewhere, name), { width, height, seed: ++seed }),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
