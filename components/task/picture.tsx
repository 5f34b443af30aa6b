'use client';

import { useEffect, useState } from 'react';
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

/** Word of a file can be here before the server gives it out; after these the placeholder stays. */
const againAfterMs = [250, 750, 2000, 5000];

function Loaded({ src, alt, width, height }: { src: string; alt: string; width?: number; height?: number }) {
  const [failures, setFailures] = useState(0);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const delay = againAfterMs[failures - 1];
    if (delay === undefined) return;
    const timer = setTimeout(() => setTries(failures), delay);
    return () => clearTimeout(timer);
  }, [failures]);
  if (failures > tries) return null;
  return (
    <img
      key={tries}
      src={src}
      alt={alt}
      width={width}
      height={height}
      decoding="async"
      onError={() => setFailures(failures + 1)}
    />
  );
}
