import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  addPerson,
  changePerson,
  endAccess,
  endLinks,
  findPerson,
  listPeople,
  removePerson,
  type FoundPerson,
} from '#core/database/people.ts';
import { Invitation, NewPerson, Person, PersonAnswer, PersonChange, PersonPage } from '#core/domain/people.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Services } from '#core/services.ts';
import { hashPassword } from 'better-auth/crypto';
import { v7 as uuid } from 'uuid';
import { requireAbility } from '../auth/access.ts';
import type { Accounts } from '../auth/accounts.ts';
import { invite } from '../auth/invite.ts';
import { problems } from '../problem.ts';

const tags = ['people'];
const params = z.object({ id: z.string().max(64) });
const Query = z.object({
  q: z.string().max(200).optional(),
  cursor: z.string().max(1000).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** Who is here and what they are; for admins. */
export function peopleRoutes(services: Services, accounts: Accounts): FastifyPluginAsyncZod {
  const { database, log } = services;
  return async (app) => {
    app.get(
      '/api/v1/people',
      { schema: { tags, summary: 'People by email', querystring: Query, response: { 200: PersonPage, ...problems } } },
      async (request) => {
        requireAbility(request, 'manage');
        const { items, next_cursor } = await database.read((trx) => listPeople(trx, request.query));
        return { items: items.map(toPerson), next_cursor };
      },
    );

    app.post(
      '/api/v1/people',
      {
        schema: {
          tags,
          summary: 'Add a person; without a password, invite them',
          body: NewPerson,
          response: { 201: PersonAnswer, ...problems },
        },
      },
      async (request, reply) => {
        const admin = requireAbility(request, 'manage');
        const { email, name, role, password } = request.body;
        const id = uuid();
        const passwordHash = password === undefined ? null : await hashPassword(password);
        const person = await database.write(async (trx) => {
          await addPerson(trx, { id, email, name, role, passwordHash, at: new Date().toISOString() });
          return findPerson(trx, id);
        });
        log.info({ event: 'person_added', user: admin.id, person: id, role, request: request.id }, 'access');
        const invitation = password === undefined ? await invite(services, accounts, person, admin) : null;
        return reply.code(201).send({ ...toPerson(person), invitation });
      },
    );

    app.patch(
      '/api/v1/people/:id',
      {
        schema: {
          tags,
          summary: 'Change a person; another role, or being disabled, signs them out and ends their keys',
          params,
          body: PersonChange,
          response: { 200: Person, ...problems },
        },
      },
      async (request) => {
        const admin = requireAbility(request, 'manage');
        const { id } = request.params;
        const at = new Date().toISOString();
        const person = await database.write((trx) => changePerson(trx, id, request.body, at));
        log.info(
          { event: 'person_changed', user: admin.id, person: id, change: request.body, request: request.id },
          'access',
        );
        return toPerson(person);
      },
    );

    app.delete(
      '/api/v1/people/:id',
      {
        schema: {
          tags,
          summary: 'Remove a person; their pictures stay',
          params,
          response: { 204: z.void(), ...problems },
        },
      },
      async (request, reply) => {
        const admin = requireAbility(request, 'manage');
        const { id } = request.params;
        await database.write((trx) => removePerson(trx, id));
        log.info({ event: 'person_removed', user: admin.id, person: id, request: request.id }, 'access');
        return reply.code(204).send();
      },
    );

    app.delete(
      '/api/v1/people/:id/sessions',
      {
        schema: {
          tags,
          summary: 'Sign them out everywhere and end their keys',
          params,
          response: { 204: z.void(), ...problems },
        },
      },
      async (request, reply) => {
        const admin = requireAbility(request, 'manage');
        const { id } = request.params;
        await database.write(async (trx) => {
          await findPerson(trx, id);
          await endAccess(trx, id);
          await endLinks(trx, id);
        });
        log.info({ event: 'person_signed_out', user: admin.id, person: id, request: request.id }, 'access');
        return reply.code(204).send();
      },
    );

    app.post(
      '/api/v1/people/:id/invitation',
      {
        schema: {
          tags,
          summary: 'A new link by which they choose a password',
          params,
          response: { 200: Invitation, ...problems },
        },
      },
      async (request) => {
        const admin = requireAbility(request, 'manage');
        const person = await database.read((trx) => findPerson(trx, request.params.id));
        if (person.status === 'disabled') throw new DarkroomError('conflict', 'They are disabled: enable them first.');
        log.info({ event: 'person_invited', user: admin.id, person: person.id, request: request.id }, 'access');
        return invite(services, accounts, person, admin);
      },
    );
  };
}

function toPerson(person: FoundPerson): Person {
  const { id, email, name, role, status, created_at, last_seen_at, quota_images, quota_bytes, images, bytes } = person;
  const usage = { images, bytes };
  return { id, email, name, role, status, created_at, last_seen_at, quota_images, quota_bytes, usage };
}
