import { useWords } from '#ui/words/language.ts';
import { type BitRow, flagBit } from './bits.ts';
import type { EntryModel } from './entry-model.ts';
import type { Flips } from './flips.ts';
import type { Flipping } from './use-flipping.ts';

const HIGH = Array.from({ length: 12 }, (_, i) => 63 - i);
const LOW = Array.from({ length: 12 }, (_, i) => 11 - i);

interface CanFlip {
  readonly flips: Flips;
  readonly flipping: Flipping;
}

/** A bit of the strip; one that can be flipped takes a press, and leaves the focus where it is: the list has its button. */
function StripBit({
  bit,
  isSet,
  flips,
  flipping,
}: CanFlip & { readonly bit: number; readonly isSet: boolean }) {
  const flip = flips.of(bit);
  if (!flip) return <b>{isSet ? 1 : 0}</b>;
  return (
    <button
      type="button"
      tabIndex={-1}
      onPointerDown={(event) => event.preventDefault()}
      onMouseDown={(event) => event.preventDefault()}
      onPointerEnter={() => flipping.show(bit)}
      onPointerLeave={() => flipping.show(null)}
      onClick={() => flipping.flip(bit)}
    >
      <b>{isSet ? 1 : 0}</b>
    </button>
  );
}

function Strip({
  positions,
  model,
  ...canFlip
}: CanFlip & { readonly positions: readonly number[]; readonly model: EntryModel }) {
  return (
    <ol className="bit-strip" aria-hidden="true">
      {positions.map((bit) => {
        const isSet = flagBit(model.flags, bit);
        const label = model.bits.find(({ high, low }) => bit <= high && bit >= low)?.label ?? '';
        return (
          <li
            key={bit}
            className={`${isSet ? 'set' : ''}${flagBit(model.changedFlags, bit) ? ' now' : ''}${bit % 4 === 0 ? ' nibble' : ''}`}
          >
            <span>{bit}</span>
            <StripBit bit={bit} isSet={isSet} {...canFlip} />
            <i>{label}</i>
          </li>
        );
      })}
    </ol>
  );
}

/** An entry as a row of bits, the frame in one block. The list below it says the same in words. */
export function BitStrip({ model, ...canFlip }: CanFlip & { readonly model: EntryModel }) {
  return (
    <div className="bit-strips">
      {model.is64 && <Strip positions={HIGH} model={model} {...canFlip} />}
      <p className={`frame-block ${model.text.space}`} aria-hidden="true">
        <span>{model.is64 ? 51 : 31}</span>
        <b>{model.text.address}</b>
        <span>12</span>
      </p>
      <Strip positions={LOW} model={model} {...canFlip} />
    </div>
  );
}

/** A bit's value; a button of the same size where it can be flipped. */
function BitValue({ row, flips, flipping }: CanFlip & { readonly row: BitRow }) {
  const { edits } = useWords();
  const flip = row.high === row.low ? flips.of(row.low) : null;
  if (!flip) return <span className="bit-value">{row.value}</span>;
  return (
    <button
      type="button"
      className="bit-value flip"
      aria-label={edits.flip(row.name, flip.value, flip.insertion.steps)}
      onPointerEnter={() => flipping.show(row.low)}
      onPointerLeave={() => flipping.show(null)}
      onFocus={() => flipping.show(row.low)}
      onBlur={() => flipping.show(null)}
      onClick={() => flipping.flip(row.low)}
    >
      {row.value}
    </button>
  );
}

/** Every named bit: where, what it is called, whether it is set, what that means. */
export function BitList({ bits, ...canFlip }: CanFlip & { readonly bits: readonly BitRow[] }) {
  return (
    <table className="bit-list">
      <tbody>
        {bits.map((row) => (
          <tr key={row.high} className={`${row.isChanged ? 'now' : ''}${row.value === 0 ? '' : ' set'}`}>
            <td>{row.high === row.low ? row.high : `${row.high}–${row.low}`}</td>
            <th scope="row">{row.name}</th>
            <td>
              <BitValue row={row} {...canFlip} />
            </td>
            <td>{row.meaning}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
