import { readFileSync } from 'node:fs';
import { fixture } from '../pictures.ts';
import { end, file, part, sendForm } from './form.ts';
import { ask, bodyOf, outcomeOf, type Act, type Case } from './request.ts';
import type { Rig } from './rig.ts';

const picture = readFileSync(fixture('plain.gif'));

/** Sends a picture of this name and says by which name it is known, and by which it is given back. */
const called = (name: string): Act => asPart(file(latin1(name).replaceAll('"', '%22'), picture));

const asPart =
  (content: Buffer): Act =>
  async (rig) => {
    const answer = await ask(rig, sendForm([content, end]));
    if (answer.status !== 202) return outcomeOf(rig, answer);
    return nameOf(rig, bodyOf<{ images: { id: string }[] }>(answer).images[0]?.id ?? '');
  };

/** The same by a resumable upload, which takes a name of any bytes. */
const calledByTus =
  (name: string | Buffer): Act =>
  async (rig) => {
    const headers = {
      'tus-resumable': '1.0.0',
      'upload-length': String(picture.length),
      'upload-metadata': `filename ${Buffer.from(name as string).toString('base64')}`,
      'content-type': 'application/offset+octet-stream',
    };
    const created = await ask(rig, { as: 'uploader', method: 'POST', path: '/api/v1/uploads', headers, body: picture });
    const task = created.headers['x-task-id'];
    if (!task) return outcomeOf(rig, created);
    const answer = await ask(rig, { as: 'uploader', path: `/api/v1/tasks/${task}` });
    return nameOf(rig, bodyOf<{ image_id: string }>(answer).image_id);
  };

async function nameOf(rig: Rig, id: string): Promise<string> {
  const details = await ask(rig, { as: 'uploader', path: `/api/v1/images/${id}` });
  const original = await ask(rig, { as: 'uploader', path: `/api/v1/images/${id}/original` });
  const given = original.headers['content-disposition'] ?? '';
  if (!/^attachment; filename=("?)[\x20-\x7e]+\1(; filename\*=UTF-8''[\w%.!#$&+^`|~'()-]+)?$/.test(given)) return given;
  return bodyOf<{ filename: string }>(details).filename;
}

const disposition = 'Content-Disposition: form-data; name="file"';
const latin1 = (text: string): string => Buffer.from(text).toString('latin1');

/** Names by which files are sent, and by which they are known: text, never a path, never a line of a header. */
export const names: Case[] = [
  ['the name of a file further up', called('../../../etc/passwd'), 'passwd'],
  ['the same with backslashes', calledByTus('..\\..\\boot.gif'), 'boot.gif'],
  ['the name of a file at the root', called('/etc/shadow'), 'shadow'],
  ['the name of a file of a drive', calledByTus('C:\\Windows\\win.gif'), 'win.gif'],
  ['a name with escapes', called('%2e%2e%2f%00.gif'), '%2e%2e%2f%00.gif'],
  ['a name of dots', called('..'), 'untitled'],
  ['a name with a dot in front', called('.htaccess'), '.htaccess'],
  ['a name of spaces', called('   '), 'untitled'],
  [
    'a name that ends a header',
    calledByTus('a.gif\r\nSet-Cookie: session=planted'),
    'a.gifSet-Cookie: session=planted',
  ],
  ['a name with a null', calledByTus('a.gif\0.html'), 'a.gif.html'],
  ['a name that turns around', calledByTus('a\u202egpj.gif'), 'agpj.gif'],
  ['a name of half a character', calledByTus(Buffer.from([0xed, 0xa0, 0x80, 0x2e, 0x67])), '\ufffd\ufffd\ufffd.g'],
  ['a name of pictures', called('👩‍🚀🏳️‍🌈.gif'), '👩‍🚀🏳️‍🌈.gif'],
  ['a name that is a script', calledByTus('<script>alert(1)</script>.gif'), 'script>.gif'],
  ['a name that is an attribute', calledByTus('" onerror="alert(1)'), '" onerror="alert(1)'],
  ['a name that is a formula', called('=cmd|calc!A1.gif'), '=cmd|calc!A1.gif'],
  ['a name that is a statement', calledByTus("'; DROP TABLE images; --"), "'; DROP TABLE images; --"],
  ['a name that is a prototype', called('__proto__'), '__proto__'],
  ['a name with the marks of a log', calledByTus('a\x1b[31m\u2028{"level":60}'), 'a[31m{"level":60}'],
  ['a name of 5,000 characters', calledByTus('ä'.repeat(5000)), 'ä'.repeat(255)],
  ['a name of 5,000 characters in a form', called('ä'.repeat(3000)), 'ä'.repeat(255)],
  ['an extended name', extended("UTF-8''%2e%2e%2f%0d%0aa.gif"), '400 no_file'],
  ['an extended name of a set that there is not', extended("planted''a.gif"), 'a.gif'],
  ['an extended name that is broken', extended("UTF-8''%zz%"), '%zz%'],
  [
    'an extended name beside a name',
    asPart(part(`${disposition}; filename="a.gif"; filename*=UTF-8''b.gif`, picture)),
    'a.gif',
  ],
];

function extended(value: string): Act {
  return asPart(part(`${disposition}; filename*=${value}`, picture));
}
