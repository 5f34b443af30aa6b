import type { ServerResponse } from 'node:http';
import type { Config } from '#core/config.ts';
import { isSecure } from './origin.ts';

const year = 365 * 24 * 60 * 60;

/** What an answer that is no page may do in a browser that opens it: nothing. */
export const nothing = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Features of the browser that no page of this server uses. */
const unused = ['camera', 'display-capture', 'geolocation', 'microphone', 'midi', 'payment', 'serial', 'usb'];

/**
 * Sets what every answer carries: nothing is guessed from bytes, framed, embedded by other sites, kept in a cache, or told
 * to another site. Pages and files say otherwise where they need to.
 */
export function setSecurityHeaders(
  response: Pick<ServerResponse, 'setHeader'>,
  config: Pick<Config, 'PUBLIC_URL'>,
): void {
  response.setHeader('Content-Security-Policy', nothing);
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Permissions-Policy', unused.map((feature) => `${feature}=()`).join(', '));
  response.setHeader('Referrer-Policy', 'same-origin');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('X-Frame-Options', 'DENY');
  if (isSecure(config)) response.setHeader('Strict-Transport-Security', `max-age=${year}; includeSubDomains`);
}

/**
 * What a page may do: run the scripts that carry its nonce and those they load, and talk to this server. Server-rendered
 * markup sizes and colours parts by `style` attributes, which cannot carry a nonce; style elements must. In development
 * code is evaluated, and the overlay writes styles of its own.
 */
export function pagePolicy(nonce: string, { isDevelopment }: { isDevelopment: boolean }): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ''}`,
    isDevelopment ? "style-src 'self' 'unsafe-inline'" : `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ');
}
