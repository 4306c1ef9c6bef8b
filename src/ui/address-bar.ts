/** The whole moment in the address bar: written a little after every change, read when the page opens or the hash changes. */
import { create } from 'zustand';
import { decodeMoment, encodeMoment } from '#scenario/link.ts';
import { textOf } from '#scenario/messages.ts';
import { MOST_CHARACTERS } from '#trace/filter/parse.ts';
import { noteRecent } from '#ui/opening/recents.ts';
import { titleOf } from '#ui/opening/title.ts';
import { isNarrow } from '#ui/panes/screen-room.ts';
import { useLanguage } from '#ui/words/language.ts';
import {
  type Arrangement,
  arrangementText,
  DEFAULT_ARRANGEMENT,
  PRESETS,
  parseArrangement,
} from './arrangement.ts';
import { cleanText } from './clean-text.ts';
import { continueDraft, drafts } from './drafts.ts';
import { isEmbedded } from './embed.ts';
import { examplesIn, firstExample } from './examples.ts';
import { logHash, logHashing, type Run } from './moment.ts';
import { notesText, parseNotes, setNotes, useNotes } from './notes.ts';
import { parsePlace, placeText } from './place.ts';
import { search, useSearch } from './search.ts';
import { herePlace, openText, useSession } from './session.ts';
import { parseStops, setStops, stopsText, useStops } from './stops.ts';
import { tell, useStudio } from './store.ts';

/** Changes only when the engine's events do: a link from another one is compared with what is seen here. */
const ENGINE_VERSION = '0.1';

/** Browsers allow few changes of the address: milliseconds of rest before one. */
const REST = 350;

/** The run and the event that the present moment's hash is of; null while there is no run of the present text. */
function hashed(): readonly [Run, number] | null {
  const { text, cursor } = useStudio.getState();
  const { run } = useSession.getState();
  return run?.text === text ? [run, Math.min(cursor, run.reader.length - 1)] : null;
}

function presentHash(): string {
  const what = hashed();
  return what ? logHash(...what) : '';
}

/** The fragment of the present moment. @param arrangement another one than the page has @param hash of the log, where it is known */
export function momentFragment(arrangement = useStudio.getState().arrangement, hash = presentHash()): string {
  const { text, selection } = useStudio.getState();
  return encodeMoment({
    text,
    ...herePlace(),
    selection: placeText(selection),
    view: arrangementText(arrangement),
    engine: ENGINE_VERSION,
    hash,
    stops: stopsText(useStops.getState().stops),
    notes: notesText(useNotes.getState().notes),
    search: useSearch.getState().text,
  });
}

const pageAddress = (): string => location.href.replace(/[?#].*$/, '');

/** The whole address of the present moment. */
export const momentAddress = (): string => pageAddress() + momentFragment();

/** The address of the present moment for a frame in another page. */
export const embedAddress = (arrangement: Arrangement): string =>
  `${pageAddress()}?embed${momentFragment(arrangement)}`;

/** Length of the address that was written last. */
export const useAddressLength = create<{ readonly length: number }>(() => ({ length: 0 }));

function write(hash: string): void {
  const fragment = momentFragment(undefined, hash);
  history.replaceState(history.state, '', fragment);
  useAddressLength.setState({ length: pageAddress().length + fragment.length });
}

let timer: ReturnType<typeof setTimeout> | undefined;

/** Writes the address after a rest; what it takes to hash a long log is done in between other things. */
function scheduleWrite(): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const what = hashed();
    if (!what) return write('');
    const hashing = logHashing(...what);
    const goOn = (): void => {
      const step = hashing.next();
      if (step.done) write(step.value);
      else timer = setTimeout(goOn);
    };
    goOn();
  }, REST);
}

/** The arrangement that a link asks for. Where it asks for none, a narrow page has the inspector folded. */
function arrangementOf(view: string): Arrangement {
  const isFree = view === '' && isNarrow() && !isEmbedded();
  return isFree ? { ...DEFAULT_ARRANGEMENT, ...PRESETS.learn } : parseArrangement(view);
}

/** Opens what a fragment holds. A broken one leaves a message, and what was open, untouched. */
export function openFragment(fragment: string): void {
  const decoded = decodeMoment(fragment);
  if ('problem' in decoded) {
    const isFirst = useStudio.getState().text === '';
    tell({
      tone: 'problem',
      text: ({ messages, problems }) => messages.linkProblem(textOf(problems, decoded.problem), !isFirst),
    });
    if (isFirst) openText(firstExample(useLanguage.getState().words).text);
    else scheduleWrite();
    return;
  }
  const { text, step, offset, selection, view, hash, stops, notes, search: wanted } = decoded.moment;
  clearTimeout(timer);
  // The very text of a draft is that draft: the page was loaded anew.
  continueDraft(drafts().find((draft) => draft.text === text) ?? null);
  tell(null);
  useStudio.setState({ selection: parsePlace(selection), arrangement: arrangementOf(view) });
  openText(text, { step, offset, hash });
  setStops(parseStops(stops));
  setNotes(parseNotes(notes));
  // A frame has no box that would say why some events are not listed.
  search(isEmbedded() ? '' : cleanText(wanted, MOST_CHARACTERS));
  if (!examplesIn(useLanguage.getState().words).some((example) => example.text === text))
    noteRecent({ title: titleOf(text), text });
  if (useSession.getState().problems.length > 0)
    tell({ tone: 'problem', text: (words) => words.messages.problems });
}

/** Calls a function after every change of what a link carries. @returns ends that */
function onMomentChange(listener: () => void): () => void {
  const ends = [useStudio, useSession, useNotes].map((store) => store.subscribe(listener));
  ends.push(
    useStops.subscribe((now, before) => {
      if (now.stops !== before.stops) listener();
    }),
    useSearch.subscribe((now, before) => {
      if (now.text !== before.text) listener();
    }),
  );
  return () => {
    for (const end of ends) end();
  };
}

/** Opens what the address says, or the first scenario, and keeps the address up to date. */
export function startAddressBar(): void {
  if (location.hash.length > 1) openFragment(location.hash);
  else {
    useStudio.setState({ arrangement: arrangementOf('') });
    openText(firstExample(useLanguage.getState().words).text);
  }
  addEventListener('hashchange', () => openFragment(location.hash));
  onMomentChange(scheduleWrite);
}
