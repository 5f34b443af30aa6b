import { Readable } from 'node:stream';
import type { Random } from '#core/consumer/model/random.ts';
import { UploadAnswer } from '#core/domain/api.ts';
import { ask } from './answer.ts';
import { openAppUnderFuzz } from './app-under-fuzz.ts';
import type { Target } from './campaign.ts';
import { headerText } from './header-text.ts';
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
const files = [tinyGif, Buffer.alloc(0), Buffer.from('<svg/>'), ...pictures.map((bytes) => bytes.subarray(0, 200))];
const types = ['image/gif', 'text/html', 'multipart/mixed; boundary=y', 'application/json', ''];
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
  const app = await openAppUnderFuzz();
  const { fastify, services } = app;
  return {
    async feed(random) {
      const body = mutate(random, formOf(random), words);
      const headers = {
        'content-type': contentType(random),
        ...(random.chance(0.1) && { 'idempotency-key': key(random) }),
      };
      const answer = await ask(fastify, {
        method: 'POST',
        url: '/api/v1/images',
        headers,
        payload: random.chance(0.5) ? body : Readable.from(pieces(random, body)),
      });
      if (answer.statusCode === 202) checkNames(UploadAnswer.parse(answer.json()));
    },
    async settle() {
      const staged = await Array.fromAsync(services.storage.uploads());
      if (staged.length > 0) throw new Error(`${staged.length} uploads are left of forms that were answered.`);
      await app.settle();
    },
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

function formOf(random: Random): Buffer {
  const parts = Array.from({ length: random.between(0, 4) }, () =>
    random.chance(0.6) ? filePart(random) : fieldPart(random),
  );
  return Buffer.concat([...parts, Buffer.from('--x--\r\n')]);
}

function filePart(random: Random): Buffer {
  const name = random.oneOf('a.jpg', '', 'a"b.gif', 'C:\\x\\y.png', '\xf0\x9f\x93\xb7.webp', 'x'.repeat(400));
  const head = `--x\r\nContent-Disposition: form-data; name="${random.oneOf('file', 'files[]', '')}"; filename="${name}"\r\nContent-Type: ${random.pick(types)}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), random.pick(files) ?? tinyGif, Buffer.from('\r\n')]);
}

function fieldPart(random: Random): Buffer {
  const name = random.oneOf('preset', 'batch', 'other', '__proto__', 'toString', 'n'.repeat(200));
  const value = random.oneOf('web', 'b1', '', '../x', '\xff\xfe', 'v'.repeat(2000));
  return Buffer.from(`--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`, 'latin1');
}

function contentType(random: Random): string {
  if (random.chance(0.85)) return 'multipart/form-data; boundary=x';
  return headerText(mutateText(random, random.pick(contentTypes) ?? '', words));
}

function key(random: Random): string {
  return headerText(random.oneOf('k', '', 'k'.repeat(300), mutateText(random, 'key', words)));
}

function* pieces(random: Random, body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length;) {
    const length = random.oneOf(1, 2, 7, 60, 1000);
    yield body.subarray(at, (at += length));
  }
}

/** Names are display text: no path, nothing unseen, no longer than a file system takes. */
function checkNames({ rejected }: UploadAnswer): void {
  for (const { name } of rejected) {
    if (/[/\\\p{Cc}]/u.test(name) || Array.from(name).length > 255) throw new Error(`A name came through: ${name}`);
  }
}
