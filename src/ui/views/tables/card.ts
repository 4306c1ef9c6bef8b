/** A table in the drawing. Lengths in CSS pixels. */
import type { AtlasEntry } from '#hypervisor/atlas.ts';
import type { ShownNode } from './tree.ts';

export const HEADER_HEIGHT = 24;
export const ROW_HEIGHT = 18;

export interface Card extends ShownNode {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Its entries but for those that are folded away. */
  readonly shown: readonly AtlasEntry[];
  readonly isNew: boolean;
}
