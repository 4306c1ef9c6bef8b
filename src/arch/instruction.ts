/**
 * Decoding the few instructions that guest code in a scenario is made of: moves, arithmetic on a register or on memory, short jumps,
 * `hlt`. Intel SDM vol. 2 chapters 2 and 3; AMD APM vol. 3.
 *
 *     prefixes   REX    opcode   ModRM            SIB                   displacement   immediate
 *     f0 66      40–4f  1 byte   mod reg r/m      scale index base      0, 1, 4        0, 1, 2, 4, 8
 *
 * It does not know 16-bit code, segments, two-byte opcodes, or anything but these.
 */

/** Two-operand arithmetic, in the order of bits 5..3 of its opcodes and of the reg field of 80, 81 and 83. */
const ARITHMETIC = ['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'cmp'] as const;

export type Operation =
  | (typeof ARITHMETIC)[number]
  | 'mov'
  | 'xchg'
  | 'inc'
  | 'dec'
  | 'not'
  | 'neg'
  | 'jump'
  | 'jump-if'
  | 'nop'
  | 'hlt';

/** An operand in memory: base + index × scale + displacement; a register of -1 counts as 0. */
export interface MemoryOperand {
  readonly base: number;
  readonly index: number;
  readonly scale: number;
  /** Sign-extended 32 bits. */
  readonly displacement: number;
  /** The address counts from the next instruction (RIP-relative). */
  readonly relative: boolean;
}

/** Where a value is: a register's number, in memory, or in the instruction (plain pair). */
export type Operand =
  | { readonly kind: 'register'; readonly register: number }
  | { readonly kind: 'memory'; readonly memory: MemoryOperand }
  | { readonly kind: 'immediate'; readonly hi: number; readonly lo: number };

export interface Instruction {
  readonly operation: Operation;
  /** Bytes of the instruction. */
  readonly length: number;
  /** Bytes of its operands. */
  readonly size: 1 | 2 | 4 | 8;
  readonly locked: boolean;
  readonly destination: Operand | null;
  readonly source: Operand | null;
  /** Jumps: bytes from the next instruction. */
  readonly distance: number;
  /** Conditional jumps: bits 3..0 of the opcode. */
  readonly condition: number;
}

const LOCK = 0xf0;
const OPERAND_SIZE = 0x66;
const MOST_BYTES = 15;

/** Reads an instruction's bytes one after the other. */
class Reader {
  readonly #byteAt: (index: number) => number;
  length = 0;

  constructor(byteAt: (index: number) => number) {
    this.#byteAt = byteAt;
  }

  byte(): number {
    return this.length < MOST_BYTES ? this.#byteAt(this.length++) : 0;
  }

  /** A little-endian number of 1, 2 or 4 bytes, sign-extended to 32 bits. */
  signed(bytes: number): number {
    let value = 0;
    for (let i = 0; i < bytes; i++) value |= this.byte() << (i * 8);
    const unused = 32 - bytes * 8;
    return (value << unused) >> unused;
  }
}

interface Prefixes {
  readonly locked: boolean;
  readonly narrow: boolean;
  readonly rex: number;
}

/**
 * Decodes the instruction whose bytes `byteAt` gives (0: the first; asked in order, each once). Null for one that is not known.
 * @param bits64 64-bit code; else 32-bit
 */
export function decode(byteAt: (index: number) => number, bits64: boolean): Instruction | null {
  const reader = new Reader(byteAt);
  let opcode = reader.byte();
  let locked = false;
  let narrow = false;
  for (; opcode === LOCK || opcode === OPERAND_SIZE; opcode = reader.byte()) {
    if (opcode === LOCK) locked = true;
    else narrow = true;
  }
  let rex = 0;
  if (bits64 && (opcode & 0xf0) === 0x40) {
    rex = opcode;
    opcode = reader.byte();
  }
  const found = decodeOpcode(reader, opcode, { locked, narrow, rex }, bits64);
  return found && { ...NONE, ...found, locked, length: reader.length };
}

const NONE = { size: 1, destination: null, source: null, distance: 0, condition: 0 } as const;

type Found = Pick<Instruction, 'operation'> & Partial<Instruction>;

function decodeOpcode(reader: Reader, opcode: number, prefixes: Prefixes, bits64: boolean): Found | null {
  const size = operandSize(opcode, prefixes);
  if (opcode === 0xf4) return { operation: 'hlt' };
  if (opcode === 0x90) return { operation: 'nop' };
  if (opcode === 0xeb) return { operation: 'jump', distance: reader.signed(1) };
  if ((opcode & 0xf0) === 0x70)
    return { operation: 'jump-if', condition: opcode & 0xf, distance: reader.signed(1) };
  if (opcode >= 0xb8 && opcode <= 0xbf) return moveToRegister(reader, opcode, prefixes, size);
  if (!bits64 && (opcode & 0xf0) === 0x40)
    return {
      operation: opcode & 8 ? 'dec' : 'inc',
      size,
      destination: { kind: 'register', register: opcode & 7 },
    };
  return decodeModRM(reader, opcode, prefixes, size, bits64);
}

/** Bytes of the operands: opcodes with bit 0 clear work on bytes, others on 8, 2 or 4 by their prefixes. */
function operandSize(opcode: number, { narrow, rex }: Prefixes): Instruction['size'] {
  const isByte = !(opcode & 1) && !(opcode >= 0xb8 && opcode <= 0xbf) && (opcode & 0xf0) !== 0x40;
  if (isByte) return 1;
  return rex & 8 ? 8 : narrow ? 2 : 4;
}

/** B8+r: the one instruction with an immediate of 8 bytes. */
function moveToRegister(reader: Reader, opcode: number, { rex }: Prefixes, size: Instruction['size']): Found {
  const lo = reader.signed(size === 8 ? 4 : size);
  const hi = size === 8 ? reader.signed(4) : 0;
  const register = (opcode & 7) | (rex & 1 ? 8 : 0);
  return {
    operation: 'mov',
    size,
    destination: { kind: 'register', register },
    source: { kind: 'immediate', hi, lo },
  };
}

function decodeModRM(
  reader: Reader,
  opcode: number,
  { rex }: Prefixes,
  size: Instruction['size'],
  bits64: boolean,
): Found | null {
  const form = FORMS[opcode];
  if (form === undefined) return null;
  const modRM = reader.byte();
  const field = (modRM >> 3) & 7;
  const operation = form.operations[form.operations.length === 1 ? 0 : field];
  if (operation === undefined || operation === null) return null;
  const rm = readRM(reader, modRM, rex, bits64);
  const register: Operand = { kind: 'register', register: field | (rex & 4 ? 8 : 0) };
  // Without REX, bytes 4 to 7 are the second bytes of the first four registers.
  if (
    size === 1 &&
    rex === 0 &&
    (isHighByte(rm) ||
      (form.operands.includes(',r') && isHighByte(register)) ||
      (form.operands === 'r,rm' && isHighByte(register)))
  )
    return null;
  switch (form.operands) {
    case 'rm,r':
      return { operation, size, destination: rm, source: register };
    case 'r,rm':
      return { operation, size, destination: register, source: rm };
    case 'rm':
      return { operation, size, destination: rm };
    case 'rm,imm':
      return { operation, size, destination: rm, source: immediate(reader, Math.min(size, 4)) };
    case 'rm,imm8':
      return { operation, size, destination: rm, source: immediate(reader, 1) };
  }
}

const isHighByte = (operand: Operand): boolean => operand.kind === 'register' && operand.register >= 4;

function immediate(reader: Reader, bytes: number): Operand {
  const lo = reader.signed(bytes);
  return { kind: 'immediate', hi: lo >> 31, lo };
}

function readRM(reader: Reader, modRM: number, rex: number, bits64: boolean): Operand {
  const mod = modRM >> 6;
  const rm = modRM & 7;
  const high = rex & 1 ? 8 : 0;
  if (mod === 3) return { kind: 'register', register: rm | high };
  let base = rm | high;
  let index = -1;
  let scale = 1;
  if (rm === 4) {
    const sib = reader.byte();
    const register = ((sib >> 3) & 7) | (rex & 2 ? 8 : 0);
    scale = 1 << (sib >> 6);
    if (register !== 4) index = register;
    base = (sib & 7) === 5 && mod === 0 ? -1 : (sib & 7) | high;
  } else if (rm === 5 && mod === 0) base = -1;
  const displacement = mod === 1 ? reader.signed(1) : mod === 2 || base === -1 ? reader.signed(4) : 0;
  const relative = bits64 && rm === 5 && mod === 0;
  return { kind: 'memory', memory: { base, index, scale, displacement, relative } };
}

interface Form {
  /** One, or one for each value of the reg field (null: not known). */
  readonly operations: readonly (Operation | null)[];
  readonly operands: 'rm,r' | 'r,rm' | 'rm' | 'rm,imm' | 'rm,imm8';
}

/** Opcodes with a ModRM byte. `00` is left out: it is what empty memory holds. */
const FORMS: Readonly<Record<number, Form>> = {
  ...Object.fromEntries(
    ARITHMETIC.flatMap((operation, i) => [
      ...(i === 0 ? [] : [[i * 8, { operations: [operation], operands: 'rm,r' }] as const]),
      [i * 8 + 1, { operations: [operation], operands: 'rm,r' }] as const,
      [i * 8 + 2, { operations: [operation], operands: 'r,rm' }] as const,
      [i * 8 + 3, { operations: [operation], operands: 'r,rm' }] as const,
    ]),
  ),
  128: { operations: ARITHMETIC, operands: 'rm,imm8' },
  129: { operations: ARITHMETIC, operands: 'rm,imm' },
  131: { operations: ARITHMETIC, operands: 'rm,imm8' },
  134: { operations: ['xchg'], operands: 'rm,r' },
  135: { operations: ['xchg'], operands: 'rm,r' },
  136: { operations: ['mov'], operands: 'rm,r' },
  137: { operations: ['mov'], operands: 'rm,r' },
  138: { operations: ['mov'], operands: 'r,rm' },
  139: { operations: ['mov'], operands: 'r,rm' },
  198: { operations: ['mov', null], operands: 'rm,imm' },
  199: { operations: ['mov', null], operands: 'rm,imm' },
  246: { operations: [null, null, 'not', 'neg'], operands: 'rm' },
  247: { operations: [null, null, 'not', 'neg'], operands: 'rm' },
  254: { operations: ['inc', 'dec'], operands: 'rm' },
  255: { operations: ['inc', 'dec'], operands: 'rm' },
};
