/*
 * Page walks in C, for walk.bench.ts to compare with. Each mode has a function of its own in which the compiler knows the mode's
 * shape; all of the mode's rules are there: large pages, reserved bits, rights, WP, SMEP, SMAP, NX, A and D flags. With
 * -DBARE a walk knows 4 KiB pages and the rights W, U and NX only: less than any machine does, and the least there is.
 *
 *     walk MODE PAGES MILLISECONDS      MODE: 32 pae 4 5 4x4
 *
 * prints the fastest pass over the stream in nanoseconds a walk, the sum over what the walks found, and the A and D flags they left.
 * Tables and stream are those of walk-tables.ts.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef uint64_t u64;
typedef uint32_t u32;

enum { P = 1, W = 2, U = 4, FETCH = 0x10, A = 0x20, D = 0x40, PS = 0x80 };
#define NX (1ull << 63)
#define ADDRESS 0x000ffffffffff000ull
#define MAXPHYADDR 40
#define NOWHERE (~0ull)
#define rare(condition) __builtin_expect(!!(condition), 0)

#ifdef BARE
enum { RULES = 0 };
#else
enum { RULES = 1 };
#endif

enum { OK, NOT_PRESENT, RESERVED, REFUSED, NESTED };

struct result {
  u64 frame;
  u32 level, nested_level, rights;
};

struct machine {
  u64 *memory;
  u64 root, nested_root, pointers[4];
  u32 wp, smep, smap;
};

static inline u64 frame_of(u64 entry) { return (entry & ADDRESS) >> 12; }

/* Bits that must be clear in an entry of a level, beside those of tables of 4-byte entries. */
static inline u64 reserved_bits(int level, int leaf) {
  u64 address = ADDRESS & ~((1ull << MAXPHYADDR) - 1);
  if (!RULES) return address;
  if (level >= 4) return address | 0x180;
  if (!leaf || level == 1) return address;
  return address | (level == 2 ? 0x1fe000 : 0x3fffe000);
}

static inline int is_leaf(u64 entry, int level) {
  return level == 1 || (RULES && level < 4 && rare(entry & PS));
}

/* Through the nested tables: from a guest frame to a host frame, or NOWHERE. */
static inline u64 translate(const struct machine *m, u64 gfn, u64 need, u64 forbidden, struct result *r) {
  u64 table = m->nested_root, all = ~0ull, any = 0, entry = 0, *at = 0;
  int level;
#pragma GCC unroll 4
  for (level = 4; level > 0; level--) {
    at = &m->memory[(table << 9) + ((gfn >> (9 * (level - 1))) & 511)];
    entry = *at;
    if (rare(!(entry & P))) return NOWHERE;
    all &= entry;
    any |= entry;
    if (rare(entry & reserved_bits(level, is_leaf(entry, level)))) return NOWHERE;
    if (is_leaf(entry, level)) break;
    if (rare(!(entry & A))) *at = entry | A;
    table = frame_of(entry);
  }
  if (rare((need & ~all) | (forbidden & any))) return NOWHERE;
  u64 wanted = need & W ? A | D : A;
  if ((entry & wanted) != wanted) *at = entry | wanted;
  r->nested_level = level;
  u64 within = (1ull << (9 * (level - 1))) - 1;
  return (frame_of(entry) & ~within) | (gfn & within);
}

static inline int allows(const struct machine *m, u64 all, u64 any, u32 access, u32 ac) {
  if (access & FETCH && any & NX) return 0;
  if (!RULES || access & U) return !(access & (U | W) & ~all);
  if (access & W && !(all & W) && m->wp) return 0;
  if (m->smep && access & FETCH && all & U) return 0;
  return !(m->smap && !(access & FETCH) && all & U && !ac);
}

static inline int walk(const struct machine *m, u64 address, u32 access, u32 ac, struct result *r, const int levels,
                       const int nested) {
  u64 table = m->root, all = ~0ull, any = 0, entry = 0, *at = 0;
  int level, top = levels;
  if (levels == 3) {
    u64 pointer = m->pointers[address >> 30 & 3];
    if (rare(!(pointer & P))) return NOT_PRESENT;
    table = frame_of(pointer);
    top = 2;
  }
#pragma GCC unroll 5
  for (level = top; level > 0; level--) {
    if (nested) {
      table = translate(m, table, U | W, 0, r);
      if (rare(table == NOWHERE)) return NESTED;
    }
    at = &m->memory[(table << 9) + ((address >> (12 + 9 * (level - 1))) & 511)];
    entry = *at;
    if (rare(!(entry & P))) return NOT_PRESENT;
    all &= entry;
    any |= entry;
    if (rare(entry & reserved_bits(level, is_leaf(entry, level)))) return RESERVED;
    if (is_leaf(entry, level)) break;
    if (rare(!(entry & A))) *at = entry | A;
    table = frame_of(entry);
  }
  if (rare(!allows(m, all, any, access, ac))) return REFUSED;
  u64 wanted = access & W ? A | D : A;
  if ((entry & wanted) != wanted) *at = entry | wanted;
  u64 within = (1ull << (9 * (level - 1))) - 1;
  u64 frame = (frame_of(entry) & ~within) | (address >> 12 & within);
  r->level = level;
  r->rights = (all & (W | U)) | (any & NX ? 0 : 1);
  if (nested) {
    frame = translate(m, frame, U | (access & W), access & FETCH ? NX : 0, r);
    if (rare(frame == NOWHERE)) return NESTED;
  }
  r->frame = frame;
  return OK;
}

/* 4-byte entries, two levels; PSE-36 has 8 bits. */
static inline int walk_narrow(const struct machine *m, u64 address, u32 access, u32 ac, struct result *r) {
  u32 *directory = (u32 *)&m->memory[m->root << 9] + (address >> 22), upper = *directory;
  if (rare(!(upper & P))) return NOT_PRESENT;
  u32 *at = directory, entry = upper;
  u64 within = 0x3ff;
  if (!RULES || !rare(upper & PS)) {
    if (rare(!(upper & A))) *directory = upper | A;
    at = (u32 *)&m->memory[(u64)(upper >> 12) << 9] + (address >> 12 & 0x3ff);
    entry = *at;
    within = 0;
    if (rare(!(entry & P))) return NOT_PRESENT;
  } else if (rare(entry & 1 << 21)) return RESERVED;
  if (rare(!allows(m, upper & entry, 0, access, ac))) return REFUSED;
  u32 wanted = access & W ? A | D : A;
  if ((entry & wanted) != wanted) *at = entry | wanted;
  u64 frame = entry >> 12;
  if (within) frame = (frame & 0xffc00) | (u64)(entry >> 13 & 0xff) << 20;
  r->frame = frame | (address >> 12 & within);
  r->level = within ? 2 : 1;
  r->rights = (upper & entry & (W | U)) | 1;
  return OK;
}

#define PARAMETERS const struct machine *m, u64 address, u32 access, u32 ac, struct result *r
#define MODE(name, call) \
  __attribute__((noinline)) static int name(PARAMETERS) { return call; }
MODE(walk_32, walk_narrow(m, address, access, ac, r))
MODE(walk_pae, walk(m, address, access, ac, r, 3, 0))
MODE(walk_4, walk(m, address, access, ac, r, 4, 0))
MODE(walk_5, walk(m, address, access, ac, r, 5, 0))
MODE(walk_4x4, walk(m, address, access, ac, r, 4, 1))

static const struct mode {
  const char *name;
  int levels, nested;
  u64 base;
  int (*walk)(PARAMETERS);
} MODES[] = {
    {"32", 2, 0, 0x40000000, walk_32},      {"pae", 3, 0, 0x40000000, walk_pae},
    {"4", 4, 0, 0x7f0000000000, walk_4},    {"5", 5, 0, 0x7f0000000000, walk_5},
    {"4x4", 4, 1, 0x7f0000000000, walk_4x4},
};

/* Tables, as in walk-tables.ts: the frames of `pages` pages, then the tables as they are needed. */
static u64 frames;

static void put(struct machine *m, u64 table, u64 index, u64 entry, int bytes) {
  if (bytes == 8) m->memory[(table << 9) + index] = entry;
  else ((u32 *)&m->memory[table << 9])[index] = (u32)entry;
}

static u64 get(struct machine *m, u64 table, u64 index, int bytes) {
  return bytes == 8 ? m->memory[(table << 9) + index] : ((u32 *)&m->memory[table << 9])[index];
}

static void map(struct machine *m, u64 root, int levels, int bytes, u64 page, u64 leaf) {
  u64 table = root;
  int width = bytes == 8 ? 9 : 10;
  for (int level = levels; level > 1; level--) {
    u64 index = page >> (width * (level - 1)) & ((1 << width) - 1);
    u64 entry = get(m, table, index, bytes);
    if (!(entry & P)) {
      u64 rights = levels == 3 && level == 3 ? P : P | W | U;
      put(m, table, index, entry = frames++ << 12 | rights, bytes);
    }
    table = frame_of(entry);
  }
  put(m, table, page & ((1 << width) - 1), leaf, bytes);
}

static void build(struct machine *m, const struct mode *mode, u32 pages) {
  int bytes = mode->levels == 2 ? 4 : 8;
  frames = pages;
  m->root = frames++;
  for (u32 i = 0; i < pages; i++) {
    u64 rights = P | U | (i % 16 == 5 ? 0 : W) | (i % 32 == 9 && bytes == 8 ? NX : 0);
    map(m, m->root, mode->levels, bytes, (mode->base >> 12) + i, (u64)(i * 48271u & (pages - 1)) << 12 | rights);
  }
  for (int i = 0; i < 4; i++) m->pointers[i] = get(m, m->root, i, 8);
  u64 end = frames;
  m->nested_root = frames++;
  if (!mode->nested) return;
  for (u64 gfn = 0; gfn < end; gfn++) {
    u64 host = gfn < pages ? (u32)gfn * 40503u & (pages - 1) : gfn;
    map(m, m->nested_root, 4, 8, gfn, host << 12 | P | W | U);
  }
}

/* A or D flags of 8 bytes of tables, one flag after the other. */
static void each_flag(struct machine *m, u32 pages, int narrow, u64 *a, u64 *d, int clear) {
  u64 both = narrow ? 0x6000000060ull : 0x60;
  for (u64 at = (u64)pages << 9; at < frames << 9; at++) {
    u64 flags = m->memory[at] & both;
    *a += __builtin_popcountll(flags & 0x2000000020ull);
    *d += __builtin_popcountll(flags & 0x4000000040ull);
    if (clear) m->memory[at] &= ~both;
  }
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  const struct mode *mode = MODES;
  while (strcmp(mode->name, arguments[1])) mode++;
  u32 pages = atoi(arguments[2]);
  double end = now() + atof(arguments[3]) * 1e6, best = 1e18;
  struct machine m = {.wp = 1};
  m.memory = calloc((u64)pages + pages / 100 + 64, 4096);
  build(&m, mode, pages);
  u64 *stream = malloc(8ull * pages), sum = 0, a = 0, d = 0;
  for (u32 i = 0; i < pages; i++) {
    u32 page = (u32)(i * 0x9e3779b1ull + 12345) & (pages - 1), kind = i * 2654435761u >> 28;
    stream[i] = mode->base + ((u64)page << 12) + (U | (kind < 4 ? W : kind == 4 ? FETCH : 0));
  }
  while (now() < end) {
    struct result r = {0};
    u64 faults = 0;
    each_flag(&m, pages, mode->levels == 2, &a, &d, 1);
    sum = 0;
    double start = now();
    for (u32 i = 0; i < pages; i++) {
      if (mode->walk(&m, stream[i] & ~0xfffull, stream[i] & 0xfff, 0, &r) == OK) sum += r.frame ^ (i & 0xff);
      else faults++;
    }
    double time = now() - start;
    if (time < best) best = time;
    sum = sum * 16 + faults;
  }
  a = d = 0;
  each_flag(&m, pages, mode->levels == 2, &a, &d, 0);
  printf("{\"ns\":%.3f,\"sum\":%llu,\"a\":%llu,\"d\":%llu}\n", best / pages, (unsigned long long)sum,
         (unsigned long long)a, (unsigned long long)d);
  return 0;
}
