import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request, type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { residentMemory } from '../e2e/memory.ts';
import { fixture, writePicture } from '../e2e/pictures.ts';
import { program } from '../e2e/program.ts';
import { asAdmin, prepareDatabase } from '../e2e/admin.ts';

/** The door: how many small pictures a second, and how many bytes of large ones, are promised (202) by one server. */
const rounds = Number(process.argv[2] ?? 5);
const small = { count: 1000, bytes: 100_000, atOnce: 16 };
const large = { count: 64, side: 2365, atOnce: 4 };

const agent = new Agent({ keepAlive: true });
const boundary = 'darkroom-bench';

const folder = await mkdtemp(resolve('.cache/bench-uploads-'));
const unlimited = { RATE_LIMIT_UPLOADS: '1000000', RATE_LIMIT_REQUESTS: '10000000' };
const environment = { DATA_DIR: folder, PORT: '0', LOG_LEVEL: 'warn', ...unlimited };
await prepareDatabase(environment);
const server = program('server', environment, ['server/main.ts', '--no-pages']);
await server.start();
try {
  await largeFiles();
  await smallFiles('one request each (multipart)', sendForm);
  await smallFiles('two requests each (tus)', sendTus);
} finally {
  agent.destroy();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}

async function smallFiles(name: string, send: (bytes: Buffer) => Promise<void>): Promise<void> {
  const base = await readFile(fixture('plain.jpg'));
  const rates: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const pictures = Array.from({ length: small.count }, () => padded(base, small.bytes));
    const seconds = await timed(() => eachAtOnce(pictures, small.atOnce, send));
    if (round >= 0) rates.push(small.count / seconds);
  }
  rates.sort((a, b) => a - b);
  console.log(
    `100 KB files, ${name}: ${rates[rates.length >> 1]?.toFixed(0)} accepted/s (${rates[0]?.toFixed(0)} to ${rates.at(-1)?.toFixed(0)}), client included`,
  );
}

async function largeFiles(): Promise<void> {
  const pictures: Buffer[] = [];
  for (let seed = 1; seed <= large.count; seed++) {
    const path = await writePicture(`${folder}/large.png`, { width: large.side, height: large.side, seed });
    pictures.push(await readFile(path));
  }
  const warmUp = await readFile(fixture('plain.jpg'));
  for (let n = 0; n < 50; n++) await sendTus(padded(warmUp, 60_000));
  const before = residentMemory(server.pid);
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, residentMemory(server.pid))), 20);
  const seconds = await timed(() => eachAtOnce(pictures, large.atOnce, sendTus));
  clearInterval(watch);
  const megabytes = pictures.reduce((sum, { length }) => sum + length, 0) / 1e6;
  console.log(
    `${large.count} files of ${(megabytes / large.count).toFixed(1)} MB (tus): ${(megabytes / seconds).toFixed(0)} MB/s`,
  );
  console.log(`  server memory ${before} MiB before, ${peak} MiB at most: +${peak - before} MiB`);
}

/** The JPEG with comments of random bytes behind its first marker: a valid picture of that size, and a new one each time. */
function padded(jpeg: Buffer, bytes: number): Buffer {
  const parts = [jpeg.subarray(0, 2)];
  for (let left = bytes - jpeg.length; left > 4;) {
    const length = Math.min(left - 2, 65_535);
    const comment = Buffer.alloc(length + 2);
    comment.writeUInt16BE(0xfffe, 0);
    comment.writeUInt16BE(length, 2);
    randomBytes(length - 2).copy(comment, 4);
    parts.push(comment);
    left -= length + 2;
  }
  parts.push(jpeg.subarray(2));
  return Buffer.concat(parts);
}

async function sendForm(bytes: Buffer): Promise<void> {
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="picture.jpg"\r\n\r\n`;
  const { status, body } = await send('POST', '/api/v1/images', {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  });
  if (status !== 202) throw new Error(body);
}

async function sendTus(bytes: Buffer): Promise<void> {
  const tus = { 'tus-resumable': '1.0.0' };
  const filename = `filename ${Buffer.from('picture.jpg').toString('base64')}`;
  const created = await send('POST', '/api/v1/uploads', {
    headers: { ...tus, 'upload-length': bytes.length, 'upload-metadata': filename },
  });
  const finished = await send('PATCH', created.headers.location ?? '', {
    headers: { ...tus, 'upload-offset': 0, 'content-type': 'application/offset+octet-stream' },
    body: bytes,
  });
  if (finished.headers['x-task-id'] === undefined) throw new Error(finished.body);
}

/** A lean client, so that what is measured is the server's more than its own. */
async function send(
  method: string,
  path: string,
  { headers, body = Buffer.alloc(0) }: { headers: OutgoingHttpHeaders; body?: Buffer },
): Promise<{ status?: number; headers: IncomingHttpHeaders; body: string }> {
  const sent = request(new URL(path, server.url), {
    agent,
    method,
    headers: { ...asAdmin, ...headers, 'content-length': body.length },
  });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
}

async function eachAtOnce<T>(items: T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of waiting) await work(item);
    }),
  );
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}
