/* Sockets on loopback: TCP and UDP, IPv4 and IPv6, blocking or not, addresses, ends. */
#include "world.h"

static void all_of_it(World *w, int64_t h, const char *bytes, int64_t n) {
  for (int64_t at = 0, r; at < n; at += r) {
    r = orus_io_write(&w->k, h, bytes + at, n - at);
    assert_true(r > 0);
  }
}

static void a_connection_carries_bytes_both_ways(void **unused) {
  (void)unused;
  World *w = world_new();
  int64_t ends[2];
  char text[8] = {0};
  connection(w, ends);
  all_of_it(w, ends[0], "ping", 4);
  assert_int_equal(orus_io_read(&w->k, ends[1], text, 8), 4);
  assert_string_equal(text, "ping");
  assert_int_equal(orus_net_close(&w->k, ends[0], ORUS_CLOSE_WRITING), 0);
  assert_int_equal(orus_io_read(&w->k, ends[1], text, 8), 0); /* the end */
  all_of_it(w, ends[1], "pong", 4);                           /* the other way still works */
  assert_int_equal(orus_io_read(&w->k, ends[0], text, 8), 4);
  assert_string_equal(text, "pong");
  FAILS(orus_io_write(&w->k, ends[0], "x", 1), PIPE); /* and no signal */
  assert_int_equal(orus_net_close(&w->k, ends[0], ORUS_CLOSE_ALL), 0);
  FAILS(orus_net_close(&w->k, ends[0], ORUS_CLOSE_ALL), BAD_HANDLE);
  assert_int_equal(orus_net_close(&w->k, ends[1], ORUS_CLOSE_READING), 0);
  world_end(w);
}

static void addresses_are_told(void **unused) {
  (void)unused;
  World *w = world_new();
  int64_t ends[2], values[5], port;
  char local[64], remote[64];
  connection(w, ends);
  int64_t n = orus_sys_info(&w->k, ORUS_INFO_HANDLE, ends[0], values, 5, local, sizeof local);
  assert_true(n > 0 && values[0] == ORUS_KIND_SOCKET && values[1] == 0);
  assert_int_equal(orus_sys_info(&w->k, ORUS_INFO_PEER, ends[1], &port, 1, remote, sizeof remote), n);
  assert_memory_equal(local, remote, (size_t)n);
  assert_int_equal(port, values[4]);
  char expected[64];
  assert_int_equal(snprintf(expected, sizeof expected, "127.0.0.1:%d", (int)port), n);
  assert_memory_equal(expected, remote, (size_t)n);
  assert_int_equal(orus_sys_info(&w->k, ORUS_INFO_PEER, ends[1], NULL, 0, NULL, 0), n);
  world_end(w);
}

/* Connecting, accepting, reading and writing without blocking, all by io_poll in one thread. */
static void one_thread_serves_without_blocking(void **unused) {
  (void)unused;
  World *w = world_new();
  enum { CLIENTS = 8 };
  char address[32], c;
  int64_t server = listener(w, address, ORUS_NET_NONBLOCK), clients[CLIENTS], accepted[CLIENTS];
  for (int i = 0; i < CLIENTS; i++) {
    clients[i] = socket_of(w, ORUS_NET_IPV4, ORUS_NET_TCP, ORUS_NET_NONBLOCK | ORUS_NET_NODELAY);
    if (orus_net_connect(&w->k, clients[i], TEXT(address)) < 0) assert_int_equal(w->k.error, KERR_IN_PROGRESS);
  }
  for (int i = 0; i < CLIENTS; i++) {
    int64_t e[] = {server, ORUS_POLL_READ, 0};
    assert_int_equal(orus_io_poll(&w->k, e, 3, 5000000000), 1);
    assert_true((accepted[i] = orus_net_accept(&w->k, server, ORUS_NET_NONBLOCK)) >= 0);
    FAILS(orus_io_read(&w->k, accepted[i], &c, 1), AGAIN);
  }
  FAILS(orus_net_accept(&w->k, server, 0), AGAIN);
  for (int i = 0; i < CLIENTS; i++) {
    int64_t e[] = {clients[i], ORUS_POLL_WRITE, 0};
    assert_int_equal(orus_io_poll(&w->k, e, 3, 5000000000), 1);
    assert_int_equal(orus_net_connect(&w->k, clients[i], NULL, 0), 0);
    assert_int_equal(orus_io_write(&w->k, clients[i], "x", 1), 1);
  }
  int64_t e[3 * CLIENTS], got = 0;
  for (int i = 0; i < CLIENTS; i++) e[3 * i] = accepted[i], e[3 * i + 1] = ORUS_POLL_READ;
  while (got < CLIENTS) {
    assert_true(orus_io_poll(&w->k, e, 3 * CLIENTS, 5000000000) > 0);
    for (int i = 0; i < CLIENTS; i++)
      if (e[3 * i + 2] & ORUS_POLL_READ) got += orus_io_read(&w->k, accepted[i], &c, 1);
  }
  fill(w, accepted[0]);
  e[1] = ORUS_POLL_WRITE;
  assert_int_equal(orus_io_poll(&w->k, e, 3, 0), 0);
  world_end(w);
}

static void a_refused_connect_is_told_afterwards(void **unused) {
  (void)unused;
  World *w = world_new();
  char address[32];
  nobody(w, address);
  int64_t h = socket_of(w, ORUS_NET_IPV4, ORUS_NET_TCP, ORUS_NET_NONBLOCK);
  assert_int_equal(orus_net_connect(&w->k, h, TEXT(address)), -1);
  if (w->k.error == KERR_IN_PROGRESS) {
    int64_t e[] = {h, ORUS_POLL_WRITE, 0};
    assert_int_equal(orus_io_poll(&w->k, e, 3, 5000000000), 1);
    assert_true(e[2] & ORUS_POLL_WRITE && e[2] & ORUS_POLL_ENDED);
    assert_int_equal(orus_net_connect(&w->k, h, NULL, 0), -1);
  }
  assert_int_equal(w->k.error, KERR_REFUSED);
  world_end(w);
}

/* To a network that swallows everything (a TCP port that listens with a full queue): still in progress. */
static void a_connect_may_stay_in_progress(void **unused) {
  (void)unused;
  World *w = world_new();
  char address[32];
  int64_t server = socket_of(w, ORUS_NET_IPV4, ORUS_NET_TCP, 0), last = -1;
  snprintf(address, sizeof address, "127.0.0.1:%d", (int)orus_net_bind(&w->k, server, TEXT("127.0.0.1:0")));
  assert_int_equal(orus_net_listen(&w->k, server, 0), 0);
  for (int i = 0; i < 8; i++) {
    last = socket_of(w, ORUS_NET_IPV4, ORUS_NET_TCP, ORUS_NET_NONBLOCK);
    FAILS(orus_net_connect(&w->k, last, TEXT(address)), IN_PROGRESS);
    usleep(1000);
  }
  FAILS(orus_net_connect(&w->k, last, NULL, 0), IN_PROGRESS);
  int64_t e[] = {last, ORUS_POLL_WRITE, 0};
  assert_int_equal(orus_io_poll(&w->k, e, 3, 1000000), 0);
  world_end(w);
}

static void datagrams_keep_their_bounds(void **unused) {
  (void)unused;
  World *w = world_new();
  char address[32], text[16];
  int64_t a = socket_of(w, ORUS_NET_IPV4, ORUS_NET_UDP, 0), b = socket_of(w, ORUS_NET_IPV4, ORUS_NET_UDP, ORUS_NET_NONBLOCK);
  snprintf(address, sizeof address, "127.0.0.1:%d", (int)orus_net_bind(&w->k, b, TEXT("127.0.0.1:0")));
  assert_int_equal(orus_net_connect(&w->k, a, TEXT(address)), 0);
  FAILS(orus_io_read(&w->k, b, text, 16), AGAIN);
  assert_int_equal(orus_io_write(&w->k, a, "one", 3), 3);
  assert_int_equal(orus_io_write(&w->k, a, "", 0), 0);
  assert_int_equal(orus_io_write(&w->k, a, "three", 5), 5);
  int64_t e[] = {b, ORUS_POLL_READ, 0};
  assert_int_equal(orus_io_poll(&w->k, e, 3, 5000000000), 1);
  assert_int_equal(orus_io_read(&w->k, b, text, 16), 3);
  assert_int_equal(orus_io_read(&w->k, b, text, 16), 0); /* an empty one */
  FAILS(orus_io_read(&w->k, b, text, 4), TOO_SMALL);
  FAILS(orus_io_read(&w->k, b, text, 16), AGAIN); /* it is lost */
  static char huge[70000];
  FAILS(orus_io_write(&w->k, a, huge, sizeof huge), INVALID);
  world_end(w);
}

/* A datagram comes with its address, and an answer goes back by copying it. */
static void an_addressed_socket_answers(World *w, int64_t family, int64_t flags, const char *own, const char *from, int64_t from_family, int64_t seen) {
  char address[64], packet[64];
  int64_t server = orus_net_socket(&w->k, family, ORUS_NET_UDP, flags | ORUS_NET_ADDRESSED), client = socket_of(w, from_family, ORUS_NET_UDP, 0);
  assert_true(server >= 0);
  int64_t port = orus_net_bind(&w->k, server, TEXT(own));
  assert_true(port > 0);
  snprintf(address, sizeof address, from, (int)port);
  assert_int_equal(orus_net_connect(&w->k, client, TEXT(address)), 0);
  assert_int_equal(orus_io_write(&w->k, client, "hello", 5), 5);
  FAILS(orus_io_read(&w->k, server, packet, 23), TOO_SMALL); /* nothing is lost yet */
  assert_int_equal(orus_io_read(&w->k, server, packet, sizeof packet), 29);
  assert_int_equal(packet[0], seen);
  assert_memory_equal(packet + 24, "hello", 5);
  memcpy(packet + 24, "HELLO", 5);
  assert_int_equal(orus_io_write(&w->k, server, packet, 29), 29);
  assert_int_equal(orus_io_read(&w->k, client, packet, sizeof packet), 5);
  assert_memory_equal(packet, "HELLO", 5);
  FAILS(orus_io_write(&w->k, server, packet, 5), INVALID); /* no address */
  orus_fs_close(&w->k, server);
  orus_fs_close(&w->k, client);
}

static void addressed_datagrams_over_both_families(void **unused) {
  (void)unused;
  World *w = world_new();
  an_addressed_socket_answers(w, ORUS_NET_IPV4, 0, "127.0.0.1:0", "127.0.0.1:%d", ORUS_NET_IPV4, ORUS_NET_IPV4);
  an_addressed_socket_answers(w, ORUS_NET_IPV6, 0, "[::1]:0", "[::1]:%d", ORUS_NET_IPV6, ORUS_NET_IPV6);
  an_addressed_socket_answers(w, ORUS_NET_IPV6, ORUS_NET_DUAL, ":0", "127.0.0.1:%d", ORUS_NET_IPV4, ORUS_NET_IPV4);
  world_end(w);
}

static void connections_over_ipv6(void **unused) {
  (void)unused;
  World *w = world_new();
  char address[64], text[64], c = 0;
  int64_t server = socket_of(w, ORUS_NET_IPV6, ORUS_NET_TCP, 0), client = socket_of(w, ORUS_NET_IPV6, ORUS_NET_TCP, 0);
  int64_t port = orus_net_bind(&w->k, server, TEXT("[::1]:0"));
  assert_true(port > 0);
  assert_int_equal(orus_net_listen(&w->k, server, 4), 0);
  int n = snprintf(address, sizeof address, "[::1]:%d", (int)port);
  assert_int_equal(orus_net_connect(&w->k, client, TEXT(address)), 0);
  int64_t end = orus_net_accept(&w->k, server, 0);
  assert_int_equal(orus_io_write(&w->k, client, "6", 1), 1);
  assert_int_equal(orus_io_read(&w->k, end, &c, 1), 1);
  assert_int_equal(orus_sys_info(&w->k, ORUS_INFO_PEER, client, NULL, 0, text, sizeof text), n);
  assert_memory_equal(text, address, (size_t)n);
  /* without NET_DUAL it is IPv6 alone: the same port of IPv4 is free, unless a stranger has it */
  int64_t other = -1;
  for (int tries = 0; tries < 10 && other < 0; tries++) {
    server = socket_of(w, ORUS_NET_IPV6, ORUS_NET_TCP, 0);
    port = orus_net_bind(&w->k, server, TEXT("[::]:0"));
    snprintf(address, sizeof address, "0.0.0.0:%d", (int)port);
    other = orus_net_bind(&w->k, socket_of(w, ORUS_NET_IPV4, ORUS_NET_TCP, 0), TEXT(address));
  }
  assert_true(other > 0 && other == port);
  FAILS(orus_net_bind(&w->k, socket_of(w, ORUS_NET_IPV6, ORUS_NET_TCP, ORUS_NET_DUAL), TEXT(address)), IN_USE); /* with it, an IPv4 address is one of its own */
  world_end(w);
}

static void addresses_are_read_strictly(void **unused) {
  (void)unused;
  World *w = world_new();
  int64_t v4 = socket_of(w, ORUS_NET_IPV4, ORUS_NET_TCP, 0), v6 = socket_of(w, ORUS_NET_IPV6, ORUS_NET_TCP, 0);
  static const char *const bad[] = {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:-1", "127.0.0.1:65536", "127.0.0.1:999999", "::1:80", "[::1]", "[::1:80",
                                    "[::1]x:80", "[127.0.0.1]:80", "127.0.0.1:+1", "127.0.0.1: 1"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    FAILS(orus_net_bind(&w->k, v4, TEXT(bad[i])), INVALID);
    FAILS(orus_net_bind(&w->k, v6, TEXT(bad[i])), INVALID);
  }
  FAILS(orus_net_bind(&w->k, v4, "127.0.0.1\0:80", 13), INVALID);
  FAILS(orus_net_bind(&w->k, v6, TEXT("127.0.0.1:0")), INVALID);
  assert_true(orus_net_bind(&w->k, v4, TEXT("localhost:0")) > 0); /* a name, from the host's own list */
  world_end(w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_connection_carries_bytes_both_ways), cmocka_unit_test(addresses_are_told), cmocka_unit_test(one_thread_serves_without_blocking),
      cmocka_unit_test(a_refused_connect_is_told_afterwards), cmocka_unit_test(a_connect_may_stay_in_progress), cmocka_unit_test(datagrams_keep_their_bounds),
      cmocka_unit_test(addressed_datagrams_over_both_families), cmocka_unit_test(connections_over_ipv6), cmocka_unit_test(addresses_are_read_strictly),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
