import { describe, expect, it } from 'vitest';
import { load } from './check.ts';
import {
  MACHINES,
  machineWords,
  onMachine,
  parseMachineWords,
  printMachineWords,
  SWITCHES,
  withoutRefused,
} from './variant.ts';

const TEXT = `scenario 1
title A page
  machine kvm mmu=shadow tlb=off unsync=off   # a comment
guest paging=4
slot 0 gpa=0 size=4M
space s pool=0x100000
map s 0x10000 0x10000 p|w|u

read 0x10000
`;

const machineLine = (text: string): string => text.split('\n')[2] ?? '';

describe('a scenario on another machine', () => {
  it.each([
    ['mmu=tdp vendor=intel', 'machine kvm mmu=tdp tlb=off unsync=off vendor=intel'],
    ['tlb=on', 'machine kvm mmu=shadow tlb=on unsync=off'],
    ['prefetch=off', 'machine kvm mmu=shadow tlb=off unsync=off prefetch=off'],
    ['kvm', 'machine kvm mmu=shadow tlb=off unsync=off'],
    ['bare', 'machine bare tlb=off'],
    ['bare mmu=tdp unsync=off', 'machine bare tlb=off'],
    ['xen mmu=hap', 'machine xen tlb=off mmu=hap'],
    ['', 'machine kvm mmu=shadow tlb=off unsync=off'],
  ])('%j', (change, expected) => {
    const changed = onMachine(TEXT, change);
    expect(machineLine(changed)).toBe(`  ${expected}   # a comment`);
    expect(changed.split('\n').toSpliced(2, 1)).toEqual(TEXT.split('\n').toSpliced(2, 1));
  });

  it('is the text itself where no machine is named', () => {
    expect(onMachine('scenario 1\nread 0\n', 'bare')).toBe('scenario 1\nread 0\n');
    expect(machineWords('scenario 1\nmachine nonsense\n')).toBeNull();
  });

  it('has the machine that was asked for, on each that is offered', () => {
    for (const { kind, mmu } of MACHINES) {
      const { scenario, problems } = load(onMachine(TEXT, kind === 'bare' ? 'bare' : `${kind} mmu=${mmu}`));
      expect(problems).toEqual([]);
      expect(scenario?.machine).toMatchObject({ kind, mmu });
    }
    expect(MACHINES).toContainEqual({ kind: 'kvm', mmu: 'shadow' });
    expect(MACHINES).toContainEqual({ kind: 'bare', mmu: 'none' });
  });

  it('can be run with each switch', () => {
    for (const { name, value } of SWITCHES) {
      const { scenario, problems } = load(onMachine(TEXT, `${name}=${value}`));
      expect(problems).toEqual([]);
      expect(name === 'tlb' ? 'off' : scenario?.machine.parameters[name]).toBe(value);
    }
    expect(SWITCHES.map(({ name }) => name)).toContain('shadow-cache');
  });
});

describe('steps that a machine cannot do', () => {
  const text = `${TEXT}host dirty-log 0 on\nwrite 0x10000 1   # a comment\nhost get-dirty 0\n`;

  it('are left out, and the lines keep their numbers', () => {
    const { text: rest, scenario, problems } = withoutRefused(onMachine(text, 'bare'));
    expect(problems.map(({ span }) => span.line)).toEqual([10, 12]);
    expect(scenario?.steps.map((step) => `${step.span.line} ${step.text}`)).toEqual([
      '9 read 0x10000',
      '11 write 0x10000 1',
    ]);
    expect(rest.split('\n')[9]).toBe('# host dirty-log 0 on');
  });

  it('are left out however many they are', () => {
    const many = `${TEXT}${'host age 0x10000 4K\n'.repeat(50)}read 0x10000\n`;
    const { scenario, problems } = withoutRefused(onMachine(many, 'bare'));
    expect(scenario?.steps).toHaveLength(2);
    expect(problems).toHaveLength(50);
  });

  it('are none where the machine can do all', () => {
    expect(withoutRefused(text)).toMatchObject({ text, problems: [] });
  });

  it('do not excuse what is wrong elsewhere', () => {
    const { scenario, problems } = withoutRefused(
      text.replace('slot 0 gpa=0 size=4M', 'slot 0 gpa=0 size=3'),
    );
    expect(scenario).toBeNull();
    expect(problems.length).toBeGreaterThan(0);
  });
});

it('words come back as they were read', () => {
  for (const words of ['', 'bare', 'kvm mmu=tdp vendor=intel', 'tlb=off', 'unsync=off prefetch=off'])
    expect(printMachineWords(parseMachineWords(words))).toBe(words);
});
