import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Sets what every answer carries: nothing is guessed from bytes, framed, embedded by other sites, or loaded from them.
 * Next writes inline scripts, and in development it evaluates code.
 */
export function setSecurityHeaders(
  request: IncomingMessage,
  response: Pick<ServerResponse, 'setHeader'>,
  options = { isDevelopment: false },
): void {
  const { host } = request.headers;
  const sockets = host && /^[\w.:[\]-]+$/.test(host) ? ` ws://${host} wss://${host}` : '';
  const policy = [
    "default-src 'self'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    "img-src 'self' blob: data:",
    "font-src 'self' data:",
    "style-src 'self' 'unsafe-inline'",
    `script-src 'self' 'unsafe-inline'${options.isDevelopment ? " 'unsafe-eval'" : ''}`,
    "worker-src 'self' blob:",
    `connect-src 'self'${sockets}`,
  ];
  response.setHeader('Content-Security-Policy', policy.join('; '));
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Referrer-Policy', 'same-origin');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('X-Frame-Options', 'DENY');
}
