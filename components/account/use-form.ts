'use client';

import { useMounted } from '@mantine/hooks';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { RequestError } from '../api.ts';

/** What is wrong, by the field it is about; `form`: with the whole. */
export type FormErrors = Partial<Record<string, string>>;

interface FormOptions {
  /** What is wrong with what was typed. Where there is anything, nothing is sent. */
  check?: (typed: FormData) => FormErrors;
  /** Sends it; `leaving`: the page is on its way to another. */
  send: (typed: FormData) => Promise<'leaving' | void>;
  /** A refusal in words. */
  explain: (error: RequestError) => FormErrors;
}

/** What a field holds. */
export function typed(data: FormData, name: string): string {
  const value = data.get(name);
  return typeof value === 'string' ? value : '';
}

/**
 * A form that is sent by script and keeps what was typed in its fields only, where password managers look. After a
 * refusal the focus is at what is wrong.
 */
export function useForm({ check, send, explain }: FormOptions) {
  const form = useRef<HTMLFormElement>(null);
  const [errors, setErrors] = useState<FormErrors>({});
  const [isSending, setSending] = useState(false);

  useEffect(() => {
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"], [role="alert"]')?.focus();
  }, [errors]);

  const submit = async (data: FormData) => {
    const wrong = check?.(data) ?? {};
    if (Object.keys(wrong).length > 0) return setErrors(wrong);
    setErrors({});
    setSending(true);
    try {
      if ((await send(data)) === 'leaving') return;
      form.current?.reset();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setErrors(explain(error));
    }
    setSending(false);
  };

  return {
    errors,
    isSending,
    /** Before this the browser would send the form by itself. */
    isReady: useMounted(),
    props: {
      ref: form,
      // Were the browser to send it, no password may become part of an address.
      method: 'post',
      noValidate: true,
      onSubmit(event: FormEvent<HTMLFormElement>) {
        event.preventDefault();
        if (!isSending) void submit(new FormData(event.currentTarget));
      },
    } as const,
  };
}

export type FormState = ReturnType<typeof useForm>;
