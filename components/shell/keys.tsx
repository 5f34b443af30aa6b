'use client';

import { useRouter } from 'next/navigation';
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';
import dynamic from 'next/dynamic';

const KeysDialog = dynamic(() => import('./keys-dialog.tsx').then((module) => module.KeysDialog), { ssr: false });

const DialogContext = createContext<() => void>(() => {});

/** Opens the list of keyboard shortcuts. */
export function useKeysDialog(): () => void {
  return useContext(DialogContext);
}

const sequenceMs = 1000;

/** The keys that work on every page: `g b`, `g o`, `/`, `?`. */
export function Keys({ children }: { children: ReactNode }) {
  const router = useRouter();
  const [open, setOpen] = useState(false);

  useEffect(() => {
    let goSince = -Infinity;
    const press = (event: KeyboardEvent) => {
      if (!isShortcut(event)) return;
      const going = event.timeStamp - goSince < sequenceMs;
      goSince = -Infinity;
      if (going && event.key === 'b') router.push('/');
      else if (going && event.key === 'o') router.push('/overview');
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
  }, [router]);

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
  return target?.closest('input, textarea, select, [contenteditable], [role="dialog"]') === null;
}
