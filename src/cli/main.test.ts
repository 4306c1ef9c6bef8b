import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from './main.ts';

const GOLDEN = join(import.meta.dirname, '..', '..', 'golden', 'kvm-amd');
const NAMES = ['shadow-first-touch', 'shadow-nx'];

let folder: string;
let out: string;
let err: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penumbra-cli-'));
  out = '';
  err = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += text;
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const golden = (name: string): string => readFileSync(join(GOLDEN, `${name}.trace`), 'utf8');

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

describe('trace', () => {
  it('prints the trace of each file, and nothing else', () => {
    expect(main(['trace', ...NAMES.map((name) => join(GOLDEN, `${name}.scn`))])).toBe(0);
    expect(out).toBe(NAMES.map(golden).join(''));
    expect(err).toBe('');
  });

  it('takes the scenarios of a folder, and writes a file for each', () => {
    for (const name of NAMES) cpSync(join(GOLDEN, `${name}.scn`), join(folder, `${name}.scn`));
    write('notes.txt', 'no scenario');
    const results = join(folder, 'new', 'results');
    expect(main(['trace', folder, '--out', results])).toBe(0);
    expect(readdirSync(results).sort()).toEqual(NAMES.map((name) => `${name}.trace`).sort());
    for (const name of NAMES) expect(readFileSync(join(results, `${name}.trace`), 'utf8')).toBe(golden(name));
    expect(out).toBe('');
  });

  it('prints other forms where they are asked for', () => {
    const file = join(GOLDEN, 'shadow-nx.scn');
    expect(main(['trace', file, '--format', 'canonical'])).toBe(0);
    expect(out).toBe(golden('shadow-nx'));
    out = '';
    expect(main(['trace', '--format=ftrace', file])).toBe(0);
    expect(out).toMatch(/^# tracer: nop\n/);
    expect(out).toMatch(/: kvm_mmu_set_spte: gfn 10 spte [0-9a-f]+ \(r-xu\) level 1 at [0-9a-f]+080\n/);
    expect(main(['trace', file, '--format', 'json', '--out', folder])).toBe(0);
    const log = JSON.parse(readFileSync(join(folder, 'shadow-nx.json'), 'utf8'));
    expect(log.events.length).toBeGreaterThan(100);
  });

  it('tells bad input with file, line and column, and goes on with the next', () => {
    const bad = write('bad.scn', 'scenario 1\nslot 0 gpa=zero size=4M\n');
    expect(main(['trace', bad, join(GOLDEN, 'shadow-nx.scn')])).toBe(2);
    expect(err).toMatch(new RegExp(`^${bad}:2:[0-9]+: .+\n`));
    expect(out).toBe(golden('shadow-nx'));
  });

  it('tells what cannot be set up', () => {
    const text = 'scenario 1\nmachine kvm\nslot 0 gpa=0 size=64K\nspace s pool=0xf000\nmap s 0 0 p\nread 0\n';
    expect(main(['trace', write('setup.scn', text)])).toBe(2);
    expect(err).toMatch(/setup\.scn:[0-9]+:[0-9]+: .*lies in no slot/);
  });

  it('tells a file that is not there', () => {
    const missing = join(folder, 'missing.scn');
    expect(main(['trace', missing])).toBe(2);
    expect(err).toBe(`${missing}:1:1: the file cannot be read (ENOENT)\n`);
  });
});

describe('the arguments', () => {
  it.each([
    [[]],
    [['trace']],
    [['trace', '--wrong', 'x']],
    [['trace', 'x', '--out']],
    [['trace', 'x', '--format', 'xml']],
    [['run']],
  ])('%j are answered with the usage, as an error', (args) => {
    expect(main(args)).toBe(2);
    expect(err).toContain('usage: penumbra');
    expect(out).toBe('');
  });

  it('--help is answered with the usage', () => {
    expect(main(['--help'])).toBe(0);
    expect(out).toContain('usage: penumbra');
  });
});
