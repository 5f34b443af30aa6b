import type { Ability, Role } from '../../core/domain/access.ts';

/** Each role, and what it may do, in words. */
export const roleWords: Record<Role, { name: string; meaning: string }> = {
  viewer: { name: 'Viewer', meaning: 'Looks, and changes nothing.' },
  uploader: { name: 'Uploader', meaning: 'Sends pictures, and sees and handles their own.' },
  operator: { name: 'Operator', meaning: 'Sees everybody’s pictures, and may retry, cancel and delete them.' },
  admin: { name: 'Admin', meaning: 'All that an operator may, and looks after people.' },
};

export const roles = Object.keys(roleWords) as Role[];

/** Each scope of a key, and what it allows, in words. */
export const scopeWords: Record<Ability, { name: string; meaning: string }> = {
  read: { name: 'Read', meaning: 'List tasks, fetch pictures, read figures.' },
  upload: { name: 'Upload', meaning: 'Send pictures; retry, cancel and delete your own.' },
  operate: { name: 'Operate', meaning: 'The same for the pictures of everybody, consumers and dead letters.' },
  manage: { name: 'Manage', meaning: 'Invite, change and remove people.' },
};
