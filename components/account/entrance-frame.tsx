'use client';

import type { ReactNode } from 'react';
import { Logo } from '../shell/logo.tsx';
import { ThemeToggle } from '../shell/theme-toggle.tsx';
import classes from './entrance.module.css';

/** What surrounds the pages for who is not signed in. */
export function EntranceFrame({ children }: { children: ReactNode }) {
  return (
    <div className={classes.frame}>
      <header className={classes.brand}>
        <Logo size={32} />
        Darkroom
        <div className={classes.theme}>
          <ThemeToggle />
        </div>
      </header>
      <main className={classes.card}>
        {children}
        <noscript>
          <p className={classes.notice}>Darkroom needs JavaScript. Allow it for this site and load the page again.</p>
        </noscript>
      </main>
    </div>
  );
}
