'use client';

import { Menu, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import type { Role } from '../../core/domain/access.ts';
import type { Person } from '../../core/domain/people.ts';
import { roles, roleWords } from '../account/roles.ts';
import { CheckIcon, ChevronIcon } from '../shell/icons.tsx';
import { plainMenu } from '../shell/plain-menu.ts';
import { ChangeRole } from './confirmations.tsx';
import classes from './people.module.css';

/** A person's role, and the way to another. */
export function RoleMenu({ person, isMe }: { person: Person; isMe: boolean }) {
  const [asked, setAsked] = useState<Role | null>(null);
  return (
    <>
      <Menu {...plainMenu} position="bottom-start" width={300}>
        <Menu.Target>
          <UnstyledButton
            className={classes.choice}
            aria-label={`Role of ${person.name}: ${roleWords[person.role].name}`}
          >
            {roleWords[person.role].name}
            <ChevronIcon />
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          {roles.map((role) => (
            <Menu.Item
              key={role}
              rightSection={role === person.role ? <CheckIcon /> : null}
              aria-current={role === person.role || undefined}
              onClick={() => role !== person.role && setAsked(role)}
            >
              {roleWords[role].name}
              <span className={classes.meaning}>{roleWords[role].meaning}</span>
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {asked && <ChangeRole person={person} role={asked} isMe={isMe} onClose={() => setAsked(null)} />}
    </>
  );
}
