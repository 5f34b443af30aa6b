'use client';

import { useEffect, useRef, useState, type RefObject } from 'react';
import type { TaskList } from '../live/fold-list.ts';

/** How long the pointer must rest before rows may move beneath it. */
const restMs = 1200;

export interface HeldRows {
  scroller: RefObject<HTMLDivElement | null>;
  onPointerMove: () => void;
  onPointerLeave: () => void;
  onScroll: () => void;
}

/**
 * Lets new rows in at the head of the list while it is scrolled to its top, save under a pointer that moves over the
 * rows; otherwise they go on waiting behind the pill.
 */
export function useHeldRows(list: TaskList | undefined, showNew: () => void): HeldRows {
  const scroller = useRef<HTMLDivElement>(null);
  const [atTop, setAtTop] = useState(true);
  const [pointing, setPointing] = useState(false);
  const rest = useRef<ReturnType<typeof setTimeout>>(undefined);
  const waiting = list?.arrived.length ?? 0;
  const isEmpty = list?.items.length === 0;

  useEffect(() => {
    if (waiting > 0 && (isEmpty || (atTop && !pointing))) showNew();
  });
  useEffect(() => () => clearTimeout(rest.current), []);

  return {
    scroller,
    onPointerMove() {
      setPointing(true);
      clearTimeout(rest.current);
      rest.current = setTimeout(() => setPointing(false), restMs);
    },
    onPointerLeave() {
      clearTimeout(rest.current);
      setPointing(false);
    },
    onScroll: () => setAtTop((scroller.current?.scrollTop ?? 0) < 4),
  };
}
