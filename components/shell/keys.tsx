'use client';

import { useRouter } from 'next/navigation';
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';
import dynamic from 'next/dynamic';
import { useMe } from '../account/me.tsx';
import { pagesFor } from './pages.ts';

const KeysDialog = dynamic(() => import('./keys-dialog.tsx').then((module) => module.KeysDialog), { ssr: false });

const DialogContext = createContext<() => void>(() => {});

/** Opens the list of keyboard shortcuts. */
export function useKeysDialog(): () => void {
  return useContext(DialogContext);
}

const sequenceMs = 1000;

/** The keys that work on every page: `g` and the letter of a page, `/`, `?`. */
export function Keys({ children }: { children: ReactNode }) {
  const router = useRouter();
  const { abilities } = useMe();
  const [open, setOpen] = useState(false);

  useEffect(() => {
    let goSince = -Infinity;
    const press = (event: KeyboardEvent) => {
      if (!isShortcut(event)) return;
      const going = event.timeStamp - goSince < sequenceMs;
      goSince = -Infinity;
      const page = going && pagesFor(abilities).find(({ key }) => key === event.key);
      if (page) router.push(page.href);
      else if (event.key === 'g') goSince = event.timeStamp;
      else if (event.key === '?') setOpen(true);
      else if (event.key === '/') {
        event.preventDefault();
        const search = document.querySelector<HTMLInputElement>('input[type="search"]');
        if (search) search.focus();
        else router.push('/#search');
      }
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [router, abilities]);

  return (
    <DialogContext value={() => setOpen(true)}>
      {children}
      {open && <KeysDialog onClose={() => setOpen(false)} />}
    </DialogContext>
  );
}

/** A key pressed for the page, not typed into a field, a dialog or the browser's own menus. */
export function isShortcut(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false;
  const target = event.target instanceof Element ? event.target : null;
  return target?.closest('input, textarea, select, [contenteditable], [role="dialog"], [role="menu"]') === null;
}
