import { type ComponentType, memo, type ReactNode, useContext, useDeferredValue, useMemo } from 'react';
import { Scope, useSequence, useSession } from './session.ts';
import { useStudio } from './store.ts';

/** Moves of the cursor along so many events of the level of detail are followed at once: keys, playing, and what is drawn mostly. */
const NEAR = 512;

/** Shows a jump of the cursor a picture later than the rest of the page; everything else at once. */
function Trail({ children }: { readonly children: ReactNode }) {
  const isScoped = useContext(Scope) !== null;
  const run = useSession((state) => state.run);
  const cursor = useStudio((state) => state.cursor);
  const selection = useStudio((state) => state.selection);
  const now = useMemo(() => ({ run, cursor, selection }), [run, cursor, selection]);
  const late = useDeferredValue(now);
  const sequence = useSequence(run);
  const isFar = sequence !== null && Math.abs(sequence.rank(late.cursor) - sequence.rank(cursor)) > NEAR;
  const isJump = late.run === run && late.selection === selection && isFar;
  const shown = (isJump ? late : now).cursor;
  const scope = useMemo(() => ({ run, cursor: shown }), [run, shown]);
  return isScoped ? children : <Scope value={scope}>{children}</Scope>;
}

/** A view with much to draw, which need not keep the answer to a jump waiting. */
export const trailing = (View: ComponentType): ComponentType =>
  memo(function Trailing() {
    return (
      <Trail>
        <View />
      </Trail>
    );
  });
