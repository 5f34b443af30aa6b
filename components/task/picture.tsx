'use client';

import { useState } from 'react';
import classes from './picture.module.css';
import { placeholderUrl } from './placeholder.ts';

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
  const behind = placeholder ? placeholderUrl(placeholder) : null;
  return (
    <span className={classes.picture} style={behind ? { backgroundImage: `url(${behind})` } : undefined} data-fit={fit}>
      {src && <Loaded key={src} src={src} alt={alt} width={width} height={height} />}
    </span>
  );
}

/** A file that does not come leaves the placeholder. */
function Loaded({ src, alt, width, height }: { src: string; alt: string; width?: number; height?: number }) {
  const [failed, setFailed] = useState(false);
  if (failed) return null;
  return <img src={src} alt={alt} width={width} height={height} decoding="async" onError={() => setFailed(true)} />;
}
