'use client';

import { TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import { readEntrance, requestPasswordReset } from '../api.ts';
import classes from './entrance.module.css';
import { Form, SubmitButton } from './form.tsx';
import { emailProblem, onlyProblems, refusalWords } from './refusal.ts';
import { typed, useForm } from './use-form.ts';

/** Asks for a mail with a link to choose another password by. Says nothing of who has an account. */
export function ForgotPassword() {
  const [sentTo, setSentTo] = useState<string | null>(null);
  const { data: entrance } = useQuery({ queryKey: ['entrance'], queryFn: ({ signal }) => readEntrance(signal) });
  return (
    <>
      {entrance?.password_reset === false ? (
        <div className={classes.head}>
          <h1>Forgot password?</h1>
          <p>This Darkroom sends no mail. Ask an admin for a link to choose a new password by.</p>
        </div>
      ) : sentTo === null ? (
        <AskForLink onSent={setSentTo} />
      ) : (
        <output className={classes.head}>
          <h1>Look into your mail</h1>
          <p>
            If <strong>{sentTo}</strong> has an account here, a link to choose a new password is on its way. It works
            once, and not for long.
          </p>
        </output>
      )}
      <p className={classes.after}>
        <Link className={classes.link} href="/sign-in">
          Back to the sign-in
        </Link>
      </p>
    </>
  );
}

function AskForLink({ onSent }: { onSent: (email: string) => void }) {
  const form = useForm({
    check: (data) => onlyProblems({ email: emailProblem(typed(data, 'email').trim()) }),
    async send(data) {
      const email = typed(data, 'email').trim();
      await requestPasswordReset(email);
      onSent(email);
    },
    explain: (error) => ({ form: refusalWords(error) }),
  });
  return (
    <>
      <div className={classes.head}>
        <h1>Forgot password?</h1>
        <p>We send you a link to choose a new one by.</p>
      </div>
      <Form form={form} aria-label="Forgot password">
        <TextInput
          name="email"
          type="email"
          label="Email"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          error={form.errors['email']}
        />
        <SubmitButton form={form} fullWidth>
          Send the link
        </SubmitButton>
      </Form>
    </>
  );
}
