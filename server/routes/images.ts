import multipart from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ImageDetails, Problem, UploadAnswer } from '#core/domain/api.ts';
import { originalUrl } from '#core/domain/urls.ts';
import { deleteImage } from '#core/database/images.ts';
import { allowanceOf } from '#core/database/usage.ts';
import type { ImageRow, TaskRow } from '#core/database/schema.ts';
import { toTask } from '#core/database/tasks.ts';
import type { Services } from '#core/services.ts';
import { requireAbility } from '../auth/access.ts';
import type { Limits } from '../limits/limits.ts';
import { problemOf, problems } from '../problem.ts';
import { acceptForm, FormRefused, type FormRequest } from '../uploads/accept-form.ts';
import { formLimits, FormReader } from '../uploads/form.ts';
import { removeDerivatives, removeUnusedBlob } from '../uploads/leftovers.ts';
import { imageFileRoutes } from './image-files.ts';
import { findOwn } from './own-image.ts';

const imageParams = z.object({ id: z.uuid() });
const tags = ['images'];
/** The problem of the first file where none of many was accepted, with the story of each. */
const refused = {
  description: 'What is wrong',
  content: {
    'application/problem+json': { schema: Problem.extend({ rejected: UploadAnswer.shape.rejected.optional() }) },
  },
};
/** For the description of the API alone: the reader of the form takes what comes. */
const form = z.unknown().meta({
  type: 'object',
  required: ['file'],
  properties: {
    file: { type: 'array', items: { type: 'string', format: 'binary' }, description: 'One or many.' },
    preset: { type: 'string', default: 'web' },
    batch: {
      type: 'string',
      maxLength: 100,
      pattern: '^[A-Za-z0-9_-]*$',
      description: 'Groups the images of one drop.',
    },
  },
});
const idempotency = z.object({ 'idempotency-key': z.string().min(1).max(255).optional() });

/** Images: sent as a form, looked at, downloaded, deleted. */
export function imageRoutes(services: Services, limits: Limits): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(multipart, { limits: formLimits(services.config), throwFileSizeLimit: false });
    await app.register(imageFileRoutes(services));
    const { database, storage, topics, log, config } = services;
    const receive = async (request: FastifyRequest, from: Omit<FormRequest, 'left'>): Promise<UploadAnswer> => {
      const allowance = await database.read((db) => allowanceOf(db, from.user_id, config));
      const reader = new FormReader(services, limits, { userId: from.user_id, ...allowance });
      try {
        return await acceptForm(services, await reader.read(request), { ...from, left: allowance.left });
      } finally {
        await reader.discard();
      }
    };

    const post = {
      tags,
      summary: 'Send one file or many',
      consumes: ['multipart/form-data'],
      body: form,
      headers: idempotency,
      response: { ...problems, 202: UploadAnswer, '4xx': refused },
    };
    app.post('/api/v1/images', { schema: post, config: { takesUploads: true } }, async (request, reply) => {
      const { id: user_id } = requireAbility(request, 'upload');
      const idempotencyKey = request.headers['idempotency-key'] ?? null;
      try {
        const from = { user_id, idempotencyKey };
        const answer = await limits.uploadsAtOnce.hold(user_id, () => receive(request, from));
        return await reply.code(202).send(answer);
      } catch (error) {
        // The body did not come in time, and that was the answer.
        if (reply.sent) return reply;
        if (!(error instanceof FormRefused)) throw error;
        if (error.rejected.length === 1) throw error.first;
        const problem = { ...problemOf(error.first), rejected: error.rejected };
        return await reply.code(error.first.status).type('application/problem+json').send(problem);
      }
    });

    const get = {
      tags,
      summary: 'An image and what became of it',
      params: imageParams,
      response: { 200: ImageDetails, ...problems },
    };
    app.get('/api/v1/images/:id', { schema: get }, async (request) => {
      const { image, task } = await findOwn(services, request.params.id, requireAbility(request, 'read'));
      return detailsOf(image, task);
    });

    const remove = {
      tags,
      summary: 'Delete an image with all that was developed from it',
      params: imageParams,
      response: { 204: z.void(), ...problems },
    };
    app.delete('/api/v1/images/:id', { schema: remove }, async (request, reply) => {
      const { image } = await findOwn(services, request.params.id, requireAbility(request, 'upload'));
      // Else the sweep would find it, complete, and accept it again.
      if (image.upload_id !== null) await storage.discardUpload(image.upload_id);
      const blob = await database.write((trx) => deleteImage(trx, topics, image));
      try {
        if (blob !== null) await removeUnusedBlob(services, blob);
        await removeDerivatives(services, image.id);
      } catch (error) {
        log.warn({ err: error, image: image.id }, 'files of a deleted image are left to the sweep');
      }
      return reply.code(204).send();
    });
  };
}

function detailsOf(
  { id, blob, user_id, filename, format, width, height, bytes, batch, created_at }: ImageRow,
  task: TaskRow,
): ImageDetails {
  const { status, derivatives } = toTask(task);
  const facts = { id, sha256: blob, user_id, filename, format, width, height, bytes, batch, created_at };
  return { ...facts, task_id: task.id, status, original: originalUrl(id), derivatives };
}
