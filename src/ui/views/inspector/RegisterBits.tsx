import { isBitRegister } from '#ui/edit/register-edit.ts';
import type { Moment } from '#ui/moment.ts';
import type { Place } from '#ui/place.ts';
import { useWords } from '#ui/words/language.ts';
import { BitList } from './BitStrip.tsx';
import { ChangeBar } from './ChangeBar.tsx';
import { registerFlips, STALE } from './flips.ts';
import { registerRows } from './processor-model.ts';
import { useFlipping, useIsRunnable } from './use-flipping.ts';

interface Props {
  readonly moment: Moment;
  readonly place: Extract<Place, { kind: 'register' }>;
}

/** The bits of a control register; nothing for others. */
export function RegisterBits({ moment, place }: Props) {
  const words = useWords();
  const { cpu, register } = place;
  const isRunnable = useIsRunnable();
  const flips = isRunnable && isBitRegister(register) ? registerFlips(moment, cpu, register) : STALE;
  const flipping = useFlipping(moment, place, () => flips);
  if (!isBitRegister(register) || !moment.atlas.register(cpu, register)) return null;
  return (
    <>
      <h4>{words.inspector.bits}</h4>
      <BitList bits={registerRows(words, moment, cpu, register)} flips={flips} flipping={flipping} />
      <ChangeBar flips={flips} flipping={flipping} />
    </>
  );
}
