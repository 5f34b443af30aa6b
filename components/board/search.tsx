'use client';

import { Kbd, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';
import { SearchIcon } from '../shell/icons.tsx';
import { addressOf, type BoardFilter } from './filter.ts';
import { amend } from './go.ts';
import classes from './toolbar.module.css';

const typingMs = 180;

/** Search by name; the address follows once the typing pauses. */
export function Search({ filter }: { filter: BoardFilter }) {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(filter.q);
  const apply = useDebouncedCallback((q: string) => amend(addressOf({ ...filter, q: q.trim() })), typingMs);

  // The address changed by other means: back button, a link, the "show all" button.
  useEffect(() => {
    if (document.activeElement !== input.current) setText(filter.q);
  }, [filter.q]);
  useEffect(() => {
    if (location.hash === '#search') input.current?.focus();
  }, []);

  const change = (value: string) => {
    setText(value);
    apply(value);
  };
  return (
    <TextInput
      ref={input}
      className={classes.search}
      type="search"
      aria-label="Search by name"
      placeholder="Search by name"
      size="sm"
      leftSection={<SearchIcon />}
      rightSection={text === '' ? <Kbd size="xs">/</Kbd> : null}
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        if (text === '') event.currentTarget.blur();
        else change('');
      }}
    />
  );
}
