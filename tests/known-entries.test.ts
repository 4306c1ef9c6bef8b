// An atlas whose last-level tables are remembered is the one that is read anew, wherever the cursor jumps.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { knownEntries } from '#hypervisor/known-entries.ts';
import { readAtlas } from '#hypervisor/read-atlas.ts';
import { Replay } from '#machine/log-reader.ts';
import { recording, runText } from './golden-scenarios.ts';

const RECORDINGS = [
  'kvm-amd/shadow-32-4m-huge',
  'kvm-amd/legacy-cr3-switch',
  'random/intel-random-0151-tdp-pae',
];

it.each(RECORDINGS.map((name) => recording(name)))('$name', ({ text }) => {
  const { reader } = runText(text);
  fc.assert(
    fc.property(
      fc.array(fc.nat(reader.length - 1), { minLength: 2, maxLength: 12 }),
      fc.integer({ min: 50, max: 5000 }),
      (jumps, spacing) => {
        const replay = new Replay(reader, spacing);
        const entriesOf = knownEntries((frame) => replay.version(frame));
        for (const index of jumps) {
          const words = replay.seek(index);
          const { guestTables, hypervisorTables } = readAtlas(words, entriesOf);
          const anew = readAtlas(words);
          expect({ guestTables, hypervisorTables }).toEqual({
            guestTables: anew.guestTables,
            hypervisorTables: anew.hypervisorTables,
          });
        }
      },
    ),
    { numRuns: 20 },
  );
});
