import { useMemo, useState } from 'react';
import { ftraceText } from '#trace/ftrace.ts';
import { jsonText } from '#trace/json.ts';
import type { Run } from '#ui/moment.ts';
import { useStudio } from '#ui/store.ts';
import { useWords } from '#ui/words/language.ts';
import { CopyButton } from './CopyButton.tsx';
import { download, fileName, textFile } from './files.ts';
import { Preview } from './Preview.tsx';
import type { TabProps } from './tab.ts';

/** Lines of a file that the preview shows. */
const SHOWN = 40;

const FORMATS = ['scenario', 'ftrace', 'json'] as const;
type Format = (typeof FORMATS)[number];

const FILE: Readonly<Record<Format, { readonly suffix: string; readonly type: string }>> = {
  scenario: { suffix: 'scn', type: 'text/plain' },
  ftrace: { suffix: 'ftrace', type: 'text/plain' },
  json: { suffix: 'json', type: 'application/json' },
};

function contentOf(format: Format, run: Run): string {
  if (format === 'scenario') return useStudio.getState().text;
  const { reader, names, scenario } = run;
  return format === 'ftrace' ? ftraceText(reader, names) : jsonText(reader, names, scenario.title);
}

/** The beginning of a text, and how many lines it has besides. */
function beginning(text: string): { readonly shown: string; readonly more: number } {
  const lines = text.trimEnd().split('\n');
  return { shown: lines.slice(0, SHOWN).join('\n'), more: Math.max(0, lines.length - SHOWN) };
}

/** The scenario and the log as files. */
export function FilesTab({ moment: { run } }: TabProps) {
  const words = useWords().sharing;
  const [format, setFormat] = useState<Format>('scenario');
  const content = useMemo(() => contentOf(format, run), [format, run]);
  const { shown, more } = beginning(content);
  const { suffix, type } = FILE[format];
  return (
    <>
      <fieldset className="export-choices">
        <legend>{words.file}</legend>
        {FORMATS.map((id) => (
          <label key={id}>
            <input type="radio" name="export-format" checked={id === format} onChange={() => setFormat(id)} />{' '}
            {words.formats[id].name} <small>{words.formats[id].help}</small>
          </label>
        ))}
      </fieldset>
      <Preview>
        <pre>
          {shown}
          {more > 0 && (
            <i>{`
${words.more(more)}`}</i>
          )}
        </pre>
      </Preview>
      <p className="export-actions">
        <button
          type="button"
          className="button main"
          onClick={() => download(fileName(run.scenario.title, '', suffix), textFile(content, type))}
        >
          {words.save} .{suffix}
        </button>
        <CopyButton text={() => content} />
      </p>
    </>
  );
}
