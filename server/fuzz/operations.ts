/** A value that the API takes: a JSON schema. */
export type Schema = object;

/** Something that can be asked of the API. */
export interface Operation {
  method: string;
  path: string;
  parameters: { name: string; in: string; schema: Schema }[];
  body: { schema: Schema; isForm: boolean } | null;
}

interface Described {
  parameters?: { name: string; in: string; schema?: Schema }[];
  requestBody?: { content?: Record<string, { schema?: Schema }> };
}

const texts = (...names: string[]): Schema => ({
  type: 'object',
  required: names,
  properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
});
const entrance = {
  'sign-in/email': texts('email', 'password'),
  'sign-in/social': texts('provider', 'callbackURL'),
  'sign-out': texts(),
  'change-password': texts('currentPassword', 'newPassword'),
  'request-password-reset': texts('email'),
  'reset-password': texts('newPassword', 'token'),
};

/** What better-auth answers, which the API does not describe. */
export const entranceOperations: readonly Operation[] = Object.entries(entrance).map(([path, schema]) => ({
  method: 'POST',
  path: `/api/auth/${path}`,
  parameters: [],
  body: { schema, isForm: false },
}));

/** All that an OpenAPI description names, so that a route which is new is asked too. */
export function operationsOf(description: object): Operation[] {
  const { paths = {} } = description as { paths?: Record<string, Record<string, Described>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      parameters: parameters.map(({ name, in: where, schema = {} }) => ({ name, in: where, schema })),
      body: bodyOf(requestBody),
    })),
  );
}

function bodyOf(requestBody: Described['requestBody']): Operation['body'] {
  const [first] = Object.entries(requestBody?.content ?? {});
  return first ? { schema: first[1].schema ?? {}, isForm: first[0].startsWith('multipart/') } : null;
}
