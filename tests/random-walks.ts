/**
 * Page walks on machines made by chance, the same for the same seed: walked by arch and by the oracle, with the memory of both compared
 * after each walk.
 */
import { PF } from '#arch/fault.ts';
import { linearWalkOf } from '#arch/linear-walk.ts';
import { TellingTrace } from '#arch/nested.fixture.ts';
import { nestedWalk } from '#arch/nested-walk.ts';
import { ACC, WITH_AC } from '#arch/permission.ts';
import {
  isDirty,
  type NestedWalkRequest,
  newWalkResult,
  pageShift,
  type WalkRequest,
  type WalkResult,
} from '#arch/walk-request.ts';
import {
  DIMENSION,
  referenceDimension,
  referenceIndex,
  referenceLevel,
  referenceRow,
} from '#arch/walk-trace.ts';
import { bigOfPair, hiOfBig, loOfBig } from '#arch/word64.ts';
import { Chance } from './chance.ts';
import { FRAMES, hex, type RandomMachine, randomMachine } from './random-machines.ts';
import { type OracleAccess, WalkOracle } from './walk-oracle.ts';

/** Walks on one machine. */
const WALKS = 8;

/** A reference in the oracle's words. */
function referenceText({ memory, request }: RandomMachine, what: number, place: number, gfn: number): string {
  const guest = referenceDimension(what) === DIMENSION.guest;
  const bytes = guest ? request.guest.entryBytes : 8;
  const index = referenceIndex(what, place, bytes);
  const frame = place >>> 10;
  const nothing = frame === 0 || frame >= FRAMES;
  const at = nothing ? 'nothing' : hex((BigInt(frame) << 12n) + BigInt(index * bytes));
  const gpa = guest ? ` ${hex((BigInt(gfn >>> 0) << 12n) + BigInt(index * bytes))}` : '';
  const value = nothing ? 0n : memory.get(frame, index, bytes);
  return `${referenceRow(what)}: ${guest ? 'g' : 'n'}${referenceLevel(what)}${gpa} at ${at} is ${hex(value)}`;
}

const isNested = (request: WalkRequest): request is NestedWalkRequest => request.nested !== null;

interface Walked {
  /** Null of a silent walk. */
  readonly references: string[] | null;
  readonly logged: bigint[];
  readonly outcome: string;
}

/** Walks as arch does, and says what came of it in the oracle's words. */
function walkInOracleWords(machine: RandomMachine, access: OracleAccess, silent: boolean): Walked {
  const { memory, request, roots, oracle } = machine;
  const references: string[] = [];
  const logged: bigint[] = [];
  const result = newWalkResult();
  const trace = new TellingTrace((what, place, gfn) => {
    references.push(referenceText(machine, what, place, gfn));
  });
  const room = oracle.logRoom ?? 0;
  const log = {
    full: () => logged.length >= room,
    append: (gfn: number) => logged.push(BigInt(gfn >>> 0)),
  };
  const when = (on: boolean, bit: number): number => (on ? bit : 0);
  const code =
    when(access.write, PF.write) |
    when(access.fetch, PF.fetch) |
    when(access.user, PF.user) |
    when(access.ac, WITH_AC);
  const given = { ...request, memory, trace: silent ? null : trace };
  const walk = isNested(given)
    ? nestedWalk.bind(null, { ...given, log: oracle.logRoom === null ? null : log })
    : linearWalkOf(given, true).bind(null, given);
  walk(roots, hiOfBig(access.address), loOfBig(access.address), code, result);
  trace.beforeStore();
  return {
    references: silent ? null : references,
    logged,
    outcome: outcomeOf(request, code, result, access.address),
  };
}

function outcomeOf(request: WalkRequest, asked: number, result: WalkResult, address: bigint): string {
  const gpa = hex(bigOfPair(result.gpaHi, result.gpaLo));
  const place = `${gpa} row=${result.row} level=${result.nestedLevel}`;
  const code = hex(bigOfPair(result.codeHi, result.codeLo));
  switch (result.kind) {
    case 'page-fault':
      return `#PF ${hex(BigInt(result.error))} level=${result.row}`;
    case 'nested-fault':
      return result.codeHi !== 0 ? `#NPF ${code} ${place}` : `violation ${code} ${place}`;
    case 'misconfiguration':
      return `misconfiguration ${place}`;
    case 'log-full':
      return `log-full ${gpa}`;
    default: {
      const letters = (rights: number, read: string): string =>
        (rights & ACC.user ? read : '-') + (rights & ACC.write ? 'w' : '-') + (rights & ACC.exec ? 'x' : '-');
      const hpa = hex((BigInt(result.frame >>> 0) << 12n) | (address & 0xfffn));
      const guest = `guest=${letters(result.rights, 'u')} ${result.guestLevel}`;
      const nested = request.nested
        ? ` nested=${letters(result.nestedRights, 'r')} ${result.nestedLevel}`
        : '';
      return `ok ${hpa} ${guest}${nested} size=${pageShift(request, result) + 12} dirty=${isDirty(request, asked, result)}`;
    }
  }
}

function randomAccess(chance: Chance, addresses: readonly bigint[]): OracleAccess {
  const kind = chance.below(10);
  return {
    address: chance.pick(addresses) ^ BigInt(chance.percent(90) ? chance.below(4096) : chance.below(2 ** 22)),
    write: kind < 4,
    fetch: kind === 4 || kind === 5,
    user: chance.percent(50),
    ac: chance.percent(50),
  };
}

/** How often each kind of outcome was met, and each pair of leaf levels, by the depths of guest and nested tables: `4x5 #NPF`. */
export type Tally = Map<string, number>;

/** Makes `walks` random walks. Returns the first disagreement, or null; counts outcomes in `tally`. */
export function disagreement(seed: number, walks: number, tally: Tally): string | null {
  for (let done = 0; done < walks; done += WALKS) {
    const chance = new Chance(seed + done);
    const machine = randomMachine(chance);
    for (let walk = 0; walk < WALKS; walk++) {
      const access = randomAccess(chance, machine.addresses);
      const expected = WalkOracle.walk(machine.oracle, access);
      const found = walkInOracleWords(machine, access, chance.percent(30));
      const { guest, nested } = machine.oracle;
      const depths = `${guest.levels}x${nested?.levels ?? 0}`;
      count(tally, `${depths} ${expected.outcome.split(' ')[0]}`);
      const leaves = /^ok \S+ guest=\S+ (\d)(?: nested=\S+ (\d))?/.exec(expected.outcome);
      if (leaves) count(tally, `${depths} leaves ${leaves[1]} ${leaves[2] ?? 0}`);
      const wrong = [
        ...differing(expected.references, found.references ?? expected.references),
        ...differing(expected.logged.map(hex), found.logged.map(hex)),
        ...differing([expected.outcome], [found.outcome]),
        ...machine.memory.differences(),
      ];
      if (wrong.length > 0)
        return [`seed ${seed + done}, walk ${walk}`, describe(machine, access), ...wrong].join('\n');
    }
  }
  return null;
}

const count = (tally: Tally, what: string): void => {
  tally.set(what, (tally.get(what) ?? 0) + 1);
};

const differing = (expected: readonly string[], found: readonly string[]): string[] =>
  expected.join('\n') === found.join('\n') ? [] : ['found:', ...found, 'expected:', ...expected];

const describe = ({ oracle }: RandomMachine, access: OracleAccess): string =>
  JSON.stringify({ ...oracle, ...access, memory: undefined }, (_, value) =>
    typeof value === 'bigint' ? hex(value) : value,
  );
