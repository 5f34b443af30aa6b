import { poisonTests } from './poison/poison.contract.ts';

poisonTests('the embedded log', () => ({}));
