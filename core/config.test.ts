import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, test } from 'vitest';
import { isLoopback, readConfig, settingNames } from './config.ts';
import { DarkroomError } from './errors.ts';

function refusal(environment: Record<string, string>): DarkroomError {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof DarkroomError) return error;
  }
  throw new Error('The settings were taken.');
}

describe('readConfig', () => {
  test('asks for all that signing in to Kafka needs', () => {
    const signedIn = {
      KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
      KAFKA_SASL_MECHANISM: 'PLAIN',
      KAFKA_SASL_USERNAME: 'darkroom',
      KAFKA_SASL_PASSWORD: 'secret',
    };
    expect(readConfig(signedIn).KAFKA_SASL_MECHANISM).toBe('PLAIN');
    for (const setting of ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD']) {
      expect(refusal({ ...signedIn, [setting]: '' }).message).toContain(setting);
    }
  });

  test('does not repeat a secret that is wrong', () => {
    for (const [setting, value] of [
      ['AUTH_SECRET', 'short-secret'],
      ['SMTP_URL', 'http://me:hunter2@mail.example'],
    ] as const) {
      const { message } = refusal({ [setting]: value });
      expect(message).toContain(`${setting}=(hidden) is not valid`);
      expect(message).not.toContain(value);
    }
  });

  test('has a default for everything, so that an empty environment works', () => {
    expect(readConfig({})).toMatchObject({ PORT: 3000, HOST: '127.0.0.1', DATA_DIR: './data', KAFKA_ENABLED: false });
  });

  test('counts an empty value as unset', () => {
    expect(readConfig({ PORT: '', WORKER_CONSUMERS: '' })).toEqual(readConfig({}));
  });

  test('ignores what is not a setting of ours', () => {
    expect(readConfig({ PATH: '/bin' })).toEqual(readConfig({}));
  });

  test('reads numbers and lists', () => {
    const config = readConfig({ PORT: '0', WORKER_CONSUMERS: 'project, process' });
    expect(config.PORT).toBe(0);
    expect(config.WORKER_CONSUMERS).toEqual(['project', 'process']);
  });

  test.each([
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '80 '],
    ['PORT', '3e3'],
    ['LOG_LEVEL', 'loud'],
    ['PUBLIC_URL', 'darkroom.example'],
    ['PUBLIC_URL', 'ftp://localhost'],
    ['DATABASE_URL', 'postgres://db/darkroom'],
    ['STORAGE_URL', 's3://pictures'],
    ['KAFKA_ENABLED', 'yes'],
    ['KAFKA_BOOTSTRAP_SERVERS', 'kafka'],
    ['KAFKA_BOOTSTRAP_SERVERS', 'kafka:9092,'],
    ['KAFKA_SECURITY_PROTOCOL', 'TLS'],
    ['KAFKA_SASL_MECHANISM', 'GSSAPI'],
    ['KAFKA_COMPRESSION', 'lz4'],
    ['KAFKA_REPLICATION_FACTOR', '0'],
    ['KAFKA_TOPIC_TASK_UPDATES_PARTITIONS', '0'],
    ['WORKER_METRICS_PORT', '65536'],
    ['KAFKA_TOPIC_TASK_UPDATES', 'task updates'],
    ['KAFKA_CONSUMER_GROUP_PROCESSING', 'a/b'],
    ['WORKER_CONSUMERS', 'process,audit'],
    ['WORKER_CONSUMERS', ','],
    ['WORKER_CONCURRENCY', '0'],
    ['WORKER_MEMORY_BYTES', '1'],
    ['TASK_TIMEOUT_MS', 'a minute'],
    ['TASK_MAX_ATTEMPTS', '0'],
    ['UPLOAD_MAX_BYTES', '0'],
    ['IMAGE_MAX_PIXELS', '1.5'],
    ['HOST', 'not an address'],
    ['PUBLIC_URL', 'https://darkroom.example/pictures'],
    ['PUBLIC_URL', 'https://user@darkroom.example'],
    ['TRUSTED_PROXIES', 'proxy.example'],
    ['SESSION_DAYS', '0'],
    ['OIDC_ROLE', 'owner'],
  ])('refuses %s=%s with one line naming the setting, what it got and what it takes', (setting, value) => {
    const { code, message } = refusal({ [setting]: value });
    expect(code).toBe('invalid_config');
    expect(message).toMatch(/^[^\n]+ it takes [^\n]+\.$/);
    expect(message.startsWith(`${setting}=${JSON.stringify(value)} `)).toBe(true);
  });
});

test.each([
  ['127.0.0.1', true],
  ['127.8.8.8', true],
  ['localhost', true],
  ['::1', true],
  ['127.0.0.1.example', false],
  ['0.0.0.0', false],
  ['', false],
])('of the address "%s" it is %s that only this machine can reach it', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});

describe('.env.example', () => {
  const text = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');

  test('names every setting once, in the order of the code', () => {
    expect([...text.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name)).toEqual(settingNames);
  });

  test('gives every setting its default', () => {
    expect(readConfig(parseEnv(text))).toEqual(readConfig({}));
  });

  test('says in one line what each setting means', () => {
    for (const name of settingNames) expect(text).toMatch(new RegExp(`^# [A-Z].*\\.\\n${name}=`, 'm'));
  });
});

test('the README lists every setting, in the order of the code', () => {
  const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect([...text.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => name)).toEqual(settingNames);
});
