import type { Random } from '#core/consumer/model/random.ts';
import { ask, expectService, inProcess, type Question } from './answer.ts';
import { openRoutesUnderFuzz } from './app-under-fuzz.ts';
import type { Target } from './campaign.ts';
import { headerText } from './header-text.ts';
import { clear } from '../fixtures/upload-app.ts';
import { mutate, mutateText } from './mutate.ts';
import { tinyGif } from './pictures.ts';

const uploads = '/api/v1/uploads';
const words = [
  ',',
  ' ',
  ', ,',
  '=',
  '==',
  'filename ',
  'filename',
  '__proto__ eA==',
  'preset ',
  'batch ',
  'YQ==',
  '/',
  '%00',
];
const lengths = [
  '1',
  '28',
  '0',
  '-1',
  '20000',
  '20001',
  '1e3',
  '0x1c',
  '28.0',
  '028',
  '9007199254740993',
  'NaN',
  '',
  ' 28',
];
const ids = ['none', '__proto__', '..%2f..%2fetc', '%00', '%25zz', '.', 'a'.repeat(300), '%e2%82', 'x/y', '*'];
/** Creates an upload and brings its bytes at once. */
const honest: Question = {
  method: 'POST',
  path: uploads,
  headers: {
    'tus-resumable': '1.0.0',
    'content-type': 'application/offset+octet-stream',
    'upload-length': String(tinyGif.length),
  },
  body: tinyGif,
};
const methods = ['POST', 'HEAD', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** Resumable uploads by clients that lie about lengths, offsets, metadata and ids. */
export async function openTus(): Promise<Target> {
  const app = await openRoutesUnderFuzz();
  const asker = inProcess(app.fastify);
  let known: string[] = [];
  return {
    inputsPerSeed: 20,
    async feed(random) {
      const answer = await ask(asker, requestOf(random, known));
      const { location } = answer.headers;
      if (answer.status === 201 && location !== undefined) known.push(location);
      if (answer.status === 201 && location === undefined) throw new Error('An upload was created and not named.');
    },
    async settle() {
      await expectService(asker, honest, 201);
      for (const path of known) await ask(asker, { method: 'DELETE', path, headers: { 'tus-resumable': '1.0.0' } });
      known = [];
      const staged = await Array.fromAsync(app.services.storage.uploads());
      if (staged.length > 0)
        throw new Error(`${staged.length} uploads are left of which nobody was told, or which nobody can delete.`);
      await clear(app.services);
    },
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

function requestOf(random: Random, known: string[]): Question {
  if (known.length === 0 || random.chance(0.4)) return creation(random);
  const method = random.weighted({ PATCH: 6, HEAD: 2, DELETE: 1, POST: 1, OPTIONS: 1 }) ?? 'PATCH';
  const url = random.chance(0.85) ? (random.pick(known) ?? uploads) : `${uploads}/${idOf(random)}`;
  const offset = random.chance(0.5) ? '0' : number(random);
  const body = random.chance(0.5) ? tinyGif : mutate(random, tinyGif);
  return { method, path: url, headers: headersOf(random, { 'upload-offset': offset }), body: bodyOf(random, body) };
}

function creation(random: Random): Question {
  const said = {
    'upload-length': random.chance(0.5) ? String(tinyGif.length) : number(random),
    'upload-metadata': headerText(mutateText(random, metadata(random), words)),
    ...(random.chance(0.05) && { 'upload-defer-length': random.oneOf('1', '0', 'x') }),
    ...(random.chance(0.05) && { 'upload-concat': random.oneOf('partial', 'final;/api/v1/uploads/x', 'final;') }),
  };
  const method = random.chance(0.95) ? 'POST' : (random.pick(methods) ?? 'POST');
  const body = random.chance(0.3) ? bodyOf(random, mutate(random, tinyGif)) : Buffer.alloc(0);
  return { method, path: uploads, headers: headersOf(random, said), body };
}

function headersOf(random: Random, said: Record<string, string>): Record<string, string> {
  return {
    ...said,
    'tus-resumable': random.chance(0.95) ? '1.0.0' : random.oneOf('', '0.2.2', '1.0.0, 1.0.0', '2'),
    'content-type': random.chance(0.9) ? 'application/offset+octet-stream' : random.oneOf('', 'application/json', 'x'),
    ...(random.chance(0.05) && { 'x-http-method-override': random.pick(methods) ?? '' }),
    ...(random.chance(0.05) && { 'upload-checksum': random.oneOf('sha1 x', 'md5', '') }),
  };
}

function metadata(random: Random): string {
  const encode = (text: string) => Buffer.from(text).toString('base64');
  const name = random.oneOf('a.gif', '../../a', 'a\r\nb', '\u202egpj.exe', 'x'.repeat(3000), '\0', '');
  const preset = random.oneOf('web', 'none', '', '__proto__');
  return `filename ${encode(name)},filetype ${encode('image/gif')},preset ${encode(preset)},batch ${encode(random.oneOf('b', '../b', ''))}`;
}

function number(random: Random): string {
  return headerText(random.chance(0.7) ? (random.pick(lengths) ?? '') : mutateText(random, '28'));
}

function idOf(random: Random): string {
  const id = random.pick(ids) ?? '';
  return random.chance(0.5) ? id : encodeURIComponent(mutateText(random, id).slice(0, 30));
}

function bodyOf(random: Random, bytes: Buffer): Buffer | Buffer[] {
  return random.chance(0.7) ? bytes : [bytes.subarray(0, 5), bytes.subarray(5)];
}
