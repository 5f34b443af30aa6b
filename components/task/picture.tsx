'use client';

import { useState } from 'react';
import { placeholderUrl } from './placeholder.ts';
import classes from './picture.module.css';

interface PictureProps {
  /** Where the file is; null while there is none. */
  src: string | null;
  placeholder: string | null;
  alt: string;
  width?: number;
  height?: number;
  fit: 'cover' | 'contain';
}

/** A picture that is neutral first, then its ThumbHash, then itself. */
export function Picture({ src, placeholder, alt, width, height, fit }: PictureProps) {
  const [broken, setBroken] = useState<string | null>(null);
  const behind = placeholder ? placeholderUrl(placeholder) : null;
  return (
    <span className={classes.picture} style={behind ? { backgroundImage: `url(${behind})` } : undefined} data-fit={fit}>
      {src && src !== broken && (
        <img src={src} alt={alt} width={width} height={height} decoding="async" onError={() => setBroken(src)} />
      )}
    </span>
  );
}
