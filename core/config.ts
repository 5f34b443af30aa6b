import { availableParallelism } from 'node:os';
import { isIP } from 'node:net';
import { z } from 'zod';
import { Role, roles } from './domain/access.ts';
import { longestPassword, shortestPassword } from './domain/people.ts';
import { DarkroomError } from './errors.ts';

/** Whole number of the environment between two bounds. */
const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/)
    .transform(Number)
    .refine((value) => value >= min && value <= max);

const name = z.string().regex(/^[A-Za-z0-9._-]{1,200}$/);
const consumers = ['process', 'project', 'dead-letters'] as const;
const securityProtocols = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const;
const saslMechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
const partitions = integer(1, 1000);

/**
 * Every setting: what it takes, its default, and what it means (`meta.takes` is what an error says). The only reader of
 * the environment. An empty value counts as unset.
 */
const settings = {
  PORT: integer(0, 65_535).default(3000).meta({ takes: 'a port, 0 to 65535' }),
  HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:_-]{1,253}$/)
    .default('127.0.0.1')
    .meta({ takes: 'an address or name of this machine' }),
  DATA_DIR: z.string().default('./data').meta({ takes: 'a folder' }),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, abort: true })
    .refine((url) => new URL(url).pathname === '/' && !/[?#@]/.test(url))
    .transform((url) => new URL(url).origin)
    .optional()
    .meta({ takes: 'an http or https address without a path' }),
  TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    )
    .pipe(z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])))
    .meta({ takes: 'a comma-separated list of addresses and networks' }),
  AUTH_SECRET: z.string().min(32).optional().meta({ takes: 'at least 32 characters nobody can guess' }),
  ADMIN_EMAIL: z.email().toLowerCase().optional().meta({ takes: 'an email; needed with ADMIN_PASSWORD' }),
  ADMIN_PASSWORD: z
    .string()
    .min(shortestPassword)
    .max(longestPassword)
    .optional()
    .meta({ takes: `${shortestPassword} to ${longestPassword} characters; needed with ADMIN_EMAIL` }),
  SESSION_DAYS: integer(1, 365).default(7).meta({ takes: 'days, 1 to 365' }),
  OIDC_ISSUER: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta({ takes: 'the address of an OpenID provider' }),
  OIDC_CLIENT_ID: z.string().optional().meta({ takes: 'the id this server has there; needed with OIDC_ISSUER' }),
  OIDC_CLIENT_SECRET: z.string().optional().meta({ takes: 'the secret that goes with it; needed with OIDC_ISSUER' }),
  OIDC_NAME: z.string().max(40).default('single sign-on').meta({ takes: 'a short name' }),
  OIDC_ROLE: Role.default('uploader').meta({ takes: roles.join(', ') }),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/ })
    .optional()
    .meta({ takes: 'smtp://user:password@host:port or smtps://…' }),
  MAIL_FROM: z.string().max(320).default('Darkroom <darkroom@localhost>').meta({ takes: 'a mail address' }),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info').meta({
    takes: 'trace, debug, info, warn, error, fatal or silent',
  }),
  DATABASE_URL: z.never().optional().meta({ takes: 'nothing yet: only the built-in SQLite database is built' }),
  STORAGE_URL: z.never().optional().meta({ takes: 'nothing yet: only files in DATA_DIR are built' }),
  KAFKA_ENABLED: z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true')
    .meta({ takes: 'true or false' }),
  KAFKA_BOOTSTRAP_SERVERS: z
    .string()
    .default('localhost:9092')
    .transform((list) => list.split(',').map((server) => server.trim()))
    .pipe(z.array(z.string().regex(/^(\[[0-9a-fA-F:]+\]|[^\s:/]+):\d{1,5}$/)).min(1))
    .meta({ takes: 'a comma-separated list of host:port' }),
  KAFKA_SECURITY_PROTOCOL: z
    .enum(securityProtocols)
    .default('PLAINTEXT')
    .meta({ takes: securityProtocols.join(', ') }),
  KAFKA_SASL_MECHANISM: z
    .enum(saslMechanisms)
    .optional()
    .meta({ takes: saslMechanisms.join(', ') }),
  KAFKA_SASL_USERNAME: z.string().optional().meta({ takes: 'a name; needed with SASL_PLAINTEXT and SASL_SSL' }),
  KAFKA_SASL_PASSWORD: z.string().optional().meta({ takes: 'a password; needed with SASL_PLAINTEXT and SASL_SSL' }),
  KAFKA_SSL_CA: z.string().optional().meta({ takes: 'the path of a PEM file with the certificates to trust' }),
  KAFKA_COMPRESSION: z.enum(['none', 'gzip', 'zstd']).default('zstd').meta({ takes: 'none, gzip or zstd' }),
  KAFKA_REPLICATION_FACTOR: integer(1, 100).optional().meta({ takes: 'a number from 1 on' }),
  KAFKA_SESSION_TIMEOUT_MS: integer(1000, 300_000)
    .default(10_000)
    .meta({ takes: 'milliseconds, 1000 to 300000, within what the brokers allow' }),
  KAFKA_TOPIC_IMAGE_PROCESSING: name.default('image.processing').meta({ takes: 'a topic name' }),
  KAFKA_TOPIC_TASK_UPDATES: name.default('task-updates').meta({ takes: 'a topic name' }),
  KAFKA_TOPIC_TASK_EVENTS: name.default('task-events').meta({ takes: 'a topic name' }),
  KAFKA_TOPIC_NOTIFICATION_REQUEST: name.default('notification.request').meta({ takes: 'a topic name' }),
  KAFKA_TOPIC_IMAGE_PROCESSING_PARTITIONS: partitions.default(8).meta({ takes: 'a number, 1 to 1000' }),
  KAFKA_TOPIC_TASK_UPDATES_PARTITIONS: partitions.default(4).meta({ takes: 'a number, 1 to 1000' }),
  KAFKA_TOPIC_TASK_EVENTS_PARTITIONS: partitions.default(4).meta({ takes: 'a number, 1 to 1000' }),
  KAFKA_TOPIC_NOTIFICATION_REQUEST_PARTITIONS: partitions.default(4).meta({ takes: 'a number, 1 to 1000' }),
  KAFKA_CONSUMER_GROUP_PROCESSING: name.default('image-processing').meta({ takes: 'a group name' }),
  KAFKA_CONSUMER_GROUP_PROJECTION: name.default('task-projection').meta({ takes: 'a group name' }),
  WORKER_CONSUMERS: z
    .string()
    .default(consumers.join(','))
    .transform((list) => list.split(',').map((item) => item.trim()))
    .pipe(z.array(z.enum(consumers)).min(1))
    .meta({ takes: `a comma-separated list of ${consumers.join(', ')}` }),
  WORKER_CONCURRENCY: integer(1, 256)
    .default(2 * availableParallelism())
    .meta({ takes: 'a number, 1 to 256' }),
  WORKER_METRICS_PORT: integer(0, 65_535).default(9090).meta({ takes: 'a port, 0 to 65535' }),
  WORKER_MEMORY_BYTES: integer(64 << 20, 2 ** 40)
    .default(1 << 30)
    .meta({
      takes: 'bytes one decoder child may use, at least 67108864',
    }),
  TASK_TIMEOUT_MS: integer(100, 3_600_000).default(60_000).meta({ takes: 'milliseconds, 100 to 3600000' }),
  TASK_MAX_ATTEMPTS: integer(1, 100).default(3).meta({ takes: 'a number, 1 to 100' }),
  UPLOAD_MAX_BYTES: integer(1, 2 ** 40)
    .default(104_857_600)
    .meta({ takes: 'bytes' }),
  IMAGE_MAX_PIXELS: integer(1, 2 ** 32)
    .default(100_000_000)
    .meta({ takes: 'pixels, 1 to 4294967296' }),
  IMAGE_MAX_FRAMES: integer(1, 100_000).default(1000).meta({ takes: 'frames of an animation, 1 to 100000' }),
  QUOTA_IMAGES: integer(0, 2 ** 40)
    .optional()
    .meta({ takes: 'a number of pictures' }),
  QUOTA_BYTES: integer(0, 2 ** 50)
    .optional()
    .meta({ takes: 'bytes' }),
  UPLOADS_AT_ONCE: integer(1, 10_000).default(200).meta({ takes: 'a number, 1 to 10000' }),
  RATE_LIMIT_SIGN_INS: integer(1, 1_000_000).default(10).meta({ takes: 'failures a quarter of an hour' }),
  RATE_LIMIT_UPLOADS: integer(1, 1_000_000).default(12_000).meta({ takes: 'pictures a minute' }),
  RATE_LIMIT_REQUESTS: integer(1, 10_000_000).default(30_000).meta({ takes: 'requests a minute' }),
  RATE_LIMIT_SOCKETS: integer(1, 1_000_000).default(600).meta({ takes: 'connections a minute' }),
};

const Settings = z.object(settings);
export type Config = z.infer<typeof Settings>;

/** The names of all settings, in the order of `.env.example`. */
export const settingNames = Object.keys(settings);

/**
 * Reads and checks every setting. Throws `invalid_config` whose detail is one line: the setting, what it got, what it
 * takes.
 */
export function readConfig(environment: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = Settings.safeParse(given);
  if (!result.success) {
    const setting = String(result.error.issues[0]?.path[0]) as keyof typeof settings;
    throw invalid(setting, given[setting]);
  }
  needsTogether(given, ['ADMIN_EMAIL', 'ADMIN_PASSWORD']);
  needsTogether(given, ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET']);
  if (result.data.KAFKA_SECURITY_PROTOCOL.startsWith('SASL_')) {
    for (const setting of ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const) {
      if (result.data[setting] === undefined) throw invalid(setting, '');
    }
  }
  return result.data;
}

/** All of them or none. */
function needsTogether(given: Record<string, string | undefined>, names: (keyof typeof settings)[]): void {
  if (names.every((name) => given[name] === undefined)) return;
  for (const name of names) if (given[name] === undefined) throw invalid(name, '');
}

/** A secret that is wrong is not shown. */
function invalid(setting: keyof typeof settings, got: unknown): DarkroomError {
  const { takes } = settings[setting].meta() as { takes: string };
  const shown = /SECRET|PASSWORD|SMTP_URL/.test(setting) ? '(hidden)' : JSON.stringify(got);
  return new DarkroomError('invalid_config', `${setting}=${shown} is not valid: it takes ${takes}.`);
}

/** True for an address that only this machine can reach. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}
