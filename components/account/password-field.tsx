'use client';

import { ActionIcon, TextInput } from '@mantine/core';
import { useState } from 'react';
import { longestPassword, shortestPassword } from '../../core/domain/password.ts';
import { EyeIcon, EyeOffIcon } from '../shell/icons.tsx';

interface PasswordFieldProps {
  name: string;
  label: string;
  /** Whether it is a password that is being chosen. */
  isNew?: boolean;
  error: string | undefined;
}

/** A password, hidden until its owner wants to see it. */
export function PasswordField({ name, label, isNew = false, error }: PasswordFieldProps) {
  const [isShown, setShown] = useState(false);
  return (
    <TextInput
      name={name}
      label={label}
      error={error}
      type={isShown ? 'text' : 'password'}
      autoComplete={isNew ? 'new-password' : 'current-password'}
      autoCapitalize="none"
      spellCheck={false}
      maxLength={longestPassword}
      description={
        isNew ? `At least ${shortestPassword} characters. Long and odd is better than short and clever.` : null
      }
      rightSection={
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={isShown ? 'Hide the password' : 'Show the password'}
          onClick={() => setShown(!isShown)}
        >
          {isShown ? <EyeOffIcon /> : <EyeIcon />}
        </ActionIcon>
      }
    />
  );
}

/** What is wrong with a password that somebody chose; nothing is asked of it but its length. */
export function passwordProblem(password: string): string | undefined {
  if (password === '') return 'Choose a password.';
  if (password.length < shortestPassword) return `It needs at least ${shortestPassword} characters.`;
  return undefined;
}
