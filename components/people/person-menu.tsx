'use client';

import { ActionIcon, Menu } from '@mantine/core';
import { useState } from 'react';
import type { Person } from '../../core/domain/people.ts';
import { LinkIcon, MoreIcon, PersonIcon, PictureIcon, SignOutIcon, TrashIcon } from '../shell/icons.tsx';
import { plainMenu } from '../shell/plain-menu.ts';
import { DeletePerson, DisablePerson, EnablePerson, SignOutPerson } from './confirmations.tsx';
import { NewLinkDialog } from './new-link-dialog.tsx';
import { QuotaDialog } from './quota-dialog.tsx';

type Doing = 'link' | 'quota' | 'sign-out' | 'disable' | 'enable' | 'delete';

/** What can be done with a person's account. */
export function PersonMenu({ person, isMe }: { person: Person; isMe: boolean }) {
  const [doing, setDoing] = useState<Doing | null>(null);
  const done = () => setDoing(null);
  const isDisabled = person.status === 'disabled';
  return (
    <>
      <Menu {...plainMenu} position="bottom-end" width={200}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`More about ${person.name}`}>
            <MoreIcon />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<PictureIcon />} onClick={() => setDoing('quota')}>
            Change quota
          </Menu.Item>
          {!isDisabled && (
            <Menu.Item leftSection={<LinkIcon />} onClick={() => setDoing('link')}>
              {person.status === 'invited' ? 'New invitation link' : 'New password link'}
            </Menu.Item>
          )}
          {person.status === 'active' && (
            <Menu.Item leftSection={<SignOutIcon />} onClick={() => setDoing('sign-out')}>
              Sign out everywhere
            </Menu.Item>
          )}
          <Menu.Item leftSection={<PersonIcon />} onClick={() => setDoing(isDisabled ? 'enable' : 'disable')}>
            {isDisabled ? 'Enable' : 'Disable'}
          </Menu.Item>
          <Menu.Item leftSection={<TrashIcon />} onClick={() => setDoing('delete')}>
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {doing === 'quota' && <QuotaDialog person={person} onClose={done} />}
      {doing === 'link' && <NewLinkDialog person={person} onClose={done} />}
      {doing === 'sign-out' && <SignOutPerson person={person} isMe={isMe} onClose={done} />}
      {doing === 'disable' && <DisablePerson person={person} isMe={isMe} onClose={done} />}
      {doing === 'enable' && <EnablePerson person={person} onClose={done} />}
      {doing === 'delete' && <DeletePerson person={person} isMe={isMe} onClose={done} />}
    </>
  );
}
