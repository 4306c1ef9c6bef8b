/**
 * The calls of a step as lines, in the shape that the kernel's function_graph tracer gives them: what a call leads to stands
 * indented below it, events as comments where they happened, equal neighbours once with how often they come.
 */
import { EVENT } from '#machine/events.ts';
import type { LogReader } from '#machine/log-reader.ts';

/**
 * open: `name() {`, close: `}`, leaf: `name();`, event: an event within or between calls.
 */
export type CallLineKind = 'open' | 'close' | 'leaf' | 'event';

export interface CallLine {
  readonly kind: CallLineKind;
  readonly depth: number;
  /** Name of the function; empty for an event. */
  readonly name: string;
  /** How many equal neighbours it stands for. */
  readonly times: number;
  /** Where a click leads: the call, the return, the event. */
  readonly event: number;
  /** The last event that it and what is in it stand for. */
  readonly last: number;
}

interface Call {
  readonly name: string;
  readonly from: number;
  to: number;
  times: number;
  readonly children: (Call | number)[];
  /** The call and all it leads to, as one word; calls with equal words look alike. Empty with an event in it. */
  shape: string;
}

const newCall = (name: string, from: number): Call => ({
  name,
  from,
  to: from,
  times: 1,
  children: [],
  shape: '',
});

const isCallNode = (node: Call | number): node is Call => typeof node !== 'number';

/** The call is over: works out its shape, and joins it with the one before it if they look alike. */
function close(call: Call, to: number, siblings: (Call | number)[]): void {
  call.to = to;
  const isSilent = call.children.every((child) => isCallNode(child) && child.shape !== '');
  if (isSilent) {
    const inner = call.children.filter(isCallNode).map(({ shape, times }) => `${shape}*${times}`);
    call.shape = `${call.name}(${inner.join()})`;
  }
  const neighbour = siblings.at(-2);
  if (neighbour === undefined || !isCallNode(neighbour) || neighbour.shape === '') return;
  if (neighbour.shape !== call.shape) return;
  neighbour.times++;
  neighbour.to = to;
  siblings.pop();
}

/** The tree of the events from `start` up to `end` (not included). A call that does not return ends with the last of them. */
function treeOf(reader: LogReader, start: number, end: number): (Call | number)[] {
  const roots: (Call | number)[] = [];
  const open: Call[] = [];
  const siblings = (): (Call | number)[] => open.at(-1)?.children ?? roots;
  const leave = (index: number): void => {
    const call = open.pop();
    if (call) close(call, index, siblings());
  };
  for (let index = start; index < end; index++) {
    const kind = reader.kind(index);
    if (kind === EVENT.call) {
      const call = newCall(reader.text(reader.payload(index, 0)), index);
      siblings().push(call);
      open.push(call);
    } else if (kind === EVENT.return) leave(index);
    else siblings().push(index);
  }
  while (open.length > 0) leave(end - 1);
  return roots;
}

function write(
  nodes: readonly (Call | number)[],
  depth: number,
  onlyTelling: boolean,
  lines: CallLine[],
): void {
  for (const node of nodes) {
    if (!isCallNode(node)) {
      lines.push({ kind: 'event', depth, name: '', times: 1, event: node, last: node });
      continue;
    }
    if (onlyTelling && node.shape !== '') continue;
    const { name, times, from, to, children } = node;
    const line = { depth, name, times, event: from, last: to };
    if (children.length === 0) {
      lines.push({ kind: 'leaf', ...line });
      continue;
    }
    lines.push({ kind: 'open', ...line });
    write(children, depth + 1, onlyTelling, lines);
    lines.push({ kind: 'close', ...line, event: to });
  }
}

/**
 * The lines of a step (-1: what comes before the first).
 * @param onlyTelling leaves out calls in which no event happens
 */
export function callLines(reader: LogReader, step: number, onlyTelling: boolean): readonly CallLine[] {
  const start = step < 0 ? 0 : reader.stepStart(step);
  const lines: CallLine[] = [];
  write(treeOf(reader, start, reader.stepEnd(step)), 0, onlyTelling, lines);
  return lines;
}

/** Whether the events that a line stands for include `event`. */
const spans = (line: CallLine, event: number): boolean => line.event <= event && event <= line.last;

/** The line that the event at the cursor stands in: its own, or else the call that it belongs to; -1 if there is none. */
export function lineAt(lines: readonly CallLine[], cursor: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((lines[middle] as CallLine).event <= cursor) low = middle + 1;
    else high = middle;
  }
  const nearest = low - 1;
  for (let at = nearest; at >= 0; at--) {
    const line = lines[at] as CallLine;
    if (line.kind !== 'close' ? spans(line, cursor) : line.event === cursor) return at;
  }
  return nearest;
}

/** The lines of the calls that a line stands in, the innermost first; a call's own line is one of them. */
export function pathTo(lines: readonly CallLine[], at: number): readonly number[] {
  const start = lines[at];
  if (!start) return [];
  const path = start.kind === 'leaf' ? [at] : [];
  let depth = start.kind === 'open' || start.kind === 'close' ? start.depth + 1 : start.depth;
  for (let index = at; index >= 0 && depth > 0; index--) {
    const line = lines[index] as CallLine;
    if (line.kind !== 'open' || line.depth !== depth - 1) continue;
    path.push(index);
    depth--;
  }
  return path;
}

/** The line of the call of a function that is nearest to line `at`; -1 where the step does not call it. */
export function callNear(lines: readonly CallLine[], at: number, name: string): number {
  let nearest = -1;
  lines.forEach((line, index) => {
    if (name === '' || line.name !== name || line.kind === 'close') return;
    if (nearest < 0 || Math.abs(index - at) < Math.abs(nearest - at)) nearest = index;
  });
  return nearest;
}
