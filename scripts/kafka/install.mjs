// @ts-check
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { cached } from './cache.mjs';

export const version = '4.3.1';
const oldestJava = 17;

/**
 * Folder with the jars of Apache Kafka, fetched with Maven the first time. Rejects with what is missing.
 *
 * @returns {Promise<string>}
 */
export async function installKafka() {
  await checkJava();
  return cached(version, async (folder) => {
    console.log(`Fetching Apache Kafka ${version} (Maven, 44 MB)`);
    await copyDependencies(folder);
  });
}

async function checkJava() {
  const wanted = `Apache Kafka ${version} needs Java ${oldestJava} or newer`;
  const { code, output } = await outputOf('java', ['-version']);
  if (code === null) throw new Error(`${wanted}, and there is no java on the PATH.`);
  const found = /version "(\d+)/.exec(output)?.[1];
  if (!(Number(found) >= oldestJava)) throw new Error(`${wanted}, and the java on the PATH says: ${output.trim()}`);
}

/** @param {string} to */
async function copyDependencies(to) {
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy-dependencies';
  const pom = join(import.meta.dirname, 'pom.xml');
  const { code, output } = await outputOf('mvn', ['-q', '-B', '-f', pom, goal, `-DoutputDirectory=${to}`]);
  if (code === null) throw new Error(`Apache Kafka ${version} is fetched by Maven, and there is no mvn on the PATH.`);
  if (code !== 0) throw new Error(`Maven could not fetch Apache Kafka ${version}:\n${output}`);
}

/**
 * Exit code, null where the program does not exist, and what it wrote to both streams.
 *
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function outputOf(program, args) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => (output += text));
    }
    child.once('error', () => resolve({ code: null, output }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
