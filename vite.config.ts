import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { configDefaults, defineConfig } from 'vitest/config';
import { offline } from './scripts/offline-plugin.mjs';
import { preload } from './scripts/preload-plugin.mjs';

/**
 * What the built page may load: its own files and nothing else. Images may also be `data:` (small ones that the build
 * inlines) and `blob:` (pictures that the page exports). Styles must allow `<style>` elements, for CodeMirror and the
 * dialogs' scroll lock put their rules into the page that way; scripts are files of ours, never inline. Frames are the page itself: the preview
 * of an embedded moment.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "frame-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Adds the policy to the built page; the dev server is left alone, since hot reloading needs inline scripts. */
function contentSecurityPolicy(): Plugin {
  return {
    name: 'penumbra:content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: CONTENT_SECURITY_POLICY },
        injectTo: 'head-prepend',
      },
    ],
  };
}

/** Constants stay `const` (Vite makes them `var`), so that the optimiser of V8 knows that they are: a third of the time of a fault. */
const KEEP_CONSTANTS = { output: { topLevelVar: false } };

/** All that the first view needs is one file: to ask for thirty took a slow processor 0.3 s longer. */
const FIRST_VIEW = { groups: [{ name: 'page', test: /\/src\/ui\/page\.tsx$/ }] };

export default defineConfig(({ mode }) => ({
  // Relative, so that the built page works from any folder of any static server.
  base: './',
  plugins: [react(), contentSecurityPolicy(), preload('src/ui/page.tsx'), offline()],
  worker: { format: 'es', rolldownOptions: KEEP_CONSTANTS },
  build: {
    target: 'es2023',
    sourcemap: true,
    // The one file is 630 KB before it is compressed; e2e/budget.spec.ts says how much it may be.
    chunkSizeWarningLimit: 1000,
    rolldownOptions: { output: { ...KEEP_CONSTANTS.output, codeSplitting: FIRST_VIEW } },
  },
  server: { host: '127.0.0.1' },
  test: {
    environment: 'node',
    maxWorkers: 2,
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    // `vitest run --mode long`: more random scenarios, and the tests that are too slow for every change.
    exclude: mode === 'long' ? configDefaults.exclude : [...configDefaults.exclude, '**/*.long.test.ts'],
    testTimeout: mode === 'long' ? 600_000 : 20_000,
  },
}));
