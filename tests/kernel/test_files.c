/* Files and directories, and waiting for them, for pipes and for time. */
#include "world.h"

#include <sys/resource.h>
#include <termios.h>

static int64_t now(World *w) { return orus_time_monotonic(&w->k); }

static void a_file_is_written_read_and_measured(void **unused) {
  (void)unused;
  World *w = world_new();
  const char *path = world_path(w, "file");
  char text[16] = {0};
  int64_t info[9], h = open_file(w, path, ORUS_OPEN_READ | ORUS_OPEN_WRITE | ORUS_OPEN_CREATE | ORUS_OPEN_EXCLUSIVE);
  assert_int_equal(orus_io_write(&w->k, h, "0123456789", 10), 10);
  assert_int_equal(orus_fs_seek(&w->k, h, -4, ORUS_SEEK_END), 6);
  assert_int_equal(orus_fs_seek(&w->k, h, -2, ORUS_SEEK_HERE), 4);
  assert_int_equal(orus_io_read(&w->k, h, text, 3), 3);
  assert_string_equal(text, "456");
  assert_int_equal(orus_fs_seek(&w->k, h, 0, ORUS_SEEK_END), 10);
  assert_int_equal(orus_io_read(&w->k, h, text, 3), 0);
  assert_int_equal(orus_io_read(&w->k, h, NULL, 0), 0);
  info[8] = 77;
  assert_int_equal(orus_fs_stat(&w->k, TEXT(path), 0, info, 9), 8);
  assert_int_equal(info[ORUS_STAT_KIND], ORUS_KIND_FILE);
  assert_int_equal(info[ORUS_STAT_SIZE], 10);
  assert_int_equal(info[ORUS_STAT_LINKS], 1);
  assert_true(info[ORUS_STAT_MODIFIED] > 1600000000000000000 && info[ORUS_STAT_MODIFIED] < orus_time_utc(&w->k) + 1000000000);
  assert_int_equal(info[ORUS_STAT_MODE] & 0111, 0);
  assert_int_equal(info[8], 77);
  info[1] = 77;
  assert_int_equal(orus_fs_stat(&w->k, TEXT(path), 0, info, 1), 8); /* as many as fit */
  assert_int_equal(info[1], 77);
  assert_int_equal(orus_fs_close(&w->k, h), 0);
  h = open_file(w, path, ORUS_OPEN_WRITE | ORUS_OPEN_APPEND);
  assert_int_equal(orus_io_write(&w->k, h, "ab", 2), 2);
  assert_int_equal(orus_fs_stat(&w->k, TEXT(path), 0, info, 8), 8);
  assert_int_equal(info[ORUS_STAT_SIZE], 12);
  orus_fs_close(&w->k, open_file(w, path, ORUS_OPEN_WRITE | ORUS_OPEN_TRUNCATE));
  assert_int_equal(orus_fs_stat(&w->k, TEXT(path), 0, info, 8), 8);
  assert_int_equal(info[ORUS_STAT_SIZE], 0);
  world_end(w);
}

/* The system sends a signal with the error. */
static void a_limit_of_sizes_is_a_full_disk(void **unused) {
  (void)unused;
  static const char text[10000];
  World *w = world_new();
  int64_t h = open_file(w, world_path(w, "limited"), ORUS_OPEN_WRITE | ORUS_OPEN_CREATE);
  struct rlimit before, limit;
  getrlimit(RLIMIT_FSIZE, &before);
  limit = (struct rlimit){8192, before.rlim_max};
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
  int64_t written = orus_io_write(&w->k, h, text, sizeof text), again = orus_io_write(&w->k, h, text, 1);
  int64_t error = orus_kernel_errno(&w->k);
  setrlimit(RLIMIT_FSIZE, &before);
  assert_int_equal(written, 8192);
  assert_int_equal(again, -1);
  assert_int_equal(error, ORUS_ERR_NO_SPACE);
  orus_fs_close(&w->k, h);
  world_end(w);
}

static void names_are_made_changed_and_removed(void **unused) {
  (void)unused;
  World *w = world_new();
  int64_t info[8];
  assert_int_equal(orus_fs_mkdir(&w->k, TEXT(world_path(w, "d"))), 0);
  make_file(w, "d/f", "x");
  assert_int_equal(symlink("d", world_path(w, "link")), 0);
  assert_int_equal(orus_fs_stat(&w->k, TEXT(world_path(w, "link")), 0, info, 8), 8);
  assert_int_equal(info[ORUS_STAT_KIND], ORUS_KIND_DIRECTORY);
  assert_int_equal(orus_fs_stat(&w->k, TEXT(world_path(w, "link")), ORUS_STAT_NOFOLLOW, info, 8), 8);
  assert_int_equal(info[ORUS_STAT_KIND], ORUS_KIND_LINK);
  assert_int_equal(orus_fs_stat(&w->k, TEXT("/dev/null"), 0, info, 8), 8);
  assert_int_equal(info[ORUS_STAT_KIND], ORUS_KIND_STREAM);
  make_file(w, "other", "y");
  assert_int_equal(orus_fs_rename(&w->k, TEXT(world_path(w, "d/f")), TEXT(world_path(w, "other"))), 0);
  char c;
  assert_int_equal(orus_io_read(&w->k, open_file(w, world_path(w, "other"), ORUS_OPEN_READ), &c, 1), 1);
  assert_int_equal(c, 'x');
  assert_int_equal(orus_fs_remove(&w->k, TEXT(world_path(w, "link")), 0), 0); /* the link, not the directory */
  assert_int_equal(orus_fs_remove(&w->k, TEXT(world_path(w, "d")), ORUS_REMOVE_DIRECTORY), 0);
  FAILS(orus_fs_stat(&w->k, TEXT(world_path(w, "d")), 0, info, 8), NOT_FOUND);
  int64_t h = open_file(w, world_path(w, "program"), ORUS_OPEN_WRITE | ORUS_OPEN_CREATE | ORUS_OPEN_EXECUTABLE);
  assert_int_equal(orus_fs_close(&w->k, h), 0);
  assert_int_equal(orus_fs_stat(&w->k, TEXT(world_path(w, "program")), 0, info, 8), 8);
  assert_true(info[ORUS_STAT_MODE] & 0100);
  FAILS(orus_fs_mkdir(&w->k, "a\0b", 3), INVALID);
  FAILS(orus_fs_mkdir(&w->k, "", 0), NOT_FOUND);
  world_end(w);
}

/* A terminal of our own: what is typed on the master's side is read key by key while the handle is open, and by lines, as it was, afterwards. */
static void a_terminal_is_read_key_by_key_until_it_is_closed(void **unused) {
  (void)unused;
  World *w = world_new();
  int master = posix_openpt(O_RDWR | O_NOCTTY);
  assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
  const char *name = ptsname(master);
  struct termios before, now;
  char got[8];
  int64_t plain = open_file(w, name, ORUS_OPEN_READ | ORUS_OPEN_WRITE), keys = open_file(w, name, ORUS_OPEN_READ | ORUS_OPEN_KEYS);
  int slave = open(name, O_RDWR | O_NOCTTY);
  assert_int_equal(tcgetattr(slave, &now), 0);
  assert_false(now.c_lflag & (ICANON | ECHO | ISIG));
  assert_int_equal(write(master, "\3\r", 2), 2); /* neither a signal nor a new line */
  assert_int_equal(orus_io_read(&w->k, keys, got, sizeof got), 2);
  assert_memory_equal(got, "\3\r", 2);
  assert_int_equal(orus_fs_close(&w->k, keys), 0);
  assert_int_equal(tcgetattr(slave, &before), 0);
  assert_true((before.c_lflag & (ICANON | ECHO | ISIG)) == (ICANON | ECHO | ISIG));
  assert_int_equal(write(master, "ab\n", 3), 3);
  assert_int_equal(orus_io_read(&w->k, plain, got, sizeof got), 3);
  make_file(w, "file", "");
  FAILS(orus_fs_open(&w->k, TEXT(world_path(w, "file")), ORUS_OPEN_READ | ORUS_OPEN_KEYS), UNSUPPORTED);
  FAILS(orus_fs_open(&w->k, TEXT(name), ORUS_OPEN_WRITE | ORUS_OPEN_KEYS), INVALID);
  close(slave);
  close(master);
  world_end(w);
}

/* Lists with a buffer of `room` bytes; marks what is found. */
static int list(World *w, int64_t h, char *buffer, int64_t room, int *found) {
  int count = 0;
  for (int64_t n; (n = orus_fs_list(&w->k, h, buffer, room)) > 0;) {
    for (int64_t at = 0; at < n; count++) {
      const unsigned char *e = (const unsigned char *)buffer + at;
      int length = e[1] | e[2] << 8, number = -1;
      assert_true(e[0] == ORUS_KIND_FILE || e[0] == 0);
      assert_int_equal(sscanf((const char *)e + 3, "name%3d", &number), 1);
      assert_true(number >= 0 && number < 300 && length == 7);
      found[number]++;
      at += 3 + length;
    }
  }
  return count;
}

static void a_directory_is_listed_in_one_pass(void **unused) {
  (void)unused;
  World *w = world_new();
  char name[16], buffer[4096];
  int found[300] = {0};
  for (int i = 0; i < 300; i++) {
    snprintf(name, sizeof name, "name%03d", i);
    make_file(w, name, "");
  }
  int64_t h = open_file(w, w->dir, ORUS_OPEN_READ | ORUS_OPEN_DIRECTORY);
  static const int64_t rooms[] = {10, 25, 4096};
  for (int pass = 0; pass < 3; pass++) {
    assert_int_equal(list(w, h, buffer, rooms[pass], found), 300);
    for (int i = 0; i < 300; i++) assert_int_equal(found[i], pass + 1);
    assert_int_equal(orus_fs_list(&w->k, h, buffer, 10), 0);
    assert_int_equal(orus_fs_seek(&w->k, h, 0, ORUS_SEEK_START), 0);
  }
  FAILS(orus_fs_list(&w->k, h, buffer, 9), TOO_SMALL);
  assert_int_equal(list(w, h, buffer, 4096, found), 300); /* nothing was lost by that */
  FAILS(orus_io_read(&w->k, h, buffer, 1), BAD_HANDLE);
  FAILS(orus_fs_seek(&w->k, h, 1, ORUS_SEEK_START), INVALID);
  world_end(w);
}

/* -- waiting -- */

static void waiting_for_nothing_is_sleep(void **unused) {
  (void)unused;
  World *w = world_new();
  int64_t start = now(w);
  assert_int_equal(orus_io_poll(&w->k, NULL, 0, 30000000), 0);
  int64_t passed = now(w) - start;
  assert_true(passed >= 30000000 && passed < 5000000000);
  start = now(w);
  assert_int_equal(orus_io_poll(&w->k, NULL, 0, 200000), 0); /* finer than milliseconds */
  assert_true(now(w) - start >= 200000);
  world_end(w);
}

static void files_and_directories_are_always_ready(void **unused) {
  (void)unused;
  World *w = world_new();
  int64_t file = open_file(w, make_file(w, "a", ""), ORUS_OPEN_READ), directory = open_file(w, w->dir, ORUS_OPEN_READ | ORUS_OPEN_DIRECTORY);
  int64_t e[] = {file, 3, -1, directory, 1, -1, open_fifo(w, "fifo", 0), 1, -1};
  assert_int_equal(orus_io_poll(&w->k, e, 9, -1), 2); /* at once */
  assert_int_equal(e[2], 3);
  assert_int_equal(e[5], 1);
  assert_int_equal(e[8], 0);
  world_end(w);
}

static void pipes_are_ready_when_they_are(void **unused) {
  (void)unused;
  World *w = world_new();
  int64_t h = open_fifo(w, "fifo", ORUS_OPEN_NONBLOCK), e[] = {h, ORUS_POLL_READ, 9, h, ORUS_POLL_WRITE, 9};
  char c;
  assert_int_equal(orus_io_poll(&w->k, e, 6, 0), 1);
  assert_true(e[2] == 0 && e[5] == ORUS_POLL_WRITE);
  fill(w, h);
  assert_int_equal(orus_io_poll(&w->k, e, 6, 0), 1);
  assert_true(e[2] == ORUS_POLL_READ && e[5] == 0);
  e[1] = e[4] = 0;
  assert_int_equal(orus_io_poll(&w->k, e, 6, 1000000), 0); /* nothing wanted, nothing ended: the time runs out */
  int64_t reader = open_file(w, world_path(w, "fifo"), ORUS_OPEN_READ | ORUS_OPEN_NONBLOCK);
  while (orus_io_read(&w->k, reader, &c, 1) == 1) {}
  assert_int_equal(orus_fs_close(&w->k, h), 0);
  int64_t end[] = {reader, 0, 9};
  assert_int_equal(orus_io_poll(&w->k, end, 3, -1), 1);
  assert_int_equal(end[2], ORUS_POLL_ENDED); /* although not wanted */
  end[1] = ORUS_POLL_READ;
  assert_int_equal(orus_io_poll(&w->k, end, 3, -1), 1);
  assert_int_equal(end[2], ORUS_POLL_READ | ORUS_POLL_ENDED);
  assert_int_equal(orus_io_read(&w->k, reader, &c, 1), 0);
  world_end(w);
}

/* More entries than fit on the stack, one of them bad: nothing is held on to. */
static void many_entries_or_a_bad_one(void **unused) {
  (void)unused;
  World *w = world_new();
  enum { MANY = 200 };
  static int64_t e[3 * MANY];
  int64_t h = open_fifo(w, "fifo", 0);
  for (int i = 0; i < MANY; i++) e[3 * i] = h, e[3 * i + 1] = i == 150 ? ORUS_POLL_WRITE : ORUS_POLL_READ;
  assert_int_equal(orus_io_poll(&w->k, e, 3 * MANY, -1), 1);
  assert_int_equal(e[3 * 150 + 2], ORUS_POLL_WRITE);
  e[3 * 199] = 12345;
  FAILS(orus_io_poll(&w->k, e, 3 * MANY, -1), BAD_HANDLE);
  e[3 * 199] = h;
  e[3 * 199 + 1] = 8;
  FAILS(orus_io_poll(&w->k, e, 3 * MANY, -1), INVALID);
  int before = descriptors();
  assert_int_equal(orus_fs_close(&w->k, h), 0);
  assert_int_equal(descriptors(), before - 1);
  world_end(w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_file_is_written_read_and_measured), cmocka_unit_test(a_limit_of_sizes_is_a_full_disk), cmocka_unit_test(names_are_made_changed_and_removed), cmocka_unit_test(a_terminal_is_read_key_by_key_until_it_is_closed),
      cmocka_unit_test(a_directory_is_listed_in_one_pass),
      cmocka_unit_test(waiting_for_nothing_is_sleep), cmocka_unit_test(files_and_directories_are_always_ready), cmocka_unit_test(pipes_are_ready_when_they_are),
      cmocka_unit_test(many_entries_or_a_bad_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
