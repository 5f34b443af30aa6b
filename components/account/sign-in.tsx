'use client';

import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useSearchParams } from 'next/navigation';
import { readEntrance, signIn, startSingleSignOn, type RequestError } from '../api.ts';
import classes from './entrance.module.css';
import { Form, SubmitButton } from './form.tsx';
import { nextPath } from './next-path.ts';
import { PasswordField } from './password-field.tsx';
import { emailProblem, onlyProblems, refusalWords } from './refusal.ts';
import { typed, useForm, type FormErrors } from './use-form.ts';

/** The way in. It leads to what was asked for before. */
export function SignIn() {
  const query = useSearchParams();
  const next = nextPath(query.get('next'));
  const { data: entrance } = useQuery({ queryKey: ['entrance'], queryFn: ({ signal }) => readEntrance(signal) });
  if (entrance?.set_up) return <NobodyYet />;
  return (
    <>
      <div className={classes.head}>
        <h1>Sign in</h1>
        {next !== '/' && <p>Then you go on to the page you asked for.</p>}
      </div>
      {query.has('error') && (
        <p role="alert" className={classes.notice}>
          Single sign-on did not let you in. Try again, or ask an admin whether you have an account here.
        </p>
      )}
      <ByPassword next={next} />
      {entrance?.single_sign_on && <BySingleSignOn name={entrance.single_sign_on} next={next} />}
      {entrance?.password_reset && (
        <p className={classes.after}>
          <Link className={classes.link} href="/forgot-password">
            Forgot password?
          </Link>
        </p>
      )}
    </>
  );
}

function ByPassword({ next }: { next: string }) {
  const form = useForm({
    check: (data) =>
      onlyProblems({
        email: emailProblem(typed(data, 'email').trim()),
        password: typed(data, 'password') === '' ? 'Enter your password.' : undefined,
      }),
    async send(data) {
      await signIn({ email: typed(data, 'email').trim(), password: typed(data, 'password') });
      // A full load: nothing of a person before stays in memory.
      location.assign(next);
      return 'leaving';
    },
    explain: signInRefusal,
  });
  return (
    <Form form={form} aria-label="Sign in">
      <TextInput
        name="email"
        type="email"
        label="Email"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        error={form.errors['email']}
      />
      <PasswordField name="password" label="Password" error={form.errors['password']} />
      <SubmitButton form={form} fullWidth>
        Sign in
      </SubmitButton>
    </Form>
  );
}

function signInRefusal(error: RequestError): FormErrors {
  if (error.code === 'invalid_credentials') return { password: 'The email or the password is wrong.' };
  if (error.code === 'forbidden') return { form: 'This account is disabled. An admin can enable it again.' };
  return { form: refusalWords(error) };
}

function BySingleSignOn({ name, next }: { name: string; next: string }) {
  const start = useMutation({
    mutationFn: () => startSingleSignOn(next),
    onSuccess: ({ url }) => location.assign(url),
  });
  return (
    <>
      <p className={classes.or}>or</p>
      <Button variant="default" fullWidth loading={start.isPending || start.isSuccess} onClick={() => start.mutate()}>
        Continue with {name}
      </Button>
      {start.isError && (
        <p role="alert" className={classes.notice}>
          {refusalWords(start.error as RequestError)}
        </p>
      )}
    </>
  );
}

/** A Darkroom without people is set up by who can read its log. */
function NobodyYet() {
  return (
    <div className={classes.head}>
      <h1>Nobody has an account here yet</h1>
      <p>
        The server wrote a set-up link to its log when it started. Open that link to make the first account; it works
        once.
      </p>
      <p>No link there any more? Start the server again and it writes a new one.</p>
    </div>
  );
}
