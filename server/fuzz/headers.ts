import type { Random } from '#core/consumer/model/random.ts';
import { DarkroomError } from '#core/errors.ts';
import { openMemoryStorage } from '#core/storage/memory.ts';
import { inspect } from '../uploads/inspect.ts';
import type { Target } from './campaign.ts';
import { mutate } from './mutate.ts';
import { headerWords, pictures } from './pictures.ts';

const limits = { UPLOAD_MAX_BYTES: 1 << 20, IMAGE_MAX_PIXELS: 1e8, IMAGE_MAX_FRAMES: 1000 };
const promised = ['unsupported_format', 'unreadable_header', 'too_many_pixels', 'too_many_frames', 'empty_file'];

/** Pictures whose headers lie, looked at as the door looks at them. */
export async function openHeaders(): Promise<Target> {
  const storage = openMemoryStorage();
  return {
    inputsPerSeed: 22,
    async feed(random) {
      const bytes = pictureOf(random);
      await storage.createUpload('it', '');
      await storage.append('it', 0, chunksOf(random, bytes));
      const seen = await inspect(storage, 'it', bytes.length, limits).catch((error: unknown) => {
        if (!(error instanceof DarkroomError) || !promised.includes(error.code)) throw error;
        return null;
      });
      await storage.discardUpload('it');
      if (seen && !(seen.width > 0 && seen.height > 0 && seen.width * seen.height <= limits.IMAGE_MAX_PIXELS)) {
        throw new Error(`A picture of ${seen.width} × ${seen.height} pixels was taken.`);
      }
    },
    settle: async () => {},
    [Symbol.asyncDispose]: () => storage.close(),
  };
}

/** The beginning of a file is where most is said; sometimes another file stands behind it. */
function pictureOf(random: Random): Buffer {
  const whole = random.pick(pictures) ?? Buffer.alloc(0);
  const head = mutate(random, whole.subarray(0, random.oneOf(60, 200, 700, whole.length)), headerWords);
  if (random.chance(0.3)) return head;
  const rest = whole.subarray(head.length);
  return Buffer.concat([head, rest, random.chance(0.1) ? (random.pick(pictures) ?? rest) : Buffer.alloc(0)]);
}

async function* chunksOf(random: Random, bytes: Buffer): AsyncGenerator<Buffer> {
  const at = random.between(0, bytes.length);
  yield bytes.subarray(0, at);
  yield bytes.subarray(at);
}
