import type { Me } from '../../core/domain/people.ts';
import { bytes, count } from '../shell/format.ts';
import classes from './usage.module.css';

type Kept = Pick<Me, 'usage' | 'quota_images' | 'quota_bytes'>;

/** What somebody keeps, against the most they may where there is such a thing. */
export function Usage({ of }: { of: Kept }) {
  const { usage, quota_images, quota_bytes } = of;
  return (
    <div className={classes.usage}>
      <Meter name="Pictures" used={usage.images} most={quota_images} words={pictures} short={count} />
      <Meter name="Space" used={usage.bytes} most={quota_bytes} words={bytes} />
    </div>
  );
}

const pictures = (n: number) => `${count(n)} ${n === 1 ? 'picture' : 'pictures'}`;

interface MeterProps {
  name: string;
  used: number;
  most: number | null;
  words: (value: number) => string;
  /** How much is used, where what it is of follows. */
  short?: (value: number) => string;
}

function Meter({ name, used, most, words, short = words }: MeterProps) {
  if (most === null) return <p>{words(used)}</p>;
  // Nothing of nothing is full, too.
  const isFull = used >= most;
  return (
    <div className={classes.meter} data-full={isFull || undefined}>
      <p>
        {short(used)}{' '}
        <span className={classes.most}>
          of {words(most)}
          {isFull && ', full'}
        </span>
      </p>
      <meter aria-label={name} min={0} max={Math.max(1, most)} value={most === 0 ? 1 : used} />
    </div>
  );
}
