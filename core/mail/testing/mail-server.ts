import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';

/** A mail as a server took it. */
export interface ReceivedMail extends Email {
  /** Who it was from and for, whatever it says inside. */
  envelope: { from: string; to: string[] };
  /** Whether it came over TLS. */
  isSecure: boolean;
  /** Who signed in to send it. */
  user: string | undefined;
  /** As it came. */
  raw: string;
}

export interface MailServer extends AsyncDisposable {
  port: number;
  received: ReceivedMail[];
  /** Connections that were made. */
  connections: number;
}

/** A real SMTP server on a port of its own, with a certificate that nobody signed. It takes what is sent unless told otherwise. */
export async function openMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  const opened = { port: 0, received, connections: 0 };
  const server = new SMTPServer({
    logger: false,
    disabledCommands: ['AUTH'],
    async onData(stream, session, done) {
      received.push(await readMail(stream, session));
      done();
    },
    ...options,
    onConnect(_session, done) {
      opened.connections += 1;
      done();
    },
  });
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  opened.port = (server.server.address() as AddressInfo).port;
  const close = () => new Promise<void>((resolve) => server.close(resolve));
  return Object.assign(opened, { [Symbol.asyncDispose]: close });
}

async function readMail(stream: AsyncIterable<Buffer>, session: SMTPServerSession): Promise<ReceivedMail> {
  const raw = Buffer.concat(await Array.fromAsync(stream)).toString('latin1');
  const { mailFrom, rcptTo } = session.envelope;
  return {
    ...(await PostalMime.parse(raw)),
    envelope: { from: mailFrom === false ? '' : mailFrom.address, to: rcptTo.map(({ address }) => address) },
    isSecure: session.secure,
    user: session.user as string | undefined,
    raw,
  };
}
