/* Every error that spec/kernel.idl documents for a call comes from that call: from the host where it can be brought to it, through the fault port otherwise.
 * The table is complete, and no call gives an error that is not documented for it. */
#include "world.h"

#include <errno.h>

static const int64_t no_streams[3] = {ORUS_STREAM_NULL, ORUS_STREAM_NULL, ORUS_STREAM_NULL};

/* Without what lets this user in: root becomes nobody, another loses its own rights to the world's directory. */
static void be_nobody(World *w, int on) {
  if (getuid() == 0) {
    assert_int_equal(seteuid(on ? 65534 : 0), 0);
    return;
  }
  if (on) chmod(world_path(w, "private"), 0);
  assert_int_equal(chmod(w->dir, on ? 0555 : 0755), 0);
  if (!on) chmod(world_path(w, "private"), 0700);
}

static const char *private_directory(World *w) {
  const char *path = world_path(w, "private");
  assert_int_equal(mkdir(path, 0700), 0);
  make_file(w, "private/file", "x");
  return path;
}

static char long_name[5000];
static const char *too_long(void) {
  memset(long_name, 'x', sizeof long_name - 1);
  return long_name;
}

static const char *loop(World *w) {
  const char *path = world_path(w, "loop");
  if (symlink("loop", path)) assert_int_equal(errno, EEXIST); /* TEXT() asks twice */
  return path;
}

#define CASE(name) static int64_t name(World *w)

/* -- mem -- */
CASE(mem_alloc_invalid) { return orus_mem_alloc(&w->k, 8, 3) ? 0 : -1; }
CASE(mem_alloc_size) { return orus_mem_alloc(&w->k, INT64_MAX, 8) ? 0 : -1; }
CASE(mem_realloc_invalid) { return orus_mem_realloc(&w->k, NULL, 0, 0, 8) ? 0 : -1; }
CASE(mem_realloc_size) {
  void *block = orus_mem_alloc(&w->k, 8, 8);
  memcpy(block, "content", 8);
  int64_t r = orus_mem_realloc(&w->k, block, 8, INT64_MAX / 2, 8) ? 0 : -1;
  assert_string_equal(block, "content");
  orus_mem_free(&w->k, block, 8, 8);
  return r;
}
CASE(mem_free_invalid) { return orus_mem_free(&w->k, w, 0, 8); }
CASE(mem_zero_invalid) { return orus_mem_zero(&w->k, w, -1); }

/* -- io -- */
CASE(read_invalid) { return orus_io_read(&w->k, open_file(w, "/dev/null", ORUS_OPEN_READ), w, -1); }
CASE(read_nothing) { return orus_io_read(&w->k, open_file(w, "/dev/null", ORUS_OPEN_READ), NULL, 5); }
CASE(read_bad) { char c; return orus_io_read(&w->k, open_file(w, "/dev/null", ORUS_OPEN_WRITE), &c, 1); }
CASE(read_again) { char c; return orus_io_read(&w->k, open_fifo(w, "fifo", ORUS_OPEN_NONBLOCK), &c, 1); }
CASE(read_interrupted) {
  char c;
  int64_t h = open_fifo(w, "fifo", 0);
  alarms(1);
  int64_t r = orus_io_read(&w->k, h, &c, 1);
  alarms(0);
  return r;
}
CASE(read_io) { char c; return orus_io_read(&w->k, open_file(w, "/proc/self/mem", ORUS_OPEN_READ), &c, 1); }
CASE(read_not_connected) { char c; return orus_io_read(&w->k, socket_of(w, ORUS_NET_IPV4, ORUS_NET_TCP, 0), &c, 1); }
CASE(read_reset) {
  int64_t ends[2];
  char c;
  connection(w, ends);
  assert_int_equal(orus_io_write(&w->k, ends[0], "unread", 6), 6);
  usleep(10000);
  orus_fs_close(&w->k, ends[1]); /* with bytes that nobody has read: the connection is reset */
  usleep(10000);
  return orus_io_read(&w->k, ends[0], &c, 1);
}
static int64_t refused_datagram(World *w) {
  int64_t h = socket_of(w, ORUS_NET_IPV4, ORUS_NET_UDP, 0), taken = socket_of(w, ORUS_NET_IPV4, ORUS_NET_UDP, 0);
  char address[32];
  snprintf(address, sizeof address, "127.0.0.1:%d", (int)orus_net_bind(&w->k, taken, TEXT("127.0.0.1:0")));
  orus_fs_close(&w->k, taken);
  assert_int_equal(orus_net_connect(&w->k, h, TEXT(address)), 0);
  assert_int_equal(orus_io_write(&w->k, h, "x", 1), 1);
  usleep(10000);
  return h;
}
CASE(read_refused) { char c; return orus_io_read(&w->k, refused_datagram(w), &c, 1); }
CASE(read_small) {
  int64_t h = socket_of(w, ORUS_NET_IPV4, ORUS_NET_UDP, 0);
  char address[32], two[2];
  snprintf(address, sizeof address, "127.0.0.1:%d", (int)orus_net_bind(&w->k, h, TEXT("127.0.0.1:0")));
  assert_int_equal(orus_net_connect(&w->k, h, TEXT(address)), 0); /* to itself */
  assert_int_equal(orus_io_write(&w->k, h, "three", 5), 5);
  return orus_io_read(&w->k, h, two, 2);
}
CASE(write_invalid) { return orus_io_write(&w->k, open_file(w, "/dev/null", ORUS_OPEN_WRITE), w, -1); }
CASE(write_bad) { return orus_io_write(&w->k, open_file(w, "/dev/null", ORUS_OPEN_READ), "x", 1); }
CASE(write_again) {
  int64_t h = open_fifo(w, "fifo", ORUS_OPEN_NONBLOCK);
  fill(w, h);
  return orus_io_write(&w->k, h, "x", 1);
}
/* A full pipe whose handle blocks. */
static int64_t full_pipe(World *w) {
  int64_t h = open_fifo(w, "fifo", ORUS_OPEN_NONBLOCK), blocking = open_file(w, world_path(w, "fifo"), ORUS_OPEN_WRITE);
  fill(w, h);
  return blocking;
}
CASE(write_interrupted) {
  int64_t h = full_pipe(w);
  alarms(1);
  int64_t r = orus_io_write(&w->k, h, "x", 1);
  alarms(0);
  return r;
}
CASE(write_no_space) { return orus_io_write(&w->k, open_file(w, "/dev/full", ORUS_OPEN_WRITE), "x", 1); }
CASE(write_io) { return orus_io_write(&w->k, open_file(w, "/proc/self/mem", ORUS_OPEN_READ | ORUS_OPEN_WRITE), "x", 1); }
CASE(write_pipe) {
  int64_t streams[3] = {ORUS_STREAM_PIPE, ORUS_STREAM_NULL, ORUS_STREAM_NULL}, child = spawn_shell(w, "exit 0", streams);
  assert_int_equal(orus_proc_wait(&w->k, child, -1, 0), 0);
  return orus_io_write(&w->k, streams[0], "x", 1);
}
CASE(write_reset) {
  int64_t ends[2];
  connection(w, ends);
  assert_int_equal(orus_io_write(&w->k, ends[0], "unread", 6), 6);
  usleep(10000);
  orus_fs_close(&w->k, ends[1]);
  usleep(10000);
  return orus_io_write(&w->k, ends[0], "x", 1);
}
CASE(write_not_connected) { return orus_io_write(&w->k, socket_of(w, ORUS_NET_IPV4, ORUS_NET_UDP, 0), "x", 1); }
CASE(write_refused) { return orus_io_write(&w->k, refused_datagram(w), "x", 1); }
CASE(write_access) {
  char packet[25] = {4, 0, 9, 0, 0, 0, 0, 0, (char)255, (char)255, (char)255, (char)255}; /* to everybody, without NET_BROADCAST */
  return orus_io_write(&w->k, socket_of(w, ORUS_NET_IPV4, ORUS_NET_UDP, ORUS_NET_ADDRESSED), packet, sizeof packet);
}
CASE(poll_invalid) { int64_t e[4] = {0}; return orus_io_poll(&w->k, e, 4, 0); }
CASE(poll_bad) { int64_t e[3] = {1 << 20, 1, 0}; return orus_io_poll(&w->k, e, 3, 0); }
CASE(poll_interrupted) {
  alarms(1);
  int64_t r = orus_io_poll(&w->k, NULL, 0, -1);
  alarms(0);
  return r;
}
CASE(poll_memory) {
  static int64_t many[3 * 100];
  int64_t h = open_file(w, "/dev/null", ORUS_OPEN_READ);
  for (int i = 0; i < 100; i++) many[3 * i] = h;
  fault_rule(&w->fault, 1, (FaultRule){.call = FAULT_MEMORY, .first = 1});
  return orus_io_poll(&w->k, many, 300, 0);
}

/* -- fs -- */
CASE(open_invalid) { return open_file(w, "/dev/null", ORUS_OPEN_READ | ORUS_OPEN_TRUNCATE); }
CASE(open_not_found) { return open_file(w, world_path(w, "absent"), ORUS_OPEN_READ); }
CASE(open_empty) { return open_file(w, "", ORUS_OPEN_READ); }
CASE(open_exists) { return open_file(w, make_file(w, "a", "x"), ORUS_OPEN_WRITE | ORUS_OPEN_CREATE | ORUS_OPEN_EXCLUSIVE); }
CASE(open_access) {
  private_directory(w);
  be_nobody(w, 1);
  int64_t r = open_file(w, world_path(w, "private/file"), ORUS_OPEN_READ);
  be_nobody(w, 0);
  return r;
}
CASE(open_is_directory) { return open_file(w, w->dir, ORUS_OPEN_READ); }
CASE(open_not_directory) { return open_file(w, make_file(w, "a", "x"), ORUS_OPEN_READ | ORUS_OPEN_DIRECTORY); }
CASE(open_too_many) {
  exhaust_descriptors(1);
  int64_t r = open_file(w, "/dev/null", ORUS_OPEN_READ);
  exhaust_descriptors(0);
  return r;
}
CASE(open_long) { return open_file(w, too_long(), ORUS_OPEN_READ); }
CASE(open_loop) { return open_file(w, loop(w), ORUS_OPEN_READ); }
CASE(open_busy) { /* a program that is running */
  char command[128];
  const char *path = world_path(w, "sleeper");
  snprintf(command, sizeof command, "cp /bin/sleep %s", path);
  assert_int_equal(system(command), 0);
  snprintf(command, sizeof command, "%s%c9", path, 0);
  int64_t streams[3] = {ORUS_STREAM_NULL, ORUS_STREAM_NULL, ORUS_STREAM_NULL};
  int64_t child = orus_proc_spawn(&w->k, command, (int64_t)strlen(path) + 3, NULL, 0, NULL, 0, 0, streams, 3), r = open_file(w, path, ORUS_OPEN_WRITE);
  int32_t error = w->k.error;
  assert_int_equal(orus_proc_wait(&w->k, child, -1, ORUS_WAIT_KILL), 256 + SIGKILL);
  w->k.error = error;
  return r;
}
CASE(open_pipe) {
  assert_int_equal(mkfifo(world_path(w, "fifo"), 0600), 0);
  return open_file(w, world_path(w, "fifo"), ORUS_OPEN_WRITE | ORUS_OPEN_NONBLOCK);
}
CASE(open_interrupted) {
  assert_int_equal(mkfifo(world_path(w, "fifo"), 0600), 0);
  alarms(1);
  int64_t r = open_file(w, world_path(w, "fifo"), ORUS_OPEN_WRITE);
  alarms(0);
  return r;
}
CASE(open_memory) {
  fault_rule(&w->fault, 1, (FaultRule){.call = FAULT_MEMORY, .first = 1, .every = 1});
  return open_file(w, w->dir, ORUS_OPEN_READ | ORUS_OPEN_DIRECTORY);
}
CASE(close_bad) { return orus_fs_close(&w->k, 7); }
CASE(seek_invalid) { return orus_fs_seek(&w->k, open_file(w, make_file(w, "a", "x"), ORUS_OPEN_READ), -1, ORUS_SEEK_START); }
CASE(seek_bad) { return orus_fs_seek(&w->k, open_fifo(w, "fifo", 0), 0, ORUS_SEEK_START); }
CASE(stat_invalid) { return orus_fs_stat(&w->k, TEXT("/"), 2, NULL, 0); }
CASE(stat_not_found) { return orus_fs_stat(&w->k, TEXT("/absent"), 0, NULL, 0); }
CASE(stat_access) {
  private_directory(w);
  be_nobody(w, 1);
  int64_t r = orus_fs_stat(&w->k, TEXT(world_path(w, "private/file")), 0, NULL, 0);
  be_nobody(w, 0);
  return r;
}
CASE(stat_not_directory) { make_file(w, "a", "x"); return orus_fs_stat(&w->k, TEXT(world_path(w, "a/b")), 0, NULL, 0); }
CASE(stat_long) { return orus_fs_stat(&w->k, TEXT(too_long()), 0, NULL, 0); }
CASE(stat_loop) { return orus_fs_stat(&w->k, TEXT(loop(w)), 0, NULL, 0); }
CASE(list_invalid) { return orus_fs_list(&w->k, open_file(w, w->dir, ORUS_OPEN_READ | ORUS_OPEN_DIRECTORY), w, -1); }
CASE(list_bad) { char b[99]; return orus_fs_list(&w->k, open_file(w, make_file(w, "a", "x"), ORUS_OPEN_READ), b, sizeof b); }
CASE(list_small) {
  char b[99];
  make_file(w, "name", "x");
  return orus_fs_list(&w->k, open_file(w, w->dir, ORUS_OPEN_READ | ORUS_OPEN_DIRECTORY), b, 6);
}
CASE(remove_invalid) { return orus_fs_remove(&w->k, TEXT(make_file(w, "a", "x")), 2); }
CASE(remove_not_found) { return orus_fs_remove(&w->k, TEXT(world_path(w, "absent")), 0); }
CASE(remove_access) {
  make_file(w, "a", "x");
  be_nobody(w, 1);
  int64_t r = orus_fs_remove(&w->k, TEXT(world_path(w, "a")), 0);
  be_nobody(w, 0);
  return r;
}
CASE(remove_is_directory) { return orus_fs_remove(&w->k, TEXT(w->dir), 0); }
CASE(remove_not_directory) { return orus_fs_remove(&w->k, TEXT(make_file(w, "a", "x")), ORUS_REMOVE_DIRECTORY); }
CASE(remove_not_empty) { make_file(w, "a", "x"); return orus_fs_remove(&w->k, TEXT(w->dir), ORUS_REMOVE_DIRECTORY); }
CASE(remove_busy) { return orus_fs_remove(&w->k, TEXT("/"), ORUS_REMOVE_DIRECTORY); }
CASE(remove_long) { return orus_fs_remove(&w->k, TEXT(too_long()), 0); }
CASE(remove_loop) { loop(w); return orus_fs_remove(&w->k, TEXT(world_path(w, "loop/x")), 0); }
#define RENAME(from, to) orus_fs_rename(&w->k, TEXT(from), TEXT(to))
CASE(rename_invalid) { return RENAME(w->dir, world_path(w, "inside")); }
CASE(rename_not_found) { return RENAME(world_path(w, "absent"), world_path(w, "b")); }
CASE(rename_access) {
  make_file(w, "a", "x");
  be_nobody(w, 1);
  int64_t r = RENAME(world_path(w, "a"), world_path(w, "b"));
  be_nobody(w, 0);
  return r;
}
CASE(rename_is_directory) { make_file(w, "a", "x"); mkdir(world_path(w, "d"), 0700); return RENAME(world_path(w, "a"), world_path(w, "d")); }
CASE(rename_not_directory) { make_file(w, "a", "x"); mkdir(world_path(w, "d"), 0700); return RENAME(world_path(w, "d"), world_path(w, "a")); }
CASE(rename_not_empty) { mkdir(world_path(w, "d"), 0700); private_directory(w); return RENAME(world_path(w, "d"), world_path(w, "private")); }
CASE(rename_device) { return RENAME(make_file(w, "a", "x"), "/proc/orus"); }
CASE(rename_busy) { return RENAME("/", world_path(w, "b")); }
CASE(rename_long) { return RENAME(make_file(w, "a", "x"), too_long()); }
CASE(rename_loop) { loop(w); return RENAME(make_file(w, "a", "x"), world_path(w, "loop/x")); }
CASE(mkdir_invalid) { return orus_fs_mkdir(&w->k, "a\0b", 3); }
CASE(mkdir_not_found) { return orus_fs_mkdir(&w->k, TEXT(world_path(w, "absent/x"))); }
CASE(mkdir_exists) { return orus_fs_mkdir(&w->k, TEXT(w->dir)); }
CASE(mkdir_access) {
  be_nobody(w, 1);
  int64_t r = orus_fs_mkdir(&w->k, TEXT(world_path(w, "x")));
  be_nobody(w, 0);
  return r;
}
CASE(mkdir_not_directory) { make_file(w, "a", "x"); return orus_fs_mkdir(&w->k, TEXT(world_path(w, "a/b"))); }
CASE(mkdir_long) { return orus_fs_mkdir(&w->k, TEXT(too_long())); }
CASE(mkdir_loop) { loop(w); return orus_fs_mkdir(&w->k, TEXT(world_path(w, "loop/x"))); }

/* -- rng, env, proc -- */
CASE(rng_invalid) { return orus_rng_fill(&w->k, w, -1); }
CASE(env_invalid) { return orus_env_get(&w->k, TEXT("A=B"), NULL, 0); }
CASE(env_not_found) { return orus_env_get(&w->k, TEXT("ORUS_NO_SUCH_NAME"), NULL, 0); }
CASE(env_small) { char c; return orus_env_get(&w->k, TEXT("PATH"), &c, 1); }
CASE(iter_invalid) { return orus_env_iter(&w->k, -1, NULL, 0); }
CASE(iter_small) { char c; return orus_env_iter(&w->k, 0, &c, 1); }
CASE(exit_invalid) { return orus_proc_exit(&w->k, 256); }
static int64_t spawn(World *w, const char *program, const char *cwd, int64_t input) {
  int64_t streams[3] = {input, no_streams[1], no_streams[2]};
  return orus_proc_spawn(&w->k, program, (int64_t)strlen(program) + 1, NULL, 0, TEXT(cwd), 0, streams, 3);
}
CASE(spawn_invalid) {
  chmod(make_file(w, "noise", "no program\n"), 0700);
  return spawn(w, world_path(w, "noise"), "", ORUS_STREAM_NULL);
}
CASE(spawn_streams) { return spawn(w, "/bin/true", "", -77); }
CASE(spawn_bad) { return spawn(w, "/bin/true", "", 77); }
CASE(spawn_not_found) { return spawn(w, "orus-no-such-program", "", ORUS_STREAM_NULL); }
CASE(spawn_access) { return spawn(w, make_file(w, "a", "x"), "", ORUS_STREAM_NULL); }
CASE(spawn_not_directory) { return spawn(w, "/bin/true", make_file(w, "a", "x"), ORUS_STREAM_NULL); }
CASE(spawn_long) {
  enum { MUCH = 8 << 20 };
  char *args = malloc(MUCH);
  for (int i = 0; i < MUCH; i++) args[i] = i % 1000 == 999 ? 0 : 'a';
  args[MUCH - 1] = 0;
  memcpy(args, "/bin/true", 10);
  int64_t streams[3];
  memcpy(streams, no_streams, sizeof streams);
  int64_t r = orus_proc_spawn(&w->k, args, MUCH, NULL, 0, NULL, 0, 0, streams, 3);
  free(args);
  return r;
}
CASE(spawn_too_many) {
  exhaust_descriptors(1);
  int64_t r = spawn(w, "/bin/true", "", ORUS_STREAM_PIPE);
  exhaust_descriptors(0);
  return r;
}
CASE(spawn_loop) { return spawn(w, loop(w), "", ORUS_STREAM_NULL); }
CASE(spawn_busy) {
  int64_t h = open_file(w, world_path(w, "program"), ORUS_OPEN_WRITE | ORUS_OPEN_CREATE | ORUS_OPEN_EXECUTABLE);
  assert_int_equal(orus_io_write(&w->k, h, "x", 1), 1);
  return spawn(w, world_path(w, "program"), "", ORUS_STREAM_NULL);
}
CASE(spawn_memory) {
  fault_rule(&w->fault, 1, (FaultRule){.call = FAULT_MEMORY, .first = 2});
  return spawn(w, "/bin/true", "", ORUS_STREAM_PIPE);
}
static int64_t sleeper(World *w) {
  int64_t streams[3];
  memcpy(streams, no_streams, sizeof streams);
  return spawn_shell(w, "exec sleep 5", streams);
}
CASE(wait_invalid) { int64_t h = sleeper(w); FAILS(orus_proc_wait(&w->k, h, -1, 8), INVALID); return orus_proc_wait(&w->k, h, 0, 9); }
CASE(wait_bad) { return orus_proc_wait(&w->k, open_file(w, "/dev/null", ORUS_OPEN_READ), 0, 0); }
CASE(wait_no_child) {
  int64_t h = sleeper(w);
  assert_int_equal(orus_proc_wait(&w->k, h, -1, ORUS_WAIT_KILL), 256 + SIGKILL);
  return orus_proc_wait(&w->k, h, -1, 0);
}
CASE(wait_timed_out) {
  int64_t h = sleeper(w), r = orus_proc_wait(&w->k, h, 1000000, 0);
  int32_t error = w->k.error;
  assert_int_equal(orus_proc_wait(&w->k, h, -1, ORUS_WAIT_KILL), 256 + SIGKILL);
  w->k.error = error;
  return r;
}
CASE(wait_interrupted) {
  int64_t h = sleeper(w);
  alarms(1);
  int64_t r = orus_proc_wait(&w->k, h, -1, 0);
  alarms(0);
  int32_t error = w->k.error;
  assert_int_equal(orus_proc_wait(&w->k, h, -1, ORUS_WAIT_KILL), 256 + SIGKILL);
  w->k.error = error;
  return r;
}

/* -- net -- */
CASE(socket_invalid) { return orus_net_socket(&w->k, ORUS_NET_IPV4, ORUS_NET_TCP, ORUS_NET_ADDRESSED); }
CASE(socket_too_many) {
  exhaust_descriptors(1);
  int64_t r = orus_net_socket(&w->k, ORUS_NET_IPV4, ORUS_NET_TCP, 0);
  exhaust_descriptors(0);
  return r;
}
static int64_t bind_to(World *w, const char *address) { return orus_net_bind(&w->k, socket_of(w, ORUS_NET_IPV4, ORUS_NET_TCP, 0), TEXT(address)); }
CASE(bind_invalid) { return bind_to(w, "127.0.0.1:70000"); }
CASE(bind_family) { return bind_to(w, "[::1]:0"); }
CASE(bind_bad) { return orus_net_bind(&w->k, 1, TEXT("127.0.0.1:0")); }
CASE(bind_long) { snprintf(long_name, sizeof long_name, "%0300d:80", 0); return bind_to(w, long_name); }
CASE(bind_in_use) { char address[32]; listener(w, address, 0); return bind_to(w, address); }
CASE(bind_not_available) { return bind_to(w, "192.0.2.1:0"); }
CASE(listen_invalid) { return orus_net_listen(&w->k, socket_of(w, ORUS_NET_IPV4, ORUS_NET_TCP, 0), -1); }
CASE(listen_bad) { return orus_net_listen(&w->k, socket_of(w, ORUS_NET_IPV4, ORUS_NET_UDP, 0), 1); }
CASE(listen_in_use) {
  char address[32];
  int64_t a = socket_of(w, ORUS_NET_IPV4, ORUS_NET_TCP, ORUS_NET_REUSE), b = socket_of(w, ORUS_NET_IPV4, ORUS_NET_TCP, ORUS_NET_REUSE);
  snprintf(address, sizeof address, "127.0.0.1:%d", (int)orus_net_bind(&w->k, a, TEXT("127.0.0.1:0")));
  assert_true(orus_net_bind(&w->k, b, TEXT(address)) > 0);
  assert_int_equal(orus_net_listen(&w->k, a, 1), 0);
  return orus_net_listen(&w->k, b, 1);
}
CASE(accept_invalid) { char address[32]; return orus_net_accept(&w->k, listener(w, address, 0), ORUS_NET_REUSE); }
CASE(accept_bad) { return orus_net_accept(&w->k, socket_of(w, ORUS_NET_IPV4, ORUS_NET_UDP, 0), 0); }
CASE(accept_again) { char address[32]; return orus_net_accept(&w->k, listener(w, address, ORUS_NET_NONBLOCK), 0); }
CASE(accept_interrupted) {
  char address[32];
  int64_t h = listener(w, address, 0);
  alarms(1);
  int64_t r = orus_net_accept(&w->k, h, 0);
  alarms(0);
  return r;
}
CASE(accept_too_many) {
  char address[32];
  int64_t h = listener(w, address, 0);
  orus_net_connect(&w->k, socket_of(w, ORUS_NET_IPV4, ORUS_NET_TCP, 0), TEXT(address));
  exhaust_descriptors(1);
  int64_t r = orus_net_accept(&w->k, h, 0);
  exhaust_descriptors(0);
  return r;
}
static int64_t connect_to(World *w, const char *address, int64_t flags) {
  return orus_net_connect(&w->k, socket_of(w, ORUS_NET_IPV4, ORUS_NET_TCP, flags), TEXT(address));
}
CASE(connect_invalid) { return connect_to(w, "nonsense", 0); }
CASE(connect_bad) { return orus_net_connect(&w->k, 0, TEXT("127.0.0.1:1")); }
CASE(connect_long) { snprintf(long_name, sizeof long_name, "%0300d:80", 0); return connect_to(w, long_name, 0); }
CASE(connect_in_progress) { char address[32]; listener(w, address, 0); return connect_to(w, address, ORUS_NET_NONBLOCK); }
CASE(connect_refused) { char address[32]; nobody(w, address); return connect_to(w, address, 0); }
CASE(connect_exists) {
  int64_t ends[2];
  char address[32];
  connection(w, ends);
  listener(w, address, 0);
  return orus_net_connect(&w->k, ends[0], TEXT(address));
}
CASE(connect_not_connected) { return connect_to(w, "", 0); }
CASE(shut_invalid) { return orus_net_close(&w->k, socket_of(w, ORUS_NET_IPV4, ORUS_NET_TCP, 0), 9); }
CASE(shut_bad) { return orus_net_close(&w->k, open_file(w, "/dev/null", ORUS_OPEN_READ), ORUS_CLOSE_ALL); }
CASE(shut_not_connected) { return orus_net_close(&w->k, socket_of(w, ORUS_NET_IPV4, ORUS_NET_TCP, 0), ORUS_CLOSE_BOTH); }

/* -- sys, trace -- */
CASE(info_invalid) { return orus_sys_info(&w->k, 99, 0, NULL, 0, NULL, 0); }
CASE(info_bad) { return orus_sys_info(&w->k, ORUS_INFO_HANDLE, 77, NULL, 0, NULL, 0); }
CASE(info_not_found) { return orus_sys_info(&w->k, ORUS_INFO_ERROR, 1000, NULL, 0, NULL, 0); }
CASE(info_not_connected) { return orus_sys_info(&w->k, ORUS_INFO_PEER, socket_of(w, ORUS_NET_IPV4, ORUS_NET_TCP, 0), NULL, 0, NULL, 0); }
CASE(info_small) { char c; return orus_sys_info(&w->k, ORUS_INFO_ERROR, 1, NULL, 0, &c, 1); }
static int64_t trace_to(World *w, int64_t handle) {
  assert_int_equal(orus_trace_emit(&w->k, ORUS_TRACE_TARGET, handle, NULL, 0), 0);
  return orus_trace_emit(&w->k, 7, 8, TEXT("message"));
}
CASE(trace_invalid) { return orus_trace_emit(&w->k, 1, 0, TEXT("two\nlines")); }
CASE(trace_bad) { return orus_trace_emit(&w->k, ORUS_TRACE_TARGET, 77, NULL, 0); }
CASE(trace_again) { int64_t h = open_fifo(w, "fifo", ORUS_OPEN_NONBLOCK); fill(w, h); return trace_to(w, h); }
CASE(trace_interrupted) {
  int64_t h = full_pipe(w);
  alarms(1);
  int64_t r = trace_to(w, h);
  alarms(0);
  return r;
}
CASE(trace_no_space) { return trace_to(w, open_file(w, "/dev/full", ORUS_OPEN_WRITE)); }
CASE(trace_io) { return trace_to(w, open_file(w, "/proc/self/mem", ORUS_OPEN_READ | ORUS_OPEN_WRITE)); }
CASE(trace_pipe) {
  int64_t streams[3] = {ORUS_STREAM_PIPE, ORUS_STREAM_NULL, ORUS_STREAM_NULL}, child = spawn_shell(w, "exit 0", streams);
  assert_int_equal(orus_proc_wait(&w->k, child, -1, 0), 0);
  return trace_to(w, streams[0]);
}

/* -- the table: a case, or 0 where only the fault port can bring the call to it -- */

typedef struct Row {
  unsigned call;
  KernelError error;
  int64_t (*run)(World *w);
  const char *name;
} Row;

#define ROW(call, error, run) {KCALL_##call, KERR_##error, run, #call " " #error}
static const Row rows[] = {
    ROW(mem_alloc, INVALID, mem_alloc_invalid), ROW(mem_alloc, OUT_OF_MEMORY, mem_alloc_size), ROW(mem_realloc, INVALID, mem_realloc_invalid),
    ROW(mem_realloc, OUT_OF_MEMORY, mem_realloc_size), ROW(mem_free, INVALID, mem_free_invalid), ROW(mem_zero, INVALID, mem_zero_invalid),
    ROW(io_read, INVALID, read_invalid), ROW(io_read, INVALID, read_nothing), ROW(io_read, BAD_HANDLE, read_bad), ROW(io_read, AGAIN, read_again),
    ROW(io_read, INTERRUPTED, read_interrupted), ROW(io_read, IO, read_io), ROW(io_read, NOT_CONNECTED, read_not_connected), ROW(io_read, RESET, read_reset),
    ROW(io_read, REFUSED, read_refused), ROW(io_read, TOO_SMALL, read_small), ROW(io_read, UNREACHABLE, 0), ROW(io_read, TIMED_OUT, 0),
    ROW(io_read, OUT_OF_MEMORY, 0), ROW(io_read, UNSUPPORTED, 0), ROW(io_read, OTHER, 0),
    ROW(io_write, INVALID, write_invalid), ROW(io_write, BAD_HANDLE, write_bad), ROW(io_write, INTERRUPTED, write_interrupted), ROW(io_write, AGAIN, write_again),
    ROW(io_write, NO_SPACE, write_no_space), ROW(io_write, IO, write_io), ROW(io_write, PIPE, write_pipe), ROW(io_write, RESET, write_reset),
    ROW(io_write, NOT_CONNECTED, write_not_connected), ROW(io_write, REFUSED, write_refused), ROW(io_write, ACCESS, write_access),
    ROW(io_write, UNREACHABLE, 0), ROW(io_write, TIMED_OUT, 0), ROW(io_write, OUT_OF_MEMORY, 0), ROW(io_write, UNSUPPORTED, 0), ROW(io_write, OTHER, 0),
    ROW(io_poll, INVALID, poll_invalid), ROW(io_poll, BAD_HANDLE, poll_bad), ROW(io_poll, INTERRUPTED, poll_interrupted), ROW(io_poll, OUT_OF_MEMORY, poll_memory),
    ROW(io_poll, UNSUPPORTED, 0), ROW(io_poll, OTHER, 0),
    ROW(fs_open, INVALID, open_invalid), ROW(fs_open, NOT_FOUND, open_not_found), ROW(fs_open, NOT_FOUND, open_empty), ROW(fs_open, EXISTS, open_exists),
    ROW(fs_open, ACCESS, open_access), ROW(fs_open, IS_DIRECTORY, open_is_directory), ROW(fs_open, NOT_DIRECTORY, open_not_directory),
    ROW(fs_open, TOO_MANY, open_too_many), ROW(fs_open, NAME_TOO_LONG, open_long), ROW(fs_open, LOOP, open_loop), ROW(fs_open, BUSY, open_busy),
    ROW(fs_open, PIPE, open_pipe), ROW(fs_open, INTERRUPTED, open_interrupted), ROW(fs_open, OUT_OF_MEMORY, open_memory), ROW(fs_open, NO_SPACE, 0),
    ROW(fs_open, READ_ONLY, 0), ROW(fs_open, IO, 0), ROW(fs_open, UNSUPPORTED, 0), ROW(fs_open, OTHER, 0),
    ROW(fs_close, BAD_HANDLE, close_bad), ROW(fs_close, NO_SPACE, 0), ROW(fs_close, IO, 0), ROW(fs_close, UNSUPPORTED, 0), ROW(fs_close, OTHER, 0),
    ROW(fs_seek, INVALID, seek_invalid), ROW(fs_seek, BAD_HANDLE, seek_bad), ROW(fs_seek, UNSUPPORTED, 0), ROW(fs_seek, OTHER, 0),
    ROW(fs_stat, INVALID, stat_invalid), ROW(fs_stat, NOT_FOUND, stat_not_found), ROW(fs_stat, ACCESS, stat_access), ROW(fs_stat, NOT_DIRECTORY, stat_not_directory),
    ROW(fs_stat, NAME_TOO_LONG, stat_long), ROW(fs_stat, LOOP, stat_loop), ROW(fs_stat, IO, 0), ROW(fs_stat, OUT_OF_MEMORY, 0), ROW(fs_stat, UNSUPPORTED, 0),
    ROW(fs_stat, OTHER, 0),
    ROW(fs_list, INVALID, list_invalid), ROW(fs_list, BAD_HANDLE, list_bad), ROW(fs_list, TOO_SMALL, list_small), ROW(fs_list, IO, 0), ROW(fs_list, OUT_OF_MEMORY, 0),
    ROW(fs_list, UNSUPPORTED, 0), ROW(fs_list, OTHER, 0),
    ROW(fs_remove, INVALID, remove_invalid), ROW(fs_remove, NOT_FOUND, remove_not_found), ROW(fs_remove, ACCESS, remove_access),
    ROW(fs_remove, IS_DIRECTORY, remove_is_directory), ROW(fs_remove, NOT_DIRECTORY, remove_not_directory), ROW(fs_remove, NOT_EMPTY, remove_not_empty),
    ROW(fs_remove, BUSY, remove_busy), ROW(fs_remove, NAME_TOO_LONG, remove_long), ROW(fs_remove, LOOP, remove_loop), ROW(fs_remove, READ_ONLY, 0),
    ROW(fs_remove, IO, 0), ROW(fs_remove, OUT_OF_MEMORY, 0), ROW(fs_remove, UNSUPPORTED, 0), ROW(fs_remove, OTHER, 0),
    ROW(fs_rename, INVALID, rename_invalid), ROW(fs_rename, NOT_FOUND, rename_not_found), ROW(fs_rename, ACCESS, rename_access),
    ROW(fs_rename, IS_DIRECTORY, rename_is_directory), ROW(fs_rename, NOT_DIRECTORY, rename_not_directory), ROW(fs_rename, NOT_EMPTY, rename_not_empty),
    ROW(fs_rename, CROSS_DEVICE, rename_device), ROW(fs_rename, BUSY, rename_busy), ROW(fs_rename, NAME_TOO_LONG, rename_long), ROW(fs_rename, LOOP, rename_loop),
    ROW(fs_rename, READ_ONLY, 0), ROW(fs_rename, NO_SPACE, 0), ROW(fs_rename, IO, 0), ROW(fs_rename, OUT_OF_MEMORY, 0), ROW(fs_rename, UNSUPPORTED, 0),
    ROW(fs_rename, OTHER, 0),
    ROW(fs_mkdir, INVALID, mkdir_invalid), ROW(fs_mkdir, NOT_FOUND, mkdir_not_found), ROW(fs_mkdir, EXISTS, mkdir_exists), ROW(fs_mkdir, ACCESS, mkdir_access),
    ROW(fs_mkdir, NOT_DIRECTORY, mkdir_not_directory), ROW(fs_mkdir, NAME_TOO_LONG, mkdir_long), ROW(fs_mkdir, LOOP, mkdir_loop), ROW(fs_mkdir, NO_SPACE, 0),
    ROW(fs_mkdir, READ_ONLY, 0), ROW(fs_mkdir, IO, 0), ROW(fs_mkdir, OUT_OF_MEMORY, 0), ROW(fs_mkdir, UNSUPPORTED, 0), ROW(fs_mkdir, OTHER, 0),
    ROW(rng_fill, INVALID, rng_invalid), ROW(rng_fill, NO_ENTROPY, 0), ROW(rng_fill, UNSUPPORTED, 0),
    ROW(time_monotonic, UNSUPPORTED, 0), ROW(time_monotonic, OTHER, 0), ROW(time_utc, UNSUPPORTED, 0), ROW(time_utc, OTHER, 0),
    ROW(env_get, INVALID, env_invalid), ROW(env_get, NOT_FOUND, env_not_found), ROW(env_get, TOO_SMALL, env_small), ROW(env_get, UNSUPPORTED, 0), ROW(env_get, OTHER, 0),
    ROW(env_iter, INVALID, iter_invalid), ROW(env_iter, TOO_SMALL, iter_small), ROW(env_iter, UNSUPPORTED, 0), ROW(env_iter, OTHER, 0),
    ROW(proc_exit, INVALID, exit_invalid), ROW(proc_exit, UNSUPPORTED, 0), ROW(proc_exit, OTHER, 0),
    ROW(proc_spawn, INVALID, spawn_invalid), ROW(proc_spawn, INVALID, spawn_streams), ROW(proc_spawn, BAD_HANDLE, spawn_bad), ROW(proc_spawn, NOT_FOUND, spawn_not_found),
    ROW(proc_spawn, ACCESS, spawn_access), ROW(proc_spawn, NOT_DIRECTORY, spawn_not_directory), ROW(proc_spawn, NAME_TOO_LONG, spawn_long),
    ROW(proc_spawn, TOO_MANY, spawn_too_many), ROW(proc_spawn, LOOP, spawn_loop), ROW(proc_spawn, BUSY, spawn_busy), ROW(proc_spawn, OUT_OF_MEMORY, spawn_memory),
    ROW(proc_spawn, AGAIN, 0), ROW(proc_spawn, IO, 0), ROW(proc_spawn, UNSUPPORTED, 0), ROW(proc_spawn, OTHER, 0),
    ROW(proc_wait, INVALID, wait_invalid), ROW(proc_wait, BAD_HANDLE, wait_bad), ROW(proc_wait, NO_CHILD, wait_no_child), ROW(proc_wait, TIMED_OUT, wait_timed_out),
    ROW(proc_wait, INTERRUPTED, wait_interrupted), ROW(proc_wait, UNSUPPORTED, 0), ROW(proc_wait, OTHER, 0),
    ROW(net_socket, INVALID, socket_invalid), ROW(net_socket, TOO_MANY, socket_too_many), ROW(net_socket, ACCESS, 0), ROW(net_socket, OUT_OF_MEMORY, 0),
    ROW(net_socket, UNSUPPORTED, 0), ROW(net_socket, OTHER, 0),
    ROW(net_bind, INVALID, bind_invalid), ROW(net_bind, INVALID, bind_family), ROW(net_bind, BAD_HANDLE, bind_bad), ROW(net_bind, NAME_TOO_LONG, bind_long),
    ROW(net_bind, IN_USE, bind_in_use), ROW(net_bind, NOT_AVAILABLE, bind_not_available), ROW(net_bind, NOT_FOUND, 0), ROW(net_bind, ACCESS, 0),
    ROW(net_bind, TIMED_OUT, 0), ROW(net_bind, OUT_OF_MEMORY, 0), ROW(net_bind, UNSUPPORTED, 0), ROW(net_bind, OTHER, 0),
    ROW(net_listen, INVALID, listen_invalid), ROW(net_listen, BAD_HANDLE, listen_bad), ROW(net_listen, IN_USE, listen_in_use), ROW(net_listen, OUT_OF_MEMORY, 0),
    ROW(net_listen, UNSUPPORTED, 0), ROW(net_listen, OTHER, 0),
    ROW(net_accept, INVALID, accept_invalid), ROW(net_accept, BAD_HANDLE, accept_bad), ROW(net_accept, AGAIN, accept_again),
    ROW(net_accept, INTERRUPTED, accept_interrupted), ROW(net_accept, TOO_MANY, accept_too_many), ROW(net_accept, RESET, 0), ROW(net_accept, OUT_OF_MEMORY, 0),
    ROW(net_accept, UNSUPPORTED, 0), ROW(net_accept, OTHER, 0),
    ROW(net_connect, INVALID, connect_invalid), ROW(net_connect, BAD_HANDLE, connect_bad), ROW(net_connect, NAME_TOO_LONG, connect_long),
    ROW(net_connect, IN_PROGRESS, connect_in_progress), ROW(net_connect, REFUSED, connect_refused), ROW(net_connect, EXISTS, connect_exists),
    ROW(net_connect, NOT_CONNECTED, connect_not_connected), ROW(net_connect, NOT_FOUND, 0), ROW(net_connect, TIMED_OUT, 0), ROW(net_connect, UNREACHABLE, 0),
    ROW(net_connect, RESET, 0), ROW(net_connect, NOT_AVAILABLE, 0), ROW(net_connect, IN_USE, 0), ROW(net_connect, ACCESS, 0), ROW(net_connect, INTERRUPTED, 0),
    ROW(net_connect, OUT_OF_MEMORY, 0), ROW(net_connect, UNSUPPORTED, 0), ROW(net_connect, OTHER, 0),
    ROW(net_close, INVALID, shut_invalid), ROW(net_close, BAD_HANDLE, shut_bad), ROW(net_close, NOT_CONNECTED, shut_not_connected), ROW(net_close, IO, 0),
    ROW(net_close, UNSUPPORTED, 0), ROW(net_close, OTHER, 0),
    ROW(sys_info, INVALID, info_invalid), ROW(sys_info, BAD_HANDLE, info_bad), ROW(sys_info, NOT_FOUND, info_not_found), ROW(sys_info, NOT_CONNECTED, info_not_connected),
    ROW(sys_info, TOO_SMALL, info_small), ROW(sys_info, OUT_OF_MEMORY, 0), ROW(sys_info, UNSUPPORTED, 0), ROW(sys_info, OTHER, 0),
    ROW(trace_emit, INVALID, trace_invalid), ROW(trace_emit, BAD_HANDLE, trace_bad), ROW(trace_emit, AGAIN, trace_again), ROW(trace_emit, INTERRUPTED, trace_interrupted),
    ROW(trace_emit, NO_SPACE, trace_no_space), ROW(trace_emit, IO, trace_io), ROW(trace_emit, PIPE, trace_pipe), ROW(trace_emit, UNSUPPORTED, 0), ROW(trace_emit, OTHER, 0),
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static void the_table_has_every_documented_error_and_no_other(void **unused) {
  (void)unused;
  uint64_t tested[KCALL_END] = {0};
  for (size_t i = 0; i < ROWS; i++) tested[rows[i].call] |= 1ull << rows[i].error;
  for (unsigned id = 1; id < KCALL_END; id++) {
    if (tested[id] != kernel_call_errors[id]) print_error("%s: tested %llx, documented %llx\n", kernel_call_info[id].name, (unsigned long long)tested[id], (unsigned long long)kernel_call_errors[id]);
    assert_int_equal(tested[id], kernel_call_errors[id]);
  }
}

static void the_host_gives_the_errors_that_are_documented(void **unused) {
  (void)unused;
  int bad = 0;
  for (size_t i = 0; i < ROWS; i++) {
    if (!rows[i].run) continue;
    World *w = world_new();
    int64_t r = rows[i].run(w);
    if (r != -1 || w->k.error != (int32_t)rows[i].error) {
      print_error("%s: %lld, %s\n", rows[i].name, (long long)r, error_name(w->k.error));
      bad++;
    }
    world_end(w);
  }
  assert_int_equal(bad, 0);
}

/* Calls `id` with arguments that are good as far as numbers go. */
static int64_t call_with_anything(World *w, unsigned id) {
  char bytes[64] = {0};
  int64_t raw[KERNEL_MAX_PLAIN] = {id == KCALL_net_close ? orus_net_socket(&w->k, 4, 1, 0) : open_file(w, "/dev/null", ORUS_OPEN_READ)};
  void *buffers[KERNEL_MAX_BUFFERS] = {bytes, bytes, bytes, bytes};
  const uint64_t sizes[KERNEL_MAX_BUFFERS] = {24, 24, 24, 24};
  if (id == KCALL_mem_alloc) return orus_mem_alloc(&w->k, 8, 8) ? 0 : -1;
  if (id == KCALL_mem_realloc) return orus_mem_realloc(&w->k, NULL, 0, 8, 8) ? 0 : -1;
  return kernel_call(&w->k, id, &(KernelArgs){raw, buffers, sizes});
}

static void every_documented_error_passes_and_every_other_becomes_one(void **unused) {
  (void)unused;
  for (unsigned id = KCALL_io_read; id < KCALL_kernel_caps; id++) {
    World *w = world_new();
    for (int error = 1; error <= KERR_OTHER; error++) {
      fault_rule(&w->fault, 0, (FaultRule){.call = id, .error = (KernelError)error, .first = id == KCALL_fs_open ? 2 : 1, .every = 1});
      assert_int_equal(call_with_anything(w, id), -1);
      assert_true(kernel_call_errors[id] >> w->k.error & 1);
      if (kernel_call_errors[id] >> error & 1) assert_int_equal(w->k.error, error);
    }
    world_end(w);
  }
}

static void want_of_memory_passes(void **unused) {
  (void)unused;
  World *w = world_new();
  fault_rule(&w->fault, 0, (FaultRule){.call = KCALL_mem_alloc, .first = 1, .every = 1});
  assert_null(orus_mem_alloc(&w->k, 8, 8));
  assert_int_equal(w->k.error, KERR_OUT_OF_MEMORY);
  assert_null(orus_mem_realloc(&w->k, NULL, 0, 8, 8)); /* an empty block is an allocation */
  fault_rule(&w->fault, 0, (FaultRule){0});
  world_end(w);
}

static void a_call_that_succeeds_leaves_the_error(void **unused) {
  (void)unused;
  World *w = world_new();
  FAILS(open_file(w, "/absent", ORUS_OPEN_READ), NOT_FOUND);
  int64_t h = open_file(w, "/dev/null", ORUS_OPEN_READ);
  assert_true(h >= 0);
  assert_int_equal(orus_kernel_errno(&w->k), KERR_NOT_FOUND);
  assert_int_equal(orus_fs_close(&w->k, h), 0);
  assert_int_equal(orus_kernel_errno(&w->k), KERR_NOT_FOUND);
  FAILS(kernel_call(&w->k, KCALL_mem_alloc, NULL), INVALID);
  FAILS(kernel_call(&w->k, 99, NULL), INVALID);
  world_end(w);
}

/* Everything that fails gives back what it had got: nothing grows over many failures. */
static void failures_leak_no_descriptor(void **unused) {
  (void)unused;
  for (size_t i = 0; i < ROWS; i++) {
    if (!rows[i].run) continue;
    int before = descriptors();
    World *w = world_new();
    rows[i].run(w);
    world_end(w);
    if (descriptors() != before) print_error("%s leaks a descriptor\n", rows[i].name);
    assert_int_equal(descriptors(), before);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_table_has_every_documented_error_and_no_other), cmocka_unit_test(the_host_gives_the_errors_that_are_documented),
      cmocka_unit_test(every_documented_error_passes_and_every_other_becomes_one), cmocka_unit_test(want_of_memory_passes),
      cmocka_unit_test(a_call_that_succeeds_leaves_the_error), cmocka_unit_test(failures_leak_no_descriptor),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
