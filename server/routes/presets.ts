import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { presets } from '#core/domain/preset.ts';
import { requireAbility } from '#server/auth/access.ts';
import { problems } from '#server/problem.ts';

const Recipe = z.object({
  name: z.string(),
  format: z.enum(['webp', 'jpeg']),
  width: z.int(),
  quality: z.int(),
  effort: z.int().optional(),
});
const PresetList = z.object({
  items: z.array(z.object({ name: z.string(), version: z.int(), title: z.string(), derivatives: z.array(Recipe) })),
});

/** What pictures can be developed into. */
export function presetRoutes(): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/v1/presets',
      { schema: { tags: ['presets'], summary: 'The presets', response: { 200: PresetList, ...problems } } },
      async (request) => {
        requireAbility(request, 'read');
        return { items: presets.map((preset) => ({ ...preset })) };
      },
    );
  };
}
