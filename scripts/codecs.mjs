// @ts-check
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { root } from './run.mjs';

/**
 * `node scripts/codecs.mjs`: compares docs/codecs.md with the libraries bundled in sharp, so that when a hole in one of them
 * is told, that page says whether Darkroom has it. `--write` writes the page anew.
 */
const path = join(root, 'docs/codecs.md');
/** The formats that are taken, by the names of the bundle: AVIF is read as HEIF. */
const taken = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'heif'];

const page = codecsPage();
if (process.argv.includes('--write')) writeFileSync(path, page);
else if (readFileSync(path, 'utf8') === page) console.log('docs/codecs.md names what is bundled.');
else {
  console.error('docs/codecs.md does not name what is bundled in sharp. Look at what is new there, then run:');
  console.error('node scripts/codecs.mjs --write');
  process.exitCode = 1;
}

function codecsPage() {
  const { sharp: version, ...bundled } = /** @type {Record<string, string>} */ (sharp.versions);
  const readable = Object.entries(sharp.format).filter(([, { input }]) => input.file);
  /** @type {[string, string][]} */
  const formats = readable.map(([name]) => [name, taken.includes(name) ? 'yes' : 'no']);
  return `# Codecs

The libraries bundled in sharp ${version}, which alone decodes and encodes pictures. \`npm run check\` compares this page
with what is installed; \`node scripts/codecs.mjs --write\` writes it anew.

${table(['library', 'version'], Object.entries(bundled))}

Formats the bundle can read. What is not taken is refused by its bytes, and decoders run with \`VIPS_BLOCK_UNTRUSTED\`.

${table(['format', 'taken'], formats)}
`;
}

/** Two columns, by the name in the first. @param {[string, string]} head @param {[string, string][]} rows */
function table(head, rows) {
  const sorted = rows.toSorted(([left], [right]) => (left < right ? -1 : 1));
  const width = (/** @type {0 | 1} */ column) => Math.max(...[head, ...rows].map((row) => row[column].length));
  const line = (/** @type {[string, string]} */ [first, second]) =>
    `| ${first.padEnd(width(0))} | ${second.padEnd(width(1))} |`;
  return [line(head), `| ${'-'.repeat(width(0))} | ${'-'.repeat(width(1))} |`, ...sorted.map(line)].join('\n');
}
