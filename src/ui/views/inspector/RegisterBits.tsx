import { isBitRegister } from '#ui/edit/register-bits.ts';
import type { Moment } from '#ui/moment.ts';
import type { Place } from '#ui/place.ts';
import { useWords } from '#ui/words/language.ts';
import { BitList } from './BitStrip.tsx';
import { ChangeBar } from './ChangeBar.tsx';
import type { FlipMaker } from './flip-maker.ts';
import { type Flips, UNKNOWN } from './flips.ts';
import { registerRows } from './processor-model.ts';
import { useFlipping } from './use-flipping.ts';
import { useFlips } from './use-flips.ts';

type RegisterPlace = Extract<Place, { kind: 'register' }>;

interface Props {
  readonly moment: Moment;
  readonly place: RegisterPlace;
}

const registerFlips = (maker: FlipMaker, moment: Moment, { cpu, register }: RegisterPlace): Flips =>
  isBitRegister(register) ? maker.registerFlips(moment, cpu, register) : UNKNOWN;

/** The bits of a control register; nothing for others. */
export function RegisterBits({ moment, place }: Props) {
  const words = useWords();
  const { cpu, register } = place;
  const [flips, flipsNow] = useFlips(registerFlips, moment, place);
  const flipping = useFlipping(moment, place, flipsNow);
  if (!isBitRegister(register) || !moment.atlas.register(cpu, register)) return null;
  return (
    <>
      <h4>{words.inspector.bits}</h4>
      <BitList bits={registerRows(words, moment, cpu, register)} flips={flips} flipping={flipping} />
      <ChangeBar flips={flips} flipping={flipping} />
    </>
  );
}
