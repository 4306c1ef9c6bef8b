/** Components whose code is loaded when they are wanted, so that the page begins with little. */
import { type ComponentType, lazy, type ReactNode, Suspense, useState } from 'react';
import type { Words } from '#ui/words/en.ts';
import { useWords } from '#ui/words/language.ts';

type Load = () => Promise<ComponentType>;

/** A component that is loaded when it is first shown. @param standIn what is shown meanwhile */
export function later(load: Load, standIn: ReactNode = null): ComponentType {
  const Loaded = lazy(async () => ({ default: await load() }));
  return () => (
    <Suspense fallback={standIn}>
      <Loaded />
    </Suspense>
  );
}

interface MenuDoor {
  readonly className: string;
  readonly label: (words: Words) => string;
}

/**
 * A menu that is loaded when somebody comes near its button, and shown when the button is pressed. The loaded one has a button of
 * its own, which looks the same, and is open at first.
 */
export function menuLater(load: Load, { className, label }: MenuDoor): ComponentType {
  const Menu = lazy(async () => ({ default: await load() }));
  return () => {
    const words = useWords();
    const [isWanted, setWanted] = useState(false);
    const button = (
      <button
        type="button"
        className={className}
        aria-haspopup="menu"
        aria-expanded="false"
        onPointerEnter={load}
        onFocus={load}
        onClick={() => setWanted(true)}
        onKeyDown={(event) => event.key === 'ArrowDown' && setWanted(true)}
      >
        {label(words)} ▾
      </button>
    );
    return isWanted ? (
      <Suspense fallback={button}>
        <Menu />
      </Suspense>
    ) : (
      button
    );
  };
}
