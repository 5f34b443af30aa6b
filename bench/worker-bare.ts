import { join } from 'node:path';
import { blobKey, derivativeKey } from '#core/domain/image.ts';
import { openLocalStorage } from '#core/storage/local.ts';
import { develop } from '#worker/decoder/develop.ts';
import { findMeasured } from './worker-recipes.ts';

/**
 * The bare loop to measure against: one process, four pictures in flight, the same cascade, ThumbHash, metadata and durable
 * writes; no queue, no isolation, no word to anyone.
 */
const folder = process.argv[2] ?? '';
const storage = await openLocalStorage(join(folder, 'files'));

process.on('message', (round: { preset: string; images: { id: string; blob: string }[] }) => {
  void run(round).then(() => process.send?.('done'));
});
process.on('disconnect', () => process.exit());
process.send?.('ready');

async function run({
  preset: name,
  images,
}: {
  preset: string;
  images: { id: string; blob: string }[];
}): Promise<void> {
  const preset = findMeasured(name);
  if (!preset) throw new Error(`There is no preset ${name}.`);
  const loop = async () => {
    for (let image = images.shift(); image; image = images.shift()) {
      const { id, blob } = image;
      await develop({
        input: join(folder, 'files', blobKey(blob)),
        derivatives: preset.derivatives,
        maxPixels: 1e8,
        maxFrames: 1000,
        onKnown() {},
        onEncoded: async (recipe, _, file) => void (await storage.put(derivativeKey(id, preset, recipe), file)),
      });
    }
  };
  await Promise.all(Array.from({ length: 4 }, loop));
}
