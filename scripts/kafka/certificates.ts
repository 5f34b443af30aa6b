import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { host } from './layout.ts';

/** A key store for the brokers, and the authority that signed what is in it, as PEM. */
export interface Certificates {
  readonly keystore: { path: string; password: string };
  readonly caPath: string;
}

/** Makes an authority and a certificate of its for this host in the folder, unless they are there. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const keystore = { path: join(folder, 'keystore.p12'), password: 'darkroom' };
  const caPath = join(folder, 'ca.pem');
  if (existsSync(caPath)) return { keystore, caPath };

  const store = ['-keystore', keystore.path, '-storetype', 'PKCS12', '-storepass', keystore.password];
  const keytool = (...args: string[]) => promisify(execFile)('keytool', [...args, ...store]);
  const key = ['-genkeypair', '-keyalg', 'EC', '-groupname', 'secp256r1', '-validity', '3650'];
  const names = `SAN=dns:localhost,ip:${host}`;
  await keytool(...key, '-alias', 'ca', '-dname', 'CN=Darkroom test authority', '-ext', 'bc:critical=ca:true');
  await keytool(...key, '-alias', 'broker', '-dname', 'CN=localhost', '-signer', 'ca', '-ext', names);
  await keytool('-exportcert', '-rfc', '-alias', 'ca', '-file', caPath);
  return { keystore, caPath };
}
