import { isBitRegister } from '#ui/edit/register-bits.ts';
import type { Moment } from '#ui/moment.ts';
import type { Place } from '#ui/place.ts';
import { useWords } from '#ui/words/language.ts';
import { BitList } from './BitStrip.tsx';
import { ChangeBar } from './ChangeBar.tsx';
import { STALE, UNKNOWN } from './flips.ts';
import { registerRows } from './processor-model.ts';
import { useFlipMaker } from './use-flip-maker.ts';
import { useFlipping, useIsRunnable } from './use-flipping.ts';

interface Props {
  readonly moment: Moment;
  readonly place: Extract<Place, { kind: 'register' }>;
}

/** The bits of a control register; nothing for others. */
export function RegisterBits({ moment, place }: Props) {
  const words = useWords();
  const { cpu, register } = place;
  const maker = useFlipMaker();
  const isRunnable = useIsRunnable();
  const found = isBitRegister(register) ? maker?.registerFlips(moment, cpu, register) : undefined;
  const flips = isRunnable ? (found ?? UNKNOWN) : STALE;
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
