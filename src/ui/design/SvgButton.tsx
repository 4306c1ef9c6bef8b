import type { KeyboardEvent, ReactNode } from 'react';

interface Props {
  readonly label?: string;
  readonly isPressed: boolean;
  readonly onPress: () => void;
  readonly className?: string;
  readonly children: ReactNode;
}

function controls({ label, isPressed, onPress }: Omit<Props, 'className' | 'children'>) {
  return {
    role: 'button',
    tabIndex: 0,
    'aria-label': label,
    'aria-pressed': isPressed,
    onClick: onPress,
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      onPress();
    },
  } as const;
}

/** A part of a drawing that can be pressed. */
export const SvgButton = ({ className, children, ...rest }: Props) => (
  <g className={className} {...controls(rest)}>
    {children}
  </g>
);

/** A piece of a drawing's text that can be pressed. */
export const SvgTextButton = ({ className, children, ...rest }: Props) => (
  <tspan className={className} {...controls(rest)}>
    {children}
  </tspan>
);
