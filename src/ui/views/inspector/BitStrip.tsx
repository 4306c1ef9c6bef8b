import { type BitRow, flagBit } from './bits.ts';
import type { EntryModel } from './entry-model.ts';

const HIGH = Array.from({ length: 12 }, (_, i) => 63 - i);
const LOW = Array.from({ length: 12 }, (_, i) => 11 - i);

function Strip({ positions, model }: { readonly positions: readonly number[]; readonly model: EntryModel }) {
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
            <b>{isSet ? 1 : 0}</b>
            <i>{label}</i>
          </li>
        );
      })}
    </ol>
  );
}

/** An entry as a row of bits, the frame in one block. The list below it says the same in words. */
export function BitStrip({ model }: { readonly model: EntryModel }) {
  return (
    <div className="bit-strips">
      {model.is64 && <Strip positions={HIGH} model={model} />}
      <p className={`frame-block ${model.text.space}`} aria-hidden="true">
        <span>{model.is64 ? 51 : 31}</span>
        <b>{model.text.address}</b>
        <span>12</span>
      </p>
      <Strip positions={LOW} model={model} />
    </div>
  );
}

/** Every named bit: where, what it is called, whether it is set, what that means. */
export function BitList({ bits }: { readonly bits: readonly BitRow[] }) {
  return (
    <table className="bit-list">
      <tbody>
        {bits.map((row) => (
          <tr key={row.high} className={`${row.isChanged ? 'now' : ''}${row.value === 0 ? '' : ' set'}`}>
            <td>{row.high === row.low ? row.high : `${row.high}–${row.low}`}</td>
            <th scope="row">{row.name}</th>
            <td>{row.value}</td>
            <td>{row.meaning}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
