// A log as tracefs text is what a real kernel's tracefs said, line for line, once the numbers that differ from boot to boot
// (host frames, pointers, instruction addresses, generations) are masked in both.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { load } from '#scenario/check.ts';
import { ftraceText } from '#trace/ftrace.ts';
import { Names } from '#trace/names.ts';
import { difference, GOLDEN, recording, runText } from './golden-scenarios.ts';

/** Events of the recordings that no log has: probes, and what lies outside the MMU. */
const OUTSIDE =
  /^(x_|sp_|kvm_exit|kvm_entry|kvm_emulate_insn|kvm_unmap_hva_range|kvm_age_hva|kvm_nested_vmexit:|kvm_mmio: mmio read)/;

/** An entry's bits without its frame, where it has one. */
function maskedEntry(_: string, name: string, digits: string): string {
  const value = BigInt(`0x${digits}`);
  if ((value & 0x800n) === 0n) return `${name}${digits}`;
  return `${name}frame|${(value & 0xfff0_0000_0000_0fffn).toString(16)}`;
}

/** The emulated processor of the recordings reports a reserved bit with P clear; processors set it, and so do the traces. */
function withPresent(_: string, digits: string): string {
  const code = BigInt(`0x${digits}`);
  return `error_code 0x${(code & 8n ? code | 1n : code).toString(16)}`;
}

/** Addresses within the page of the recording's own instructions, as that page's. */
const stubMask = (raw: string): RegExp => {
  const pages = [...(/(?<=##STUB ).*/.exec(raw)?.[0].matchAll(/=0x([0-9a-f]+)/g) ?? [])].map(([, gva]) =>
    (gva ?? '').slice(0, -3),
  );
  return new RegExp(`\\b((?:address 0x0*|addr )(?:${pages.join('|')}))[0-9a-f]{3}\\b`, 'g');
};

const masked = (line: string, stub: RegExp): string =>
  line
    .replace(stub, '$1000')
    .replace(/\berror_code 0x([0-9a-f]+)/, withPresent)
    .replace(/\brip 0x[0-9a-f]+/, 'rip R')
    .replace(/\bsptep[ :][0-9a-f]+/, 'sptep P')
    .replace(/\bsp gen \d+/, 'sp gen G')
    .replace(/\bvalid-gen \d+/, 'valid-gen G')
    .replace(/\bpfn (?!8000000000000000)[0-9a-f]+/, 'pfn F')
    .replace(/\b((?:old_|new_)?spte |old 0x|new )([0-9a-f]+)/g, maskedEntry)
    .replace(/\bat [0-9a-f]+([0-9a-f]{3})$/, 'at table+$1');

/** The lines of a tracefs text from the first step on, without their columns. */
function eventsOf(text: string, stub: RegExp): string {
  const lines = text
    .split('\n')
    .filter((line) => !line.startsWith('#') && line !== '')
    .map((line) => line.replace(/^.*?\d\.\d{6}: /, '').replaceAll('\0', ''));
  const start = lines.findIndex((line) => line.startsWith('tracing_mark_write: == 1 '));
  return `${lines
    .slice(start)
    .filter((line) => !OUTSIDE.test(line) && !line.startsWith('tracing_mark_write: == end'))
    .map((line) => masked(line, stub))
    .join('\n')}\n`;
}

function scenarioOf(name: string): string {
  const folder = name.startsWith('ept-') ? 'kvm-intel' : 'kvm-amd';
  return recording(`${folder}/${name}`).text;
}

const RAW = readdirSync(join(GOLDEN, 'raw'))
  .map((file) => file.replace(/\.raw$/, ''))
  .filter((name) => load(scenarioOf(name)).scenario !== null);

describe('tracefs text', () => {
  it.each(RAW)('of %s is the kernel’s', (name) => {
    const { reader } = runText(scenarioOf(name));
    const raw = readFileSync(join(GOLDEN, 'raw', `${name}.raw`), 'utf8');
    const stub = stubMask(raw);
    const ours = eventsOf(ftraceText(reader, new Names(reader)), stub);
    const found = difference(ours, eventsOf(raw, stub));
    expect(found, found ?? '').toBeNull();
  });
});
