import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandOf, root } from './run.mjs';

/** Files planted in a tree of their own, which the linter reads once with the project's rules. */
const planted = new Map<string, string>();
const folder = mkdtempSync(join(tmpdir(), 'walls-'));
let broken: { path: string; rule: string }[] = [];

/** Plants a file; a folder gets a file of a new name. Returns the question which rules the linter finds broken there. */
function plant(path: string, source: string): () => string[] {
  const file = path.endsWith('/') ? `${path}planted-${planted.size}.ts` : path;
  if (planted.has(file)) throw new Error(`${file} is planted already.`);
  planted.set(file, source);
  return () => broken.filter((found) => found.path === file).map(({ rule }) => rule);
}

beforeAll(() => {
  for (const file of ['.oxlintrc.json', 'package.json', 'tsconfig.json'])
    copyFileSync(join(root, file), join(folder, file));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  for (const [path, source] of planted) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), source);
  }
  const args = [commandOf('oxlint'), '-f', 'json', ...planted.keys()];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 1) throw new Error(`oxlint did not fail as it must: ${stdout}${stderr}`);
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; filename: string }[] };
  broken = diagnostics.map(({ code, filename }) => ({ path: filename.replaceAll('\\', '/'), rule: code }));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const crossesWall = 'eslint(no-restricted-imports)';

describe('a wall', () => {
  for (const [from, to] of [
    ['core/broker/', '#server/app.ts'],
    ['core/broker/', '../../worker/run.ts'],
    ['core/database/', '#components/api.ts'],
    ['core/domain/', '#core/errors.ts'],
    ['core/domain/', '../config.ts'],
    ['core/domain/', 'node:fs'],
    ['core/domain/', 'kysely'],
    ['server/routes/', '#worker/run.ts'],
    ['server/routes/', '../../worker/run.ts'],
    ['server/', '#components/api.ts'],
    ['worker/', '#server/run.ts'],
    ['worker/decoder/', '../../server/run.ts'],
    ['worker/', '#app/page.tsx'],
    ['app/', '#core/config.ts'],
    ['app/', '../core/database/open.ts'],
    ['app/', '#server/app.ts'],
    ['components/board/', '#core/broker/open.ts'],
    ['components/board/', '../../app/page.tsx'],
    ['components/board/', 'node:path'],
  ] as const) {
    const rules = plant(from, `import '${to}';\n`);
    test(`keeps ${to} out of ${from}`, () => expect(rules()).toContain(crossesWall));
  }

  for (const [way, source] of [
    ['a dynamic import', `export const load = () => import('sharp');\n`],
    ['a re-export', `export * from '#worker/run.ts';\n`],
    ['an import of types', `import type { Sharp } from 'sharp';\nexport type Picture = Sharp;\n`],
    ['a part of a package', `import 'sharp/lib/index.js';\n`],
  ] as const) {
    const rules = plant('server/', source);
    test(`stops ${way}`, () => expect(rules()).toContain(crossesWall));
  }

  const clean = [
    plant('core/domain/id.ts', `import { z } from 'zod';\nexport const Id = z.uuid();\n`),
    plant(
      'core/storage/check.ts',
      `import { Id } from '#core/domain/id.ts';\nexport const check = (id: string) => Id.parse(id);\n`,
    ),
    plant(
      'server/serve.ts',
      `import { check } from '#core/storage/check.ts';\nexport const serve = () => check('');\n`,
    ),
    plant('worker/work.ts', `import { check } from '#core/storage/check.ts';\nexport const work = () => check('');\n`),
    plant('components/name.ts', `import { Id } from '#core/domain/id.ts';\nexport const name = Id.description;\n`),
    plant('app/layout.tsx', `import { name } from '../components/name.ts';\nexport default () => <p>{name}</p>;\n`),
  ];
  test('lets through what keeps to it', () => expect(clean.flatMap((rules) => rules())).toEqual([]));
});

describe('a dependency with one door', () => {
  for (const [dependency, outside, door] of [
    ['sharp', 'server/routes/', 'worker/decoder/develop.ts'],
    ['sharp', 'core/storage/', 'worker/process.ts'],
    ['socket.io', 'server/routes/', 'server/live.ts'],
    ['socket.io', 'worker/', 'server/live-rooms.ts'],
    ['socket.io-client', 'components/board/', 'components/socket.ts'],
    ['kafkajs', 'core/broker/', 'core/broker/kafka.ts'],
    ['@aws-sdk/client-s3', 'core/storage/', 'core/storage/s3.ts'],
    ['next', 'server/', 'server/app.ts'],
    ['next/headers', 'components/board/', 'app/page.tsx'],
    ['node:sqlite', 'server/', 'core/database/sqlite-session.ts'],
  ] as const) {
    const outsideRules = plant(outside, `import '${dependency}';\n`);
    const doorRules = plant(door, `import '${dependency}';\n`);
    test(`${dependency} may be imported by ${door} and not by any file of ${outside}`, () => {
      expect(outsideRules()).toContain(crossesWall);
      expect(doorRules()).not.toContain(crossesWall);
    });
  }
});

describe('the environment', () => {
  for (const [way, source, rule] of [
    ['process.env', `export const port = process.env.PORT;\n`, 'node(no-process-env)'],
    ['a destructured process', `export const { env } = process;\n`, 'eslint(no-restricted-properties)'],
    ['globalThis.process', `export const all = globalThis.process;\n`, 'eslint(no-restricted-properties)'],
    ['node:process', `export { env } from 'node:process';\n`, crossesWall],
  ] as const) {
    const rules = plant('worker/', source);
    test(`is not read by way of ${way}`, () => expect(rules()).toContain(rule));
  }

  const door = plant('core/config.ts', `export const port = process.env.PORT;\n`);
  test('is read in core/config.ts', () => expect(door()).toEqual([]));
});

describe('the linter', () => {
  for (const [what, source, rule] of [
    ['any', `export const shout = (word: any) => word;\n`, 'typescript(no-explicit-any)'],
    ['a promise nobody waits for', `const go = async () => {};\ngo();\n`, 'typescript(no-floating-promises)'],
    ['a mocked module', `import { vi } from 'vitest';\nvi.mock('./run.ts');\n`, 'vitest(no-restricted-vi-methods)'],
    ['a skipped test', `import { test } from 'vitest';\ntest.skip('x', () => {});\n`, 'vitest(no-disabled-tests)'],
  ] as const) {
    const rules = plant(`server/${rule.replace(/\W/g, '-')}.test.ts`, source);
    test(`refuses ${what}`, () => expect(rules()).toContain(rule));
  }

  const cycle = [
    plant('core/a.ts', `import { b } from '#core/b.ts';\nexport const a = (): unknown => b;\n`),
    plant('core/b.ts', `import { a } from './a.ts';\nexport const b = (): unknown => a;\n`),
  ];
  test('refuses two modules that import each other, also by way of the # names', () => {
    expect(cycle.map((rules) => rules())).toEqual([['import(no-cycle)'], ['import(no-cycle)']]);
  });
});
