'use client';

import { Menu, UnstyledButton } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import Link from 'next/link';
import { useMe } from '../account/me.tsx';
import { roleWords } from '../account/roles.ts';
import { signOut } from '../api.ts';
import { PersonIcon, SignOutIcon } from './icons.tsx';
import { initialsOf } from './initials.ts';
import { useThemeSwitch } from './theme-toggle.tsx';
import { plainMenu } from './plain-menu.ts';
import classes from './user-menu.module.css';

/** Who is signed in, and the way out. */
export function UserMenu() {
  const me = useMe();
  const theme = useThemeSwitch();
  const leave = useMutation({
    mutationFn: signOut,
    // A full load: nothing of this person stays in memory.
    onSuccess: () => location.assign('/sign-in'),
  });
  return (
    <Menu {...plainMenu} position="bottom-end" width={240}>
      <Menu.Target>
        <UnstyledButton className={classes.avatar} aria-label={`Account of ${me.name}`}>
          <span aria-hidden="true">{initialsOf(me.name)}</span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.who}>
          <span className={classes.name}>{me.name}</span>
          <span>{me.email}</span>
          <span>{roleWords[me.role].name}</span>
        </div>
        <Menu.Item component={Link} href="/account" leftSection={<PersonIcon />}>
          Account
        </Menu.Item>
        <Menu.Item className={classes.narrow} leftSection={theme.icon} onClick={theme.change}>
          {theme.words}
        </Menu.Item>
        <Menu.Item leftSection={<SignOutIcon />} closeMenuOnClick={false} onClick={() => leave.mutate()}>
          {leave.isError ? 'Still signed in: try again' : leave.isIdle ? 'Sign out' : 'Signing out'}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
