import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cached } from './cache.mjs';
import { host } from './layout.ts';

/** A key store for the brokers, and the authority that signed what is in it, as PEM. */
export interface Certificates {
  readonly keystore: { path: string; password: string };
  readonly caPath: string;
}

/** An authority of our own and its certificate for this host, made the first time. */
export async function certificates(): Promise<Certificates> {
  const folder = await cached('certificates', makeCertificates);
  return { keystore: { path: join(folder, keystore), password }, caPath: join(folder, ca) };
}

const keystore = 'keystore.p12';
const password = 'darkroom';
const ca = 'ca.pem';

async function makeCertificates(folder: string): Promise<void> {
  const store = ['-keystore', join(folder, keystore), '-storetype', 'PKCS12', '-storepass', password];
  const keytool = (...args: string[]) => promisify(execFile)('keytool', [...args, ...store]);
  const key = ['-genkeypair', '-keyalg', 'EC', '-groupname', 'secp256r1', '-validity', '7300'];
  const names = `SAN=dns:localhost,ip:${host}`;
  await keytool(...key, '-alias', 'ca', '-dname', 'CN=Darkroom test authority', '-ext', 'bc:critical=ca:true');
  await keytool(...key, '-alias', 'broker', '-dname', 'CN=localhost', '-signer', 'ca', '-ext', names);
  await keytool('-exportcert', '-rfc', '-alias', 'ca', '-file', join(folder, ca));
}
