// The gate of the layers can fail: each rule of biome.json about imports, sizes and names is shown one import that it
// must refuse and one that it must let pass. (Biome reports nothing for text from standard input, so the tree is real.)

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = dirname(import.meta.dirname);
const BIOME = join(ROOT, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');

/** A file, an import that must be refused there, and one that must not. */
interface Row {
  readonly file: string;
  readonly wrong: string;
  readonly right: string;
}

const IMPORTS: readonly Row[] = [
  { file: 'src/arch/linear-walk.ts', wrong: '#machine/words.ts', right: './word64.ts' },
  { file: 'src/arch/tlb.ts', wrong: 'fflate', right: '#arch/word64.ts' },
  { file: 'src/arch/fault.ts', wrong: '../machine/words.ts', right: './word64.ts' },
  { file: 'src/arch/registers.ts', wrong: 'node:fs', right: './word64.ts' },
  { file: 'src/machine/log.ts', wrong: '#hypervisor/atlas.ts', right: '#arch/word64.ts' },
  { file: 'src/hypervisor/functions.ts', wrong: '#scenario/parse.ts', right: '#machine/words.ts' },
  { file: 'src/hypervisor/hypervisor.ts', wrong: './kvm/x86.ts', right: '#hypervisor/kvm/x86.ts' },
  { file: 'src/hypervisor/bare/bare.ts', wrong: '#trace/print.ts', right: '#machine/words.ts' },
  { file: 'src/hypervisor/kvm/kvm_main.ts', wrong: '#hypervisor/xen/p2m.ts', right: '#machine/words.ts' },
  { file: 'src/hypervisor/kvm/x86.ts', wrong: '#scenario/run.ts', right: '#hypervisor/kvm/mmu/spte.ts' },
  {
    file: 'src/hypervisor/kvm/mmu/zap.ts',
    wrong: '#hypervisor/kvm/svm.ts',
    right: '#hypervisor/kvm/structs.ts',
  },
  { file: 'src/hypervisor/xen/p2m.ts', wrong: '#hypervisor/kvm/structs.ts', right: '#hypervisor/atlas.ts' },
  { file: 'src/scenario/run.ts', wrong: '#trace/print.ts', right: '#hypervisor/hypervisor.ts' },
  { file: 'src/scenario/parse.ts', wrong: 'fflate', right: './statements.ts' },
  { file: 'src/scenario/link.ts', wrong: '#ui/store.ts', right: 'fflate' },
  { file: 'src/trace/print.ts', wrong: '#scenario/parse.ts', right: '#machine/log-reader.ts' },
  { file: 'src/figures/all.ts', wrong: '#trace/print.ts', right: '#scenario/run.ts' },
  { file: 'src/worker/worker.ts', wrong: '#ui/store.ts', right: '#scenario/run.ts' },
  { file: 'src/cli/main.ts', wrong: '#worker/messages.ts', right: 'node:fs' },
  { file: 'src/ui/session.ts', wrong: '#machine/words.ts', right: '#worker/messages.ts' },
  { file: 'src/ui/store.ts', wrong: '#hypervisor/kvm/structs.ts', right: '#machine/log-reader.ts' },
  { file: 'src/ui/export.ts', wrong: '#scenario/run.ts', right: '#scenario/print.ts' },
  { file: 'src/ui/words/en/problems.ts', wrong: '#scenario/run.ts', right: '#scenario/messages.ts' },
  { file: 'src/ui/Studio.tsx', wrong: '#worker/worker.ts', right: '#worker/worker.ts?worker' },
  { file: 'src/ui/views/walk/WalkView.tsx', wrong: '#ui/views/tables/model.ts', right: '#ui/store.ts' },
  { file: 'src/ui/views/calls/CallsView.tsx', wrong: '#machine/words.ts', right: 'react' },
  { file: 'src/ui/views/walk/model.ts', wrong: 'react', right: 'd3-scale' },
  { file: 'src/ui/views/tables/model.ts', wrong: './TablesView.tsx', right: './tree.ts' },
  { file: 'tests/golden.test.ts', wrong: '../src/arch/word64.ts', right: '#arch/word64.ts' },
];

/** Ways to write an import, each of a layer that arch may not see. */
const FORMS = [
  {
    form: 'a type',
    file: 'src/arch/type.ts',
    text: "import type { x } from '#ui/store.ts';\nexport type Y = x;\n",
  },
  { form: 'a re-export', file: 'src/arch/again.ts', text: "export { x } from '#ui/store.ts';\n" },
  { form: 'a call', file: 'src/arch/later.ts', text: "export const x = () => import('#ui/store.ts');\n" },
];

/** Other rules, and a file that breaks each. */
const BROKEN = [
  { rule: 'style/noDefaultExport', file: 'src/machine/a.ts', text: 'export default 1;\n' },
  { rule: 'style/useFilenamingConvention', file: 'src/arch/pageWalk.ts', text: 'export const x = 1;\n' },
  {
    rule: 'style/useFilenamingConvention',
    file: 'src/hypervisor/kvm/page-fault.ts',
    text: 'export const x = 1;\n',
  },
  {
    rule: 'style/noRestrictedGlobals',
    file: 'src/machine/clock.ts',
    text: 'export const now = () => Date.now();\n',
  },
  { rule: 'correctness/useImportExtensions', file: 'src/arch/bare-name.ts', text: importing('./cycle-b') },
  {
    rule: 'performance/noBarrelFile',
    file: 'src/arch/index.ts',
    text: "export { b } from './cycle-b.ts';\n",
  },
  { rule: 'suspicious/noImportCycles', file: 'src/arch/cycle-a.ts', text: importing('#arch/cycle-b.ts') },
  { rule: 'suspicious/noImportCycles', file: 'src/arch/cycle-b.ts', text: importing('#arch/cycle-a.ts') },
  { rule: 'complexity/noExcessiveLinesPerFunction', file: 'src/arch/long.ts', text: longFunction(61) },
  { rule: 'complexity/noExcessiveLinesPerFunction', file: 'src/ui/Long.tsx', text: longFunction(81) },
  { rule: 'style/noExcessiveLinesPerFile', file: 'src/arch/long-file.ts', text: 'export {};\n'.repeat(501) },
];

const IN_ORDER = [
  { file: 'src/ui/Studio.tsx', text: longFunction(76) },
  { file: 'src/hypervisor/kvm/page_fault.ts', text: 'export const x = 1;\n' },
  { file: 'vite.config.ts', text: 'export default {};\n' },
];

/** A function with so many lines in its body. */
function longFunction(lines: number): string {
  return `export function long(): void {\n${'  console.log();\n'.repeat(lines)}}\n`;
}

/** A file with one import. */
function importing(specifier: string): string {
  return `import { x } from '${specifier}';\n\nexport const y = x;\n`;
}

interface Report {
  readonly diagnostics: readonly {
    readonly category: string;
    readonly location: { readonly path: string };
  }[];
}

/** Writes the files into a fresh tree under our biome.json, lints it once, and gives the rules that each file breaks. */
function brokenRules(
  files: readonly { readonly file: string; readonly text: string }[],
): Map<string, string[]> {
  const tree = mkdtempSync(join(tmpdir(), 'penumbra-layers-'));
  try {
    for (const file of ['biome.json', 'package.json', '.gitignore'])
      copyFileSync(join(ROOT, file), join(tree, file));
    symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'), 'junction');
    for (const { file, text } of files) {
      mkdirSync(dirname(join(tree, file)), { recursive: true });
      writeFileSync(join(tree, file), text);
    }
    const args = [BIOME, 'lint', '--reporter=json', '--max-diagnostics=none', '.'];
    const { stdout } = spawnSync(process.execPath, args, { cwd: tree, encoding: 'utf8' });
    const broken = new Map<string, string[]>(files.map(({ file }) => [file, []]));
    for (const { category, location } of (JSON.parse(stdout) as Report).diagnostics) {
      broken.get(location.path)?.push(category.replace('lint/', ''));
    }
    return broken;
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

describe('imports between layers', () => {
  const wrong = brokenRules(IMPORTS.map((row) => ({ file: row.file, text: importing(row.wrong) })));
  const right = brokenRules(IMPORTS.map((row) => ({ file: row.file, text: importing(row.right) })));
  const forms = brokenRules(FORMS);

  it.each(IMPORTS)('$file may not import $wrong', ({ file }) => {
    expect(wrong.get(file)).toContain('style/noRestrictedImports');
  });

  it.each(IMPORTS)('$file may import $right', ({ file }) => {
    expect(right.get(file)).not.toContain('style/noRestrictedImports');
  });

  it.each(FORMS)('$form counts as an import', ({ file }) => {
    expect(forms.get(file)).toContain('style/noRestrictedImports');
  });
});

describe('other rules', () => {
  const broken = brokenRules([...BROKEN, ...IN_ORDER]);

  it.each(BROKEN)('$rule refuses $file', ({ rule, file }) => {
    expect(broken.get(file)).toContain(rule);
  });

  it.each(IN_ORDER)('$file is in order', ({ file }) => {
    expect(broken.get(file)).toEqual([]);
  });
});
