// Walks in C (walk.c), compiled here if there is a compiler.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * What one process measured: nanoseconds a walk in the fastest pass, and what shows that the walks are the same.
 * @typedef {{ readonly ns: number, readonly sum: number, readonly a: number, readonly d: number }} Measured
 */

/**
 * Runs a program that prints what it measured.
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Measured}
 */
export function measureBy(command, args) {
  const { stdout, stderr, status } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout);
}

/**
 * Compiles walk.c with the first compiler that there is. Null without one.
 * @param {string} folder
 * @param {string} name
 * @param {readonly string[]} options
 * @returns {string | null}
 */
function compileC(folder, name, options) {
  const program = join(folder, name);
  const source = join(process.cwd(), 'bench', 'walk.c');
  for (const compiler of ['cc', 'gcc', 'clang']) {
    const { status } = spawnSync(compiler, ['-O3', '-march=native', ...options, '-o', program, source]);
    if (status === 0) return program;
  }
  return null;
}

/**
 * Makes the programs, with the same rules as ours and with the fewest that tell a walk, for as long as `use` takes.
 * @param {(programs: { readonly rules: string, readonly bare: string } | null) => unknown} use null: there is no compiler
 */
export async function withWalksInC(use) {
  const folder = mkdtempSync(join(tmpdir(), 'penumbra-walk-'));
  try {
    const rules = compileC(folder, 'rules', []);
    const bare = compileC(folder, 'bare', ['-DBARE']);
    if (!rules || !bare) console.log('no C compiler: walks are not compared with C');
    await use(rules && bare ? { rules, bare } : null);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Throws unless two programs walked the same.
 * @param {string} name
 * @param {Measured} c
 * @param {Measured} ours
 */
export function mustAgree(name, c, ours) {
  if (c.sum !== ours.sum || c.a !== ours.a || c.d !== ours.d)
    throw new Error(`${name}: C found ${JSON.stringify(c)}, we ${JSON.stringify(ours)}`);
}

/** @param {readonly number[]} values */
export const median = (values) =>
  /** @type {number} */ (values.toSorted((one, other) => one - other)[values.length >> 1]);
