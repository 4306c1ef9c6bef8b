/** What each of the kernel's functions does. */
import { FUNCTIONS, type FunctionName } from '#hypervisor/functions.ts';

export const functions = Object.fromEntries(
  Object.entries(FUNCTIONS).map(([name, { sentence }]) => [name, sentence]),
) as Readonly<Record<FunctionName, string>>;
