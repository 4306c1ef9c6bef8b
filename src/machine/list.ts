/**
 * Doubly linked lists in the machine's words. A node is two words, next and previous; a head is a node too, and an empty
 * list's head points at itself. A node that is in no list has 0 in both.
 */
import type { Machine } from './words.ts';

/** Makes `head` an empty list. */
export function initList(m: Machine, head: number): void {
  m.set(head, head);
  m.set(head + 1, head);
}

/** Puts `node` first. */
export function addFirst(m: Machine, head: number, node: number): void {
  insert(m, node, head, m.get(head));
}

/** Puts `node` last. */
export function addLast(m: Machine, head: number, node: number): void {
  insert(m, node, m.get(head + 1), head);
}

/** Takes `node` out of its list. */
export function remove(m: Machine, node: number): void {
  const next = m.get(node);
  const previous = m.get(node + 1);
  m.set(previous, next);
  m.set(next + 1, previous);
  m.set(node, 0);
  m.set(node + 1, 0);
}

function insert(m: Machine, node: number, previous: number, next: number): void {
  m.set(node, next);
  m.set(node + 1, previous);
  m.set(previous, node);
  m.set(next + 1, node);
}
