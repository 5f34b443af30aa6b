'use client';

import { useEffect, type RefObject } from 'react';
import { isShortcut } from '../shell/keys.tsx';

interface RowKeys {
  scroller: RefObject<HTMLDivElement | null>;
  count: number;
  scrollTo: (index: number) => void;
}

const steps: Record<string, number> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

/** j and k from anywhere, the arrows within the list: move the focus from row to row. Enter is the link's own. */
export function useRowKeys({ scroller, count, scrollTo }: RowKeys): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const step = steps[event.key];
      const list = scroller.current;
      if (step === undefined || !list || !isShortcut(event)) return;
      const isInside = list.contains(document.activeElement);
      if (event.key.startsWith('Arrow') && !isInside) return;
      event.preventDefault();
      const row = document.activeElement?.closest<HTMLElement>('[data-index]');
      const from = isInside && row ? Number(row.dataset['index']) : null;
      const next = from === null ? firstInSight(list) : Math.min(count - 1, Math.max(0, from + step));
      scrollTo(next);
      focusRow(list, next);
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [scroller, count, scrollTo]);
}

function firstInSight(list: HTMLElement): number {
  const { top } = list.getBoundingClientRect();
  const row = [...list.querySelectorAll<HTMLElement>('[data-index]')].find(
    (each) => each.getBoundingClientRect().top >= top - 1,
  );
  return Number(row?.dataset['index'] ?? 0);
}

/** The row next to one in sight is in the document already; rows further away come with the next frame. */
function focusRow(list: HTMLElement, index: number): void {
  const focus = () => list.querySelector<HTMLElement>(`[data-index="${index}"] a`)?.focus({ preventScroll: true });
  if (list.querySelector(`[data-index="${index}"]`)) focus();
  else requestAnimationFrame(focus);
}
