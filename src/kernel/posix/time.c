/* time.c -- clocks. */
#include "kernel/posix/posix.h"

#include <time.h>

int64_t posix_clock_ns(int utc) {
  struct timespec t;
  return clock_gettime(utc ? CLOCK_REALTIME : CLOCK_MONOTONIC, &t) ? -1 : (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Hosts have been seen to go back between processors, so the latest reading of any thread is kept and is the least of all that follow. */
int64_t posix_time_monotonic(Kctx *ctx, const KernelArgs *a, KernelHandle *h) {
  (void)a, (void)h;
  PosixState *s = posix_state(ctx);
  int64_t now = posix_clock_ns(0), last = atomic_load(&s->last_time);
  if (now < 0) return posix_fail(ctx);
  while (now > last && !atomic_compare_exchange_weak(&s->last_time, &last, now)) {}
  return now > last ? now : last;
}

int64_t posix_time_utc(Kctx *ctx, const KernelArgs *a, KernelHandle *h) {
  (void)a, (void)h;
  return posix_result(ctx, posix_clock_ns(1));
}
