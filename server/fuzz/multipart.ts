import type { Random } from '#core/consumer/model/random.ts';
import { UploadAnswer } from '#core/domain/api.ts';
import { ask, expectService, inProcess } from './answer.ts';
import { openRoutesUnderFuzz } from './app-under-fuzz.ts';
import type { Target } from './campaign.ts';
import { headerText } from './header-text.ts';
import { clear } from '../fixtures/upload-app.ts';
import { mutate, mutateText } from './mutate.ts';
import { pictures, tinyGif } from './pictures.ts';

const words = [
  '\r\n',
  '\r\n\r\n',
  '\n\n',
  '--',
  '--x',
  '\r\n--x\r\n',
  '\r\n--x--\r\n',
  '--x--',
  'Content-Disposition: form-data',
  'Content-Disposition: attachment',
  '; name="file"',
  '; name="__proto__"',
  '; name="constructor"',
  '; name="preset"',
  '; filename="../../etc/passwd"',
  '; filename="a\r\nSet-Cookie: x"',
  "; filename*=utf-8''%e2%82%ac%zz",
  "; filename*=koi8-r''%ff",
  '; filename="\xe2\x80\xae"',
  'Content-Type: application/json',
  'Content-Type: text/plain; charset=utf-16',
  'Content-Transfer-Encoding: base64',
  'Content-Length: 5',
  '"',
  '\\',
  '\0',
  '{"__proto__":{"a":1}}',
];
const files = [tinyGif, Buffer.alloc(0), Buffer.from('<svg/>'), ...pictures.map((bytes) => bytes.subarray(0, 40))];
const types = ['image/gif', 'text/html', 'multipart/mixed; boundary=y', 'application/json', ''];
const formType = 'multipart/form-data; boundary=x';
const end = Buffer.from('--x--\r\n');
const honestForm = Buffer.concat([filePart({ field: 'file', name: 'a.gif', type: 'image/gif' }, tinyGif), end]);
const contentTypes = [
  'multipart/form-data',
  'multipart/form-data; boundary=',
  'multipart/form-data; boundary=""',
  'multipart/form-data; boundary="x"; boundary=y',
  `multipart/form-data; boundary=${'x'.repeat(300)}`,
  'multipart/form-data; charset=utf-7; boundary=x',
  'multipart/mixed; boundary=x',
  'text/plain',
  'application/x-www-form-urlencoded',
];

/** Forms of a browser, broken in every way, sent to the route that takes pictures. */
export async function openMultipart(): Promise<Target> {
  const app = await openRoutesUnderFuzz();
  const asker = inProcess(app.fastify);
  const toImages = { method: 'POST', path: '/api/v1/images' };
  return {
    inputsPerSeed: 20,
    async feed(random) {
      const body = mutate(random, formOf(random), words);
      const headers = {
        'content-type': contentType(random),
        ...(random.chance(0.1) && { 'idempotency-key': key(random) }),
      };
      const answer = await ask(asker, { ...toImages, headers, body: random.chance(0.5) ? body : pieces(random, body) });
      if (answer.status === 202) checkNames(UploadAnswer.parse(JSON.parse(answer.body)));
    },
    async settle() {
      await expectService(asker, { ...toImages, headers: { 'content-type': formType }, body: honestForm }, 202);
      const staged = await Array.fromAsync(app.services.storage.uploads());
      if (staged.length > 0) throw new Error(`${staged.length} uploads are left of forms that were answered.`);
      await clear(app.services);
    },
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

function formOf(random: Random): Buffer {
  const parts = Array.from({ length: random.between(0, 4) }, () =>
    random.chance(0.6) ? anyFile(random) : anyField(random),
  );
  return Buffer.concat([...parts, end]);
}

function anyFile(random: Random): Buffer {
  const name = random.oneOf('a.jpg', '', 'a"b.gif', 'C:\\x\\y.png', '\xf0\x9f\x93\xb7.webp', 'x'.repeat(400));
  const type = random.pick(types) ?? '';
  return filePart({ field: random.oneOf('file', 'files[]', ''), name, type }, random.pick(files) ?? tinyGif);
}

function filePart({ field, name, type }: { field: string; name: string; type: string }, bytes: Buffer): Buffer {
  const disposition = `Content-Disposition: form-data; name="${field}"; filename="${name}"`;
  const head = `--x\r\n${disposition}\r\nContent-Type: ${type}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes, Buffer.from('\r\n')]);
}

function anyField(random: Random): Buffer {
  const name = random.oneOf('preset', 'batch', 'other', '__proto__', 'toString', 'n'.repeat(200));
  const value = random.oneOf('web', 'b1', '', '../x', '\xff\xfe', 'v'.repeat(2000));
  return Buffer.from(`--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`, 'latin1');
}

function contentType(random: Random): string {
  if (random.chance(0.85)) return formType;
  return headerText(mutateText(random, random.pick(contentTypes) ?? '', words));
}

function key(random: Random): string {
  return headerText(random.oneOf('k', '', 'k'.repeat(300), mutateText(random, 'key', words)));
}

/** In up to 50 pieces, of which the last are as small as can be. */
function pieces(random: Random, body: Buffer): Buffer[] {
  const size = random.oneOf(1, 7, 60, 1000);
  const from = Math.max(0, body.length - 49 * size);
  const last = Array.from({ length: Math.ceil((body.length - from) / size) }, (_, index) => from + index * size);
  return [body.subarray(0, from), ...last.map((at) => body.subarray(at, at + size))];
}

/** Names are display text: no path, nothing unseen, no longer than a file system takes. */
function checkNames({ rejected }: UploadAnswer): void {
  for (const { name } of rejected) {
    if (/[/\\\p{Cc}]/u.test(name) || Array.from(name).length > 255) throw new Error(`A name came through: ${name}`);
  }
}
