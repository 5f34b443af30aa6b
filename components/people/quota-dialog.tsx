'use client';

import { TextInput } from '@mantine/core';
import type { Person } from '../../core/domain/people.ts';
import { Form, SubmitButton } from '../account/form.tsx';
import { onlyProblems } from '../account/refusal.ts';
import { typed, useForm } from '../account/use-form.ts';
import { changePerson } from '../api.ts';
import { Dialog } from '../shell/dialog.tsx';
import { bytes, count } from '../shell/format.ts';
import classes from './people.module.css';
import { personRefusal } from './person-refusal.ts';
import { readQuota } from './read-quota.ts';
import { usePeopleReadAnew } from './use-people.ts';

const gigabyte = 1e9;

/** Sets the most that a person may keep. */
export function QuotaDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const readAnew = usePeopleReadAnew();
  const read = (data: FormData) => ({
    images: readQuota(typed(data, 'images')),
    gigabytes: readQuota(typed(data, 'gigabytes')),
  });
  const form = useForm({
    check(data) {
      const { images, gigabytes } = read(data);
      const isWhole = images === null || (images !== undefined && Number.isInteger(images));
      return onlyProblems({
        images: isWhole ? undefined : 'Enter a whole number, or leave it empty.',
        gigabytes: gigabytes === undefined ? 'Enter a number, or leave it empty.' : undefined,
      });
    },
    async send(data) {
      const { images = null, gigabytes = null } = read(data);
      await changePerson(person.id, {
        quota_images: images,
        quota_bytes: gigabytes === null ? null : Math.round(gigabytes * gigabyte),
      });
      await readAnew();
      onClose();
    },
    explain: (error) => ({ form: personRefusal(error) }),
  });
  const { usage, quota_images, quota_bytes } = person;
  return (
    <Dialog title={`Quota of ${person.name}`} onClose={onClose}>
      <Form form={form} aria-label="Quota">
        <p className={classes.soft}>
          They keep {count(usage.images)} {usage.images === 1 ? 'picture' : 'pictures'}, {bytes(usage.bytes)}, and keep
          that in any case: a full quota only stops them from sending more. What is left empty is as for everybody.
        </p>
        <TextInput
          name="images"
          label="Pictures"
          inputMode="numeric"
          autoComplete="off"
          data-autofocus
          defaultValue={quota_images ?? ''}
          error={form.errors['images']}
        />
        <TextInput
          name="gigabytes"
          label="Space in GB"
          inputMode="decimal"
          autoComplete="off"
          defaultValue={quota_bytes === null ? '' : quota_bytes / gigabyte}
          error={form.errors['gigabytes']}
        />
        <SubmitButton form={form}>Save</SubmitButton>
      </Form>
    </Dialog>
  );
}
