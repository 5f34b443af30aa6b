import type { Random } from '#core/consumer/model/random.ts';
import { openHouseUnderFuzz } from './app-under-fuzz.ts';
import type { Target } from './campaign.ts';
import { mutate, mutateText } from './mutate.ts';
import { frame, SocketConnection, textFrame } from './socket-connection.ts';

const words = [
  '"subscribe"',
  '"unsubscribe"',
  '"mine"',
  '"all"',
  '{"task":"00000000-0000-4000-8000-000000000000"}',
  '{"batch":"b"}',
  '"scope":',
  '"since":"e30"',
  '"__proto__":',
  '{"_placeholder":true,"num":0}',
  '{"_placeholder":true,"num":-1}',
  '{"_placeholder":true,"num":"length"}',
  '"disconnect"',
  '"connect_error"',
  'null',
  '[',
  ']',
  '{',
  '}',
  ',',
  '/admin,',
  '\x1e',
];
const events = [
  '42["subscribe",{"scope":"mine"}]',
  '427["subscribe",{"scope":"all","since":"eyIwIjowfQ"}]',
  '427["subscribe",{"scope":{"task":"00000000-0000-4000-8000-000000000000"}}]',
  '427["subscribe",{"scope":{"batch":"b"},"since":null}]',
  '427["unsubscribe",{"scope":"mine"}]',
  '42["unsubscribe",null]',
  '42["subscribe"]',
  '42[0]',
  '43[{"position":"x"}]',
  '451-["subscribe",{"_placeholder":true,"num":0}]',
  '40/admin,{"token":"x"}',
  '41',
  '3',
  '2probe',
];

/** Connections that say what no page of ours says, over real sockets to the server in this process. */
export async function openSockets(): Promise<Target> {
  const app = await openHouseUnderFuzz();
  let connection: SocketConnection | null = null;
  let asked = 1000;

  /** A question that is as it should be: it is answered, unless the connection was closed for what came before it. */
  const isHeard = (by: SocketConnection): Promise<boolean> => {
    asked += 1;
    by.say(textFrame(`42${asked}["unsubscribe",{"scope":"all"}]`));
    return by.hears(`43${asked}[]`);
  };

  return {
    inputsPerSeed: 12,
    async feed(random) {
      connection ??= await SocketConnection.open(app);
      const message = messageOf(random);
      connection.say(message);
      if (isAnswerable(message) && (random.chance(0.7) || (await isHeard(connection)))) return;
      connection.close();
      connection = null;
    },
    async settle() {
      connection?.close();
      connection = null;
      const another = await SocketConnection.open(app);
      if (!(await isHeard(another))) throw new Error('Another connection was cut off.');
      another.close();
    },
    async [Symbol.asyncDispose]() {
      connection?.close();
      await app[Symbol.asyncDispose]();
    },
  };
}

function messageOf(random: Random): Buffer {
  const event = random.pick(events) ?? '';
  // Most must get as far as our own handlers.
  if (random.chance(0.7)) return textFrame(`42${random.between(0, 99)}${mutatedArguments(random)}`);
  if (random.chance(0.7)) return textFrame(mutateText(random, event, words));
  if (random.chance(0.6)) return frame(0x82, mutate(random, Buffer.from(event)));
  return mutate(random, textFrame(event));
}

/** After a goodbye nothing is answered, and after a broken frame nobody knows where the next begins. */
function isAnswerable(message: Buffer): boolean {
  const payload = message.subarray(message[1] === (0x80 | 126) ? 8 : 6);
  const isFrame = message.equals(frame(message[0] ?? 0, payload)) && [0x81, 0x82].includes(message[0] ?? 0);
  return isFrame && !payload.toString('latin1').startsWith('41');
}

/** Still an event, whatever it says. */
function mutatedArguments(random: Random): string {
  const event = random.oneOf('subscribe', 'unsubscribe');
  const request = mutateText(random, random.oneOf('{"scope":"mine"}', '{"scope":{"batch":"b"},"since":"e30"}'), words);
  return `["${event}",${isJson(request) ? request : JSON.stringify(request)}]`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
