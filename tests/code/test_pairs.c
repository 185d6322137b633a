/* Pairs against a model, and against somebody who knows how they are mixed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "../memory.h"
#include "code/text.h"

static uint64_t seed = 7;
static uint32_t random32(void) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(seed >> 33);
}

/* Few different pairs, so that most are met again. */
static uint32_t some_a(void) { return random32() % 40; }
static uint64_t some_b(void) { return (uint64_t)(random32() % 4) << 32 | random32() % 30; }

static void pairs_keep_their_numbers_and_go_in_the_opposite_order(void **unused) {
  (void)unused;
  static struct { uint32_t a; uint64_t b; } model[5000];
  Pairs p;
  size_t count = 0;
  pairs_init(&p, plain_memory());
  assert_int_equal(pairs_find(&p, 0, 0), 0);
  for (int step = 0; step < 20000; step++) {
    uint32_t a = some_a(), want = 0;
    uint64_t b = some_b();
    for (uint32_t i = 0; i < count; i++)
      if (model[i].a == a && model[i].b == b) want = i + 1;
    assert_int_equal(pairs_find(&p, a, b), want);
    if (!want) {
      model[count].a = a, model[count].b = b;
      want = (uint32_t)++count;
    }
    assert_int_equal(pairs_add(&p, a, b, want + 100), want);
    assert_int_equal(pairs_add(&p, a, b, 1), want); /* what is there keeps its value */
    assert_int_equal(pairs_value(&p, want), want + 100);
    if (step % 1000 == 999) pairs_cut(&p, count /= 2);
  }
  pairs_free(&p);
}

static void strings_differ_by_length_and_by_every_byte(void **unused) {
  (void)unused;
  static const char *const texts[] = {"", "\0", "\0\0", "a", "a\0", "abcdefg", "abcdefgh", "abcdefgh\0", "abcdefghi", "abcdefghj", "bbcdefghj"};
  static const size_t lengths[] = {0, 1, 2, 1, 2, 7, 8, 9, 9, 9, 9};
  enum { N = sizeof lengths / sizeof lengths[0] };
  Pairs p;
  uint32_t numbers[N];
  pairs_init(&p, plain_memory());
  for (int i = 0; i < N; i++) {
    assert_int_equal(pairs_find_bytes(&p, texts[i], lengths[i]), 0);
    numbers[i] = pairs_add_bytes(&p, texts[i], lengths[i]);
    for (int k = 0; k < i; k++) assert_int_not_equal(numbers[i], numbers[k]);
  }
  for (int i = 0; i < N; i++) assert_int_equal(pairs_find_bytes(&p, texts[i], lengths[i]), numbers[i]);
  pairs_free(&p);
}

/* -- somebody who knows the mix -- */

static uint64_t inverse(uint64_t odd) { /* modulo 2^64, by Newton's method: each turn doubles the right bits */
  uint64_t x = odd;
  for (int i = 0; i < 5; i++) x *= 2 - odd * x;
  return x;
}

/* The `b` that makes the 64 mixed bits of (a, b) what is wished. */
static uint64_t collide(uint32_t a, uint64_t bits) {
  bits ^= bits >> 32;
  bits *= inverse(0xd6e8feb86659fd93);
  bits ^= bits >> 32;
  return bits - a * (uint64_t)0x9e3779b97f4a7c15;
}

/* The longest way from a head to a pair; in `mean` the mean way in hundredths. */
static uint32_t longest(const Pairs *p, uint64_t *mean) {
  uint32_t *depth = calloc(p->nodes.count + 1, sizeof *depth), most = 0;
  *mean = 0;
  for (uint32_t n = 1; n <= p->nodes.count; n++) { /* children come later */
    if (!depth[n]) depth[n] = 1;
    for (int i = 0; i < 2; i++) depth[pairs_node(p, n)->next[i]] = depth[n] + 1;
    *mean += depth[n];
    if (depth[n] > most) most = depth[n];
  }
  *mean = *mean * 100 / p->nodes.count;
  free(depth);
  return most;
}

enum { MANY = 300000 };

static void no_choice_of_pairs_makes_a_long_way(void **unused) {
  (void)unused;
  Pairs p;
  uint64_t mean;
  pairs_init(&p, plain_memory());
  for (uint32_t a = 0; a < MANY; a++) assert_int_equal(pairs_add(&p, a, collide(a, 0x123456789abcdef0), a), a + 1);
  for (uint32_t a = 0; a < MANY; a++) assert_int_equal(pairs_find(&p, a, collide(a, 0x123456789abcdef0)), a + 1);
  uint32_t most = longest(&p, &mean);
  assert_in_range(most, 65, 97); /* all 64 bits were the same indeed */
  pairs_cut(&p, 1);
  assert_int_equal(pairs_find(&p, 0, collide(0, 0x123456789abcdef0)), 1);
  assert_int_equal(pairs_find(&p, 1, collide(1, 0x123456789abcdef0)), 0);
  pairs_free(&p);
}

static void what_nobody_chose_is_found_in_two_steps(void **unused) {
  (void)unused;
  for (int dense = 0; dense < 2; dense++) {
    Pairs p;
    uint64_t mean;
    pairs_init(&p, plain_memory());
    for (uint32_t i = 0; i < MANY; i++) assert_int_equal(dense ? pairs_add(&p, i / 16, i % 16, 0) : pairs_add(&p, random32(), i, 0), i + 1);
    assert_in_range(longest(&p, &mean), 2, 24);
    assert_in_range(mean, 100, 200);
    pairs_free(&p);
  }
}

/* What the assembler and the disassembler number is behind the same pairs. */
static void interned_strings_have_numbers_in_order(void **unused) {
  (void)unused;
  Intern in;
  size_t n;
  intern_init(&in, plain_memory());
  for (uint32_t i = 0; i < MANY; i++) {
    uint64_t text = i;
    assert_int_equal(intern_add(&in, &text, sizeof text), i);
  }
  for (uint32_t i = 0; i < MANY; i++) {
    uint64_t text = i;
    assert_int_equal(intern_find(&in, &text, sizeof text), i);
    assert_memory_equal(intern_text(&in, i, &n), &text, sizeof text);
    assert_int_equal(n, sizeof text);
  }
  uint64_t other = MANY;
  assert_int_equal(intern_find(&in, &other, sizeof other), INTERN_NONE);
  assert_int_equal(intern_find(&in, &other, 3), INTERN_NONE);
  intern_free(&in);
}

static void memory_may_run_out_at_any_pair(void **unused) {
  (void)unused;
  for (size_t fail_at = 1; fail_at < 40; fail_at++) {
    CountedMemory world = {.fail_at = fail_at};
    Pairs p;
    uint32_t n = 0;
    pairs_init(&p, counted_memory(&world));
    while (n < 4000 && pairs_add(&p, n, n, n)) n++;
    for (uint32_t i = 0; i < 4000; i++) assert_int_equal(pairs_find(&p, i, i), i < n ? i + 1 : 0);
    pairs_cut(&p, n / 2);
    for (uint32_t i = 0; i < n; i++) assert_int_equal(pairs_find(&p, i, i), i < n / 2 ? i + 1 : 0);
    pairs_free(&p);
    assert_int_equal(world.outstanding, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pairs_keep_their_numbers_and_go_in_the_opposite_order), cmocka_unit_test(strings_differ_by_length_and_by_every_byte),
      cmocka_unit_test(no_choice_of_pairs_makes_a_long_way), cmocka_unit_test(what_nobody_chose_is_found_in_two_steps),
      cmocka_unit_test(interned_strings_have_numbers_in_order), cmocka_unit_test(memory_may_run_out_at_any_pair),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
