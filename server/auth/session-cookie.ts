import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * The token of a session that a Cookie header carries; null where there is none, or none that this server signed. As
 * better-auth writes it: `token.signature`, percent-encoded, signed with HMAC-SHA256 in base64.
 */
export function readSessionCookie(header: string, name: string, secret: string): string | null {
  for (const cookie of header.split(';')) {
    const at = cookie.indexOf('=');
    if (cookie.slice(0, at).trim() !== name) continue;
    const value = decoded(cookie.slice(at + 1).trim());
    const dot = value.lastIndexOf('.');
    if (dot < 1) continue;
    const [token, signature] = [value.slice(0, dot), value.slice(dot + 1)];
    if (isSigned(token, signature, secret)) return token;
  }
  return null;
}

function isSigned(token: string, signature: string, secret: string): boolean {
  const expected = createHmac('sha256', secret).update(token).digest();
  const given = Buffer.from(signature, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return '';
  }
}
