import type { Random } from '#core/consumer/model/random.ts';
import { readCursor, writeCursor } from '#core/database/cursor.ts';
import { DarkroomError } from '#core/errors.ts';
import { decodePosition, encodePosition } from '../position.ts';
import { declare } from '../uploads/declaration.ts';
import { parseInfo } from '../uploads/tus-store.ts';
import type { Target } from './campaign.ts';
import { mutateText } from './mutate.ts';

const words = [
  '{',
  '}',
  '"',
  ':',
  ',',
  '__proto__',
  'constructor',
  '\\u0000',
  '-',
  '_',
  '=',
  '/',
  '..',
  '\r\n',
  '\x7f',
  'null',
];
const infos = [
  '{"length":28,"user_id":"owner","metadata":{"filename":"a.gif"}}',
  '{"length":28,"user_id":"owner","metadata":{"__proto__":"x","filename":null}}',
];

type Reader = (random: Random) => void;

/** Everything that comes back from a client as one text: read, refused by name, and never taken for something else. */
const readers: readonly Reader[] = [
  function cursor(random) {
    const text = mutateText(random, writeCursor(random.between(0, 1e6)), words);
    if (writeCursor(readCursor(text)) !== text) throw new Error(`${text} is another cursor.`);
  },
  function position(random) {
    const given = { [random.between(0, 9)]: random.between(0, 1e6), [random.between(0, 99)]: 1 };
    const json = mutateText(random, JSON.stringify(given), words);
    const text = random.chance(0.5)
      ? Buffer.from(json, 'latin1').toString('base64url')
      : mutateText(random, encodePosition(given), words);
    const read = decodePosition(text);
    const isSound = Object.entries(read).every(([key, value]) => /^\d+$/.test(key) && Number.isSafeInteger(value));
    if (!isSound || Object.getPrototypeOf(read) !== Object.prototype) throw new Error(`${text} is no position.`);
  },
  function declaration(random) {
    const said = (text: string) => (random.chance(0.2) ? null : mutateText(random, text, words));
    const { filename, batch } = declare({
      filename: said('a b.jpg'),
      preset: random.oneOf('web', null, said('web')),
      batch: said('b-1'),
    });
    if (/[/\\\p{Cc}\p{Bidi_Control}]/u.test(filename) || filename === '' || filename.length > 510)
      throw new Error(`Named ${filename}`);
    if (batch !== null && !/^[\w-]{1,100}$/.test(batch)) throw new Error(`Batch ${batch}`);
  },
  function info(random) {
    const read = parseInfo(mutateText(random, random.pick(infos) ?? '', words));
    if (read && !(Number.isSafeInteger(read.length) && read.length > 0)) throw new Error(`A length of ${read.length}`);
  },
];

export async function openTokens(): Promise<Target> {
  return {
    inputsPerSeed: 22,
    async feed(random) {
      try {
        random.pick(readers)?.(random);
      } catch (error) {
        if (!(error instanceof DarkroomError) || (error.status !== 400 && error.status !== 422)) throw error;
      }
    },
    settle: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}
