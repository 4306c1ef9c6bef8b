// A plugin of the build: the document itself names all that a module needs which its entry imports later, so that the browser
// asks for everything at once.

/** @typedef {import('vite').Rollup.OutputBundle} Bundle */
/** @typedef {import('vite').Rollup.OutputChunk} Chunk */

/**
 * A chunk and all that it imports, the imported ones first.
 * @param {Bundle} bundle
 * @param {string} file
 * @param {Set<Chunk>} found
 */
function withImports(bundle, file, found = new Set()) {
  const chunk = bundle[file];
  if (chunk?.type !== 'chunk' || found.has(chunk)) return found;
  for (const imported of chunk.imports) withImports(bundle, imported, found);
  return found.add(chunk);
}

/**
 * @param {string} module path of the module's source, from the project's folder
 * @returns {import('vite').Plugin}
 */
export function preload(module) {
  return {
    name: 'penumbra:preload',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        if (!bundle) return html;
        const entry = Object.values(bundle).find(
          (part) => part.type === 'chunk' && part.moduleIds.some((id) => id.endsWith(`/${module}`)),
        );
        if (!entry) throw new Error(`nothing was built of ${module}`);
        const chunks = [...withImports(bundle, entry.fileName)].filter(
          ({ fileName }) => !html.includes(`./${fileName}"`),
        );
        const styles = new Set(chunks.flatMap(({ viteMetadata }) => [...(viteMetadata?.importedCss ?? [])]));
        return [
          ...chunks.map(({ fileName }) => link('modulepreload', fileName)),
          ...[...styles].map((fileName) => link('stylesheet', fileName)),
        ];
      },
    },
  };
}

/**
 * @param {string} rel
 * @param {string} fileName
 * @returns {import('vite').HtmlTagDescriptor}
 */
const link = (rel, fileName) => ({
  tag: 'link',
  attrs: { rel, crossorigin: true, href: `./${fileName}` },
  injectTo: 'head',
});
