'use client';

import { Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useMay } from '../account/me.tsx';
import { Forbidden } from '../shell/forbidden.tsx';
import { PlusIcon, SearchIcon } from '../shell/icons.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { PeopleList } from './people-list.tsx';
import classes from './people.module.css';

const typingMs = 180;

/** Everybody who has an account here. */
export function People() {
  return useMay('manage') ? (
    <Managed />
  ) : (
    <Forbidden
      title="Only admins see the people"
      detail="If you have to look after accounts here, ask an admin for it."
    />
  );
}

function Managed() {
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text.trim(), typingMs);
  const [isInviting, setInviting] = useState(false);
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <h1>People</h1>
        <TextInput
          className={classes.search}
          type="search"
          aria-label="Search by name or email"
          placeholder="Search by name or email"
          leftSection={<SearchIcon />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Escape' && setText('')}
        />
        <Button leftSection={<PlusIcon />} onClick={() => setInviting(true)}>
          Invite
        </Button>
      </div>
      <PeopleList q={q} onInvite={() => setInviting(true)} />
      {isInviting && <InviteDialog onClose={() => setInviting(false)} />}
    </div>
  );
}
