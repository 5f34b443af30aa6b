'use client';

import type { ReactNode } from 'react';
import { useMay } from '../account/me.tsx';
import { DropTarget } from '../upload/drop-target.tsx';
import { Keys } from './keys.tsx';
import { ProcessingBanner } from './processing-banner.tsx';
import classes from './shell.module.css';
import { TopBar } from './top-bar.tsx';

/** What surrounds every page. */
export function Shell({ children }: { children: ReactNode }) {
  const mayUpload = useMay('upload');
  return (
    <Keys>
      {mayUpload && <DropTarget />}
      <a className={classes.skip} href="#main">
        Skip to the content
      </a>
      <div className={classes.shell}>
        <TopBar />
        <ProcessingBanner />
        <main id="main" tabIndex={-1} className={classes.main}>
          {children}
        </main>
      </div>
    </Keys>
  );
}
