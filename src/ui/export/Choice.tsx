interface Props<T extends string | number> {
  readonly label: string;
  readonly value: T;
  readonly values: readonly T[];
  readonly name: (value: T) => string;
  readonly onChange: (value: T) => void;
}

/** One of several values. */
export function Choice<T extends string | number>({ label, value, values, name, onChange }: Props<T>) {
  return (
    <label>
      {label}{' '}
      <select
        value={value}
        onChange={({ target }) => {
          const chosen = values.find((candidate) => String(candidate) === target.value);
          if (chosen !== undefined) onChange(chosen);
        }}
      >
        {values.map((candidate) => (
          <option key={candidate} value={candidate}>
            {name(candidate)}
          </option>
        ))}
      </select>
    </label>
  );
}
