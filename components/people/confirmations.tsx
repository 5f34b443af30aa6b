'use client';

import { useMutation } from '@tanstack/react-query';
import type { Role } from '../../core/domain/access.ts';
import type { Person } from '../../core/domain/people.ts';
import { roleWords } from '../account/roles.ts';
import { changePerson, deletePerson, signOutPerson } from '../api.ts';
import { ConfirmDialog } from '../shell/confirm-dialog.tsx';
import { personRefusal } from './person-refusal.ts';
import { usePeopleReadAnew } from './use-people.ts';

interface AboutPerson {
  person: Person;
  onClose: () => void;
}

/** What is done once it is confirmed, then the list is read anew. */
function useDoing(act: () => Promise<unknown>, onClose: () => void) {
  const readAnew = usePeopleReadAnew();
  const doing = useMutation({
    mutationFn: act,
    async onSuccess() {
      await readAnew();
      onClose();
    },
  });
  return {
    isActing: doing.isPending,
    refused: doing.error ? personRefusal(doing.error) : undefined,
    onAct: () => doing.mutate(),
    onClose,
  };
}

/** Another role ends what was opened with the one before. */
export function ChangeRole({ person, role, isMe, onClose }: AboutPerson & { role: Role; isMe: boolean }) {
  const doing = useDoing(() => changePerson(person.id, { role }), onClose);
  const { name, meaning } = roleWords[role];
  return (
    <ConfirmDialog
      title={`Make ${isMe ? 'yourself' : person.name} ${withArticle(name)}?`}
      keep="Keep as it is"
      act="Change the role"
      isHarmless
      {...doing}
    >
      <p>{meaning}</p>
      <p>
        {isMe
          ? 'You have to sign in again, and your keys stop working. Only another admin can make you an admin again.'
          : 'They have to sign in again, and keys they made stop working.'}
      </p>
    </ConfirmDialog>
  );
}

function withArticle(role: string): string {
  return `${/^[aeiou]/i.test(role) ? 'an' : 'a'} ${role.toLowerCase()}`;
}

export function SignOutPerson({ person, isMe, onClose }: AboutPerson & { isMe: boolean }) {
  const doing = useDoing(() => signOutPerson(person.id), onClose);
  return (
    <ConfirmDialog
      title={`Sign ${isMe ? 'yourself' : person.name} out everywhere?`}
      keep="Keep as it is"
      act="Sign out everywhere"
      {...doing}
    >
      <p>
        {isMe ? 'You have' : 'They have'} to sign in again on every device, and {isMe ? 'your' : 'their'} keys stop
        working for good. Do this where a device or a key was lost.
      </p>
    </ConfirmDialog>
  );
}

export function DisablePerson({ person, isMe, onClose }: AboutPerson & { isMe: boolean }) {
  const doing = useDoing(() => changePerson(person.id, { disabled: true }), onClose);
  return (
    <ConfirmDialog title={`Disable ${isMe ? 'yourself' : person.name}?`} keep="Keep as it is" act="Disable" {...doing}>
      <p>
        {isMe ? 'You are' : 'They are'} signed out at once, and {isMe ? 'your' : 'their'} keys stop working for good.
        Pictures stay. An admin can enable the account again.
      </p>
    </ConfirmDialog>
  );
}

export function EnablePerson({ person, onClose }: AboutPerson) {
  const doing = useDoing(() => changePerson(person.id, { disabled: false }), onClose);
  return (
    <ConfirmDialog title={`Enable ${person.name}?`} keep="Keep as it is" act="Enable" isHarmless {...doing}>
      <p>They can sign in again with the password and the role they had. Keys have to be made anew.</p>
    </ConfirmDialog>
  );
}

export function DeletePerson({ person, isMe, onClose }: AboutPerson & { isMe: boolean }) {
  const doing = useDoing(() => deletePerson(person.id), onClose);
  return (
    <ConfirmDialog title={`Delete ${isMe ? 'yourself' : person.name}?`} keep="Keep the account" act="Delete" {...doing}>
      <p>
        <strong>{person.email}</strong> is signed out at once; the account, its sessions and its keys are gone. This
        cannot be undone. To shut somebody out for a while, disable them instead.
      </p>
    </ConfirmDialog>
  );
}
