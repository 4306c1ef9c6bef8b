#!/usr/bin/env node
// All checks, or the stages named as arguments, one after the other; stops at the first that fails. The last line is
// always the count of tests, unit and browser tests together.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installedCommand, ROOT } from './root.mjs';

const reports = mkdtempSync(join(tmpdir(), 'penumbra-test-'));
const unitReport = join(reports, 'unit.json');
const browserReport = join(reports, 'browser.json');

/**
 * @typedef {{ passed: number, failed: number }} Count
 * @typedef {object} Stage
 * @property {string} name
 * @property {string} what in words, for the person who waits
 * @property {[string, ...string[]]} run command and arguments
 * @property {Record<string, string>} [environment]
 * @property {() => Count} [count] reads the report of a stage that runs tests
 */

/** @type {Stage[]} */
const STAGES = [
  { name: 'lint', what: 'format, lint, layers', run: ['biome', 'check', '--error-on-warnings', '.'] },
  {
    name: 'core',
    what: 'types of the engine, without page or Node',
    run: ['tsc', '-p', 'tsconfig.core.json'],
  },
  { name: 'types', what: 'types of everything', run: ['tsc', '-p', 'tsconfig.json'] },
  {
    name: 'unit',
    what: 'unit and golden tests',
    run: ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${unitReport}`],
    count: () => {
      const report = readJson(unitReport);
      return { passed: report.numPassedTests, failed: report.numFailedTests };
    },
  },
  { name: 'build', what: 'the page as it is served', run: ['vite', 'build', '--logLevel', 'warn'] },
  {
    name: 'browser',
    what: 'browser tests of the built page',
    run: ['playwright', 'test', '--reporter=list,json'],
    environment: { PLAYWRIGHT_JSON_OUTPUT_NAME: browserReport },
    count: () => {
      const { expected, flaky, unexpected } = readJson(browserReport).stats;
      return { passed: expected + flaky, failed: unexpected };
    },
  },
];

/** @param {string} path */
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/**
 * Runs one stage and says how long it took. A stage that fails counts as one failure at least, whatever its report
 * says: a test file that cannot be loaded has no failed tests.
 * @param {Stage} stage
 */
function runStage({ name, what, run: [command, ...args], environment, count }) {
  process.stdout.write(`\n── ${name}: ${what}\n`);
  const start = performance.now();
  const { status } = spawnSync(installedCommand(command), args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
    shell: process.platform === 'win32',
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const isPassed = status === 0;
  process.stdout.write(`── ${name}: ${isPassed ? 'passed' : 'FAILED'} in ${seconds} s\n`);
  const counted = countTests(count, isPassed);
  return {
    isPassed,
    passed: counted.passed,
    failed: isPassed ? counted.failed : Math.max(1, counted.failed),
  };
}

/**
 * The tests that a stage ran. A stage that crashed may have left no report; one that passed must have.
 * @param {Stage['count']} count
 * @param {boolean} isPassed
 * @returns {Count}
 */
function countTests(count, isPassed) {
  const none = { passed: 0, failed: 0 };
  if (!count) return none;
  try {
    return count();
  } catch (error) {
    if (isPassed) throw error;
    return none;
  }
}

/** @param {string[]} names none means all */
function chosenStages(names) {
  const unknown = names.filter((name) => !STAGES.some((stage) => stage.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `no stage ${unknown.join(', ')}; there are ${STAGES.map((stage) => stage.name).join(', ')}`,
    );
  }
  return names.length === 0 ? STAGES : STAGES.filter((stage) => names.includes(stage.name));
}

const total = { passed: 0, failed: 0 };
try {
  for (const stage of chosenStages(process.argv.slice(2))) {
    const result = runStage(stage);
    total.passed += result.passed;
    total.failed += result.failed;
    if (!result.isPassed) {
      process.exitCode = 1;
      break;
    }
  }
} catch (error) {
  total.failed += 1;
  process.exitCode = 1;
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
} finally {
  rmSync(reports, { recursive: true, force: true });
}
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed\n`);
