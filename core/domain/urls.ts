/** Where the bytes of a derivative are served. */
export function derivativeUrl(imageId: string, name: string): string {
  return `/api/v1/images/${imageId}/derivatives/${encodeURIComponent(name)}`;
}

/** Where the bytes of an original are served, as they came. */
export function originalUrl(imageId: string): string {
  return `/api/v1/images/${imageId}/original`;
}

/** Where the live connection is made. */
export const socketPath = '/api/socket';
