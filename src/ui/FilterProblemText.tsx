import type { FilterProblem } from '#trace/filter/problem.ts';
import { Prose } from '#ui/design/Prose.tsx';
import { useWords } from '#ui/words/language.ts';
import { explain } from '#ui/words/text.ts';

/** Why a text is no filter, with the part of it that is meant. */
export function FilterProblemText({
  id,
  text,
  problem,
}: {
  readonly id?: string;
  readonly text: string;
  readonly problem: FilterProblem;
}) {
  const words = useWords();
  return (
    <div className="filter-problem" id={id} role="status">
      <code>
        {text.slice(0, problem.from)}
        <mark>{text.slice(problem.from, problem.to) || ' '}</mark>
        {text.slice(problem.to)}
      </code>
      <p>
        <Prose text={explain(words.search.problems, problem)} />
      </p>
    </div>
  );
}
