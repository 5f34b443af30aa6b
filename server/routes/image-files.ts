import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { blobKey, derivativeKey, mediaTypes, type ImageFormat } from '#core/domain/image.ts';
import type { TaskRow } from '#core/database/schema.ts';
import { toTask } from '#core/database/tasks.ts';
import { findPreset } from '#core/domain/preset.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Services } from '#core/services.ts';
import { requireAbility } from '../auth/access.ts';
import { problems } from '../problem.ts';
import { findOwn } from './own-image.ts';
import { disposition, sendStored } from './stored-file.ts';

const tags = ['images'];
const originalParams = z.object({ id: z.uuid() });
const derivativeParams = originalParams.extend({ name: z.string().max(100) });
/** A derivative's bytes never change under its address, and are for its owner alone. */
const forever = 'private, max-age=31536000, immutable';

/** The bytes of an image: the original as it came, and what was developed from it. */
export function imageFileRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    const original = { tags, summary: 'Download the original', params: originalParams, response: problems };
    app.get('/api/v1/images/:id/original', { schema: original }, async (request, reply) => {
      const { image } = await findOwn(services, request.params.id, requireAbility(request, 'read'));
      return sendStored(request, reply, services.storage, {
        key: blobKey(image.blob),
        mediaType: mediaTypes[image.format as ImageFormat],
        etag: `"${image.blob}"`,
        cacheControl: 'private, no-cache',
        disposition: disposition('attachment', nameOfOriginal(image)),
      });
    });

    const derivative = { tags, summary: 'One derivative', params: derivativeParams, response: problems };
    app.get('/api/v1/images/:id/derivatives/:name', { schema: derivative }, async (request, reply) => {
      const { image, task } = await findOwn(services, request.params.id, requireAbility(request, 'read'));
      const preset = { name: task.preset, version: task.preset_version };
      const found = derivativeOf(task, request.params.name);
      if (!found) throw new DarkroomError('not_found', 'The image has no such derivative, or not yet.');
      return sendStored(request, reply, services.storage, {
        key: derivativeKey(image.id, preset, found),
        mediaType: `image/${found.format}`,
        etag: `"${preset.name}@${preset.version}-${found.name}"`,
        cacheControl: forever,
        disposition: disposition('inline', `${stemOf(image.filename)}-${found.name}.${found.format}`),
      });
    });
  };
}

/** By the task's row; by its preset while the row lags: a page can know of a file a moment before the row does. */
function derivativeOf(task: TaskRow, wanted: string): { name: string; format: string } | undefined {
  const preset = findPreset(task.preset);
  const recipes = preset?.version === task.preset_version ? preset.derivatives : [];
  return [...toTask(task).derivatives, ...recipes].find(({ name }) => name === wanted);
}

const extensions: Record<ImageFormat, RegExp> = {
  jpeg: /\.(jpe?g|jpe|jfif)$/i,
  png: /\.png$/i,
  webp: /\.webp$/i,
  gif: /\.gif$/i,
  avif: /\.avif$/i,
  tiff: /\.tiff?$/i,
};

/** A picture that was sent as `page.html` is saved as `page.html.png`: what opens it is chosen by its bytes. */
function nameOfOriginal({ filename, format }: { filename: string; format: string }): string {
  return extensions[format as ImageFormat].test(filename) ? filename : `${filename}.${format}`;
}

function stemOf(filename: string): string {
  return filename.replace(/(?<=.)\.[^.]*$/, '');
}
