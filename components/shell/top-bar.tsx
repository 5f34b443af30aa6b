'use client';

import { ActionIcon } from '@mantine/core';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useMe } from '../account/me.tsx';
import { LiveChip } from '../live/live-chip.tsx';
import { useUploads } from '../upload/use-uploads.ts';
import { count } from './format.ts';
import { KeyboardIcon } from './icons.tsx';
import { useKeysDialog } from './keys.tsx';
import { Logo } from './logo.tsx';
import { pagesFor } from './pages.ts';
import classes from './shell.module.css';
import { ThemeToggle } from './theme-toggle.tsx';
import { UserMenu } from './user-menu.tsx';

/** Where one is, where one can go, and whether what is shown is live. */
export function TopBar() {
  const path = usePathname();
  const openKeys = useKeysDialog();
  const { abilities } = useMe();
  return (
    <header className={classes.bar}>
      <Link href="/" className={classes.brand} aria-label="Darkroom">
        <Logo />
        <span className={classes.name}>Darkroom</span>
      </Link>
      <nav className={classes.nav} aria-label="Pages">
        {pagesFor(abilities)
          .filter(({ inBar }) => inBar)
          .map(({ href, name }) => (
            <Link key={href} href={href} aria-current={path === href ? 'page' : undefined}>
              {name}
            </Link>
          ))}
      </nav>
      <div className={classes.end}>
        {path !== '/' && <UploadingLink />}
        <LiveChip />
        <ActionIcon
          className={classes.wide}
          variant="subtle"
          color="gray"
          size="lg"
          aria-label="Keyboard shortcuts"
          onClick={openKeys}
        >
          <KeyboardIcon />
        </ActionIcon>
        <ThemeToggle className={classes.wide ?? ''} />
        <UserMenu />
      </div>
    </header>
  );
}

/** Uploads go on while another page is open: this leads back to them. */
function UploadingLink() {
  const { totals } = useUploads();
  if (totals.open === 0) return null;
  return (
    <Link href="/" className={classes.uploading}>
      {count(totals.open)} uploading
    </Link>
  );
}
