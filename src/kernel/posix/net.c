/* net.c -- TCP and UDP over IPv4 and IPv6.
 *
 * The flags of a socket handle are those it was made with, and SOCKET_IPV6, SOCKET_TCP or SOCKET_UDP. */
#include "kernel/posix/posix.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SOCKET_IPV6 = 1, SOCKET_TCP = 2, SOCKET_UDP = 4, ADDRESS_HEADER = 24 };

typedef union Address {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
  struct sockaddr_storage room;
} Address;

/* -- making -- */

static int set(int fd, int level, int option, int on) { return setsockopt(fd, level, option, &on, sizeof on) == 0; }

static int flags_fit(int64_t family, int64_t kind, int64_t flags) {
  int64_t all = ORUS_NET_NONBLOCK | ORUS_NET_REUSE | (kind == ORUS_NET_TCP ? ORUS_NET_NODELAY : ORUS_NET_ADDRESSED | ORUS_NET_BROADCAST) |
                (family == ORUS_NET_IPV6 ? ORUS_NET_DUAL : 0);
  return (family == ORUS_NET_IPV4 || family == ORUS_NET_IPV6) && (kind == ORUS_NET_TCP || kind == ORUS_NET_UDP) && !(flags & ~all);
}

static int set_options(int fd, int64_t family, int64_t flags) {
  if (family == ORUS_NET_IPV6 && !set(fd, IPPROTO_IPV6, IPV6_V6ONLY, !(flags & ORUS_NET_DUAL))) return 0;
  if (flags & ORUS_NET_REUSE && !set(fd, SOL_SOCKET, SO_REUSEADDR, 1)) return 0;
  if (flags & ORUS_NET_NODELAY && !set(fd, IPPROTO_TCP, TCP_NODELAY, 1)) return 0;
  return !(flags & ORUS_NET_BROADCAST) || set(fd, SOL_SOCKET, SO_BROADCAST, 1);
}

int64_t posix_net_socket(Kctx *ctx, const KernelArgs *a, KernelHandle *unused) {
  (void)unused;
  int64_t family = a->raw[0], kind = a->raw[1], flags = a->raw[2];
  if (!flags_fit(family, kind, flags)) return kernel_fail(ctx, KERR_INVALID);
  KernelHandle *h = kernel_handle_new(ctx);
  if (!h) return -1;
  int type = (kind == ORUS_NET_TCP ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | (flags & ORUS_NET_NONBLOCK ? SOCK_NONBLOCK : 0);
  int fd = socket(family == ORUS_NET_IPV6 ? AF_INET6 : AF_INET, type, 0);
  if (fd < 0 || !set_options(fd, family, flags)) {
    posix_fail(ctx);
    if (fd >= 0) close(fd);
    kernel_handle_give_up(ctx, h);
    return -1;
  }
  h->kind = ORUS_KIND_SOCKET;
  h->host = fd;
  h->flags = (int32_t)flags | (family == ORUS_NET_IPV6 ? SOCKET_IPV6 : 0) | (kind == ORUS_NET_TCP ? SOCKET_TCP : SOCKET_UDP);
  return kernel_handle_publish(ctx, h);
}

static int is_socket(Kctx *ctx, const KernelHandle *h) { return h->kind == ORUS_KIND_SOCKET || kernel_fail(ctx, KERR_BAD_HANDLE) >= 0; }

/* -- addresses -- */

/* Splits `[host]:port` or `host:port` in place. */
static int split(char *text, char **host, char **port) {
  char *colon = strrchr(text, ':');
  if (!colon || !colon[1] || colon[strspn(colon + 1, "0123456789") + 1] || strlen(colon + 1) > 5 || atoi(colon + 1) > 65535) return 0;
  *colon = 0;
  *port = colon + 1;
  *host = text;
  if (*text != '[') return !strchr(text, ':');
  size_t n = strlen(text);
  text[n - 1] = text[n - 1] == ']' ? 0 : text[n - 1];
  *host = text + 1;
  return strlen(text) == n - 1 && strchr(*host, ':');
}

static KernelError resolver_error(int error) {
  switch (error) {
  case EAI_AGAIN: return KERR_TIMED_OUT;
  case EAI_MEMORY: return KERR_OUT_OF_MEMORY;
  case EAI_SYSTEM: return posix_error(errno);
  case EAI_FAIL: return KERR_OTHER;
  default: return KERR_NOT_FOUND;
  }
}

static int is_numeric(const char *host) {
  struct in6_addr to;
  return inet_pton(AF_INET, host, &to) == 1 || strchr(host, ':');
}

/* What an address argument means, to be freed with freeaddrinfo(); NULL after failing.  Numbers never ask anybody. */
static struct addrinfo *look_up(Kctx *ctx, const KernelArgs *a, const KernelHandle *h, int local) {
  char text[PATH_ROOM], *host, *port;
  if (!posix_text(ctx, a, 0, text)) return NULL;
  if (!split(text, &host, &port)) return kernel_fail(ctx, KERR_INVALID), NULL;
  if (strlen(host) > 255) return kernel_fail(ctx, KERR_NAME_TOO_LONG), NULL;
  int v6 = h->flags & SOCKET_IPV6, numeric = is_numeric(host);
  struct addrinfo hints = {.ai_family = v6 ? AF_INET6 : AF_INET, .ai_socktype = h->flags & SOCKET_TCP ? SOCK_STREAM : SOCK_DGRAM}, *result = NULL;
  hints.ai_flags = AI_NUMERICSERV | (local ? AI_PASSIVE : 0) | (numeric ? AI_NUMERICHOST : 0) | (h->flags & ORUS_NET_DUAL && *host ? AI_V4MAPPED : 0);
  int error = getaddrinfo(*host ? host : NULL, port, &hints, &result);
  if (error) return kernel_fail(ctx, numeric ? KERR_INVALID : resolver_error(error)), NULL;
  return result;
}

static int64_t port_of(const Address *address) { return ntohs(address->any.sa_family == AF_INET6 ? address->v6.sin6_port : address->v4.sin_port); }

int64_t posix_socket_name(Kctx *ctx, KernelHandle *h, int remote, char *to, int64_t *port) {
  Address address;
  socklen_t size = sizeof address;
  char host[INET6_ADDRSTRLEN];
  if (!is_socket(ctx, h)) return -1;
  if ((remote ? getpeername(h->host, &address.any, &size) : getsockname(h->host, &address.any, &size)) < 0) return posix_fail(ctx);
  int v6 = address.any.sa_family == AF_INET6;
  if (!v6 && address.any.sa_family != AF_INET) return kernel_fail(ctx, KERR_UNSUPPORTED); /* a standard stream may be a socket of another family */
  if (!inet_ntop(address.any.sa_family, v6 ? (const void *)&address.v6.sin6_addr : &address.v4.sin_addr, host, sizeof host)) return posix_fail(ctx);
  *port = port_of(&address);
  char scope[16] = "";
  if (v6 && address.v6.sin6_scope_id) snprintf(scope, sizeof scope, "%%%u", (unsigned)address.v6.sin6_scope_id);
  return snprintf(to, ADDRESS_ROOM, v6 ? "[%s%s]:%d" : "%s%s:%d", host, scope, (int)*port);
}

/* -- connecting -- */

int64_t posix_net_bind(Kctx *ctx, const KernelArgs *a, KernelHandle *h) {
  Address address;
  socklen_t size = sizeof address;
  if (!is_socket(ctx, h)) return -1;
  struct addrinfo *list = look_up(ctx, a, h, 1);
  if (!list) return -1;
  int64_t result = posix_result(ctx, bind(h->host, list->ai_addr, list->ai_addrlen));
  freeaddrinfo(list);
  if (result < 0) return -1;
  return getsockname(h->host, &address.any, &size) < 0 ? posix_fail(ctx) : port_of(&address);
}

int64_t posix_net_listen(Kctx *ctx, const KernelArgs *a, KernelHandle *h) {
  if (!is_socket(ctx, h)) return -1;
  if (!(h->flags & SOCKET_TCP)) return kernel_fail(ctx, KERR_BAD_HANDLE);
  if (a->raw[1] < 0) return kernel_fail(ctx, KERR_INVALID);
  return posix_result(ctx, listen(h->host, a->raw[1] > SOMAXCONN ? SOMAXCONN : (int)a->raw[1]));
}

int64_t posix_net_accept(Kctx *ctx, const KernelArgs *a, KernelHandle *h) {
  int64_t flags = a->raw[1];
  if (!is_socket(ctx, h)) return -1;
  if (!(h->flags & SOCKET_TCP)) return kernel_fail(ctx, KERR_BAD_HANDLE);
  if (flags & ~(int64_t)(ORUS_NET_NONBLOCK | ORUS_NET_NODELAY)) return kernel_fail(ctx, KERR_INVALID);
  KernelHandle *fresh = kernel_handle_new(ctx);
  if (!fresh) return -1;
  int fd = accept4(h->host, NULL, NULL, SOCK_CLOEXEC | (flags & ORUS_NET_NONBLOCK ? SOCK_NONBLOCK : 0));
  if (fd < 0) {
    posix_fail(ctx);
    kernel_handle_give_up(ctx, fresh);
    return -1;
  }
  if (flags & ORUS_NET_NODELAY) set(fd, IPPROTO_TCP, TCP_NODELAY, 1); /* a connection that is dead already shows that when it is read */
  fresh->kind = ORUS_KIND_SOCKET;
  fresh->host = fd;
  fresh->flags = (int32_t)flags | (h->flags & (SOCKET_IPV6 | SOCKET_TCP | ORUS_NET_DUAL));
  return kernel_handle_publish(ctx, fresh);
}

/* How a connect went that did not finish at once. */
static int64_t connect_outcome(Kctx *ctx, KernelHandle *h) {
  Address address;
  int error = 0;
  socklen_t size = sizeof error, room = sizeof address;
  if (getsockopt(h->host, SOL_SOCKET, SO_ERROR, &error, &size) < 0) return posix_fail(ctx);
  if (error) return kernel_fail(ctx, posix_error(error));
  if (getpeername(h->host, &address.any, &room) == 0) return 0;
  struct pollfd fd = {h->host, POLLOUT, 0};
  return kernel_fail(ctx, h->flags & SOCKET_TCP && poll(&fd, 1, 0) == 0 ? KERR_IN_PROGRESS : KERR_NOT_CONNECTED);
}

/* A name may have several addresses: the next one when the last was not there, or the error of the last. */
int64_t posix_net_connect(Kctx *ctx, const KernelArgs *a, KernelHandle *h) {
  if (!is_socket(ctx, h)) return -1;
  if (!a->sizes[0]) return connect_outcome(ctx, h);
  struct addrinfo *list = look_up(ctx, a, h, 0);
  if (!list) return -1;
  int error = 0;
  for (struct addrinfo *at = list; at; at = at->ai_next) {
    error = connect(h->host, at->ai_addr, at->ai_addrlen) < 0 ? errno : 0;
    if (error != ECONNREFUSED && error != ETIMEDOUT && error != EHOSTUNREACH && error != ENETUNREACH) break;
  }
  freeaddrinfo(list);
  return error ? kernel_fail(ctx, posix_error(error)) : 0;
}

int64_t posix_net_close(Kctx *ctx, const KernelArgs *a, KernelHandle *unused) {
  (void)unused;
  static const int how[] = {0, SHUT_RD, SHUT_WR, SHUT_RDWR};
  KernelHandle *h = kernel_handle_get(ctx, a->raw[0]);
  if (!h) return -1;
  int64_t result = -1;
  if (!is_socket(ctx, h)) result = -1;
  else if (a->raw[1] < 0 || a->raw[1] > ORUS_CLOSE_BOTH) result = kernel_fail(ctx, KERR_INVALID);
  else if (a->raw[1] == ORUS_CLOSE_ALL) result = kernel_handle_close(ctx, a->raw[0]);
  else result = posix_result(ctx, shutdown(h->host, how[a->raw[1]]));
  int32_t error = ctx->error;
  int64_t closed = kernel_handle_put(ctx, h);
  if (result < 0) ctx->error = error;
  return result < 0 ? result : closed;
}

/* -- datagrams with their addresses: family 2, port 2, scope 4, address 16 -- */

static void put_number(unsigned char *to, uint32_t value, int bytes) {
  for (int i = 0; i < bytes; i++) to[i] = (unsigned char)(value >> 8 * i);
}

static uint32_t get_number(const unsigned char *from, int bytes) {
  uint32_t value = 0;
  for (int i = 0; i < bytes; i++) value |= (uint32_t)from[i] << 8 * i;
  return value;
}

static const unsigned char mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}; /* RFC 4291, 2.5.5.2 */

static void put_address(unsigned char *to, const Address *address) {
  memset(to, 0, ADDRESS_HEADER);
  int v6 = address->any.sa_family == AF_INET6, mapped = v6 && !memcmp(&address->v6.sin6_addr, mapped_prefix, sizeof mapped_prefix);
  put_number(to, v6 && !mapped ? ORUS_NET_IPV6 : ORUS_NET_IPV4, 2);
  put_number(to + 2, (uint32_t)port_of(address), 2);
  if (v6) put_number(to + 4, address->v6.sin6_scope_id, 4);
  if (mapped) memcpy(to + 8, (const char *)&address->v6.sin6_addr + 12, 4);
  else if (v6) memcpy(to + 8, &address->v6.sin6_addr, 16);
  else memcpy(to + 8, &address->v4.sin_addr, 4);
}

/* The size of the host's address; 0: not one for this socket. */
static socklen_t get_address(const KernelHandle *h, const unsigned char *from, Address *address) {
  uint32_t family = get_number(from, 2);
  in_port_t port = htons((uint16_t)get_number(from + 2, 2));
  memset(address, 0, sizeof *address);
  if (!(h->flags & SOCKET_IPV6)) {
    if (family != ORUS_NET_IPV4) return 0;
    address->v4.sin_family = AF_INET;
    address->v4.sin_port = port;
    memcpy(&address->v4.sin_addr, from + 8, 4);
    return sizeof address->v4;
  }
  if (family != ORUS_NET_IPV6 && !(family == ORUS_NET_IPV4 && h->flags & ORUS_NET_DUAL)) return 0;
  address->v6.sin6_family = AF_INET6;
  address->v6.sin6_port = port;
  address->v6.sin6_scope_id = get_number(from + 4, 4);
  if (family == ORUS_NET_IPV6) memcpy(&address->v6.sin6_addr, from + 8, 16);
  else {
    memcpy(&address->v6.sin6_addr, mapped_prefix, sizeof mapped_prefix);
    memcpy((char *)&address->v6.sin6_addr + 12, from + 8, 4);
  }
  return sizeof address->v6;
}

/* -- reading and writing -- */

static int64_t read_datagram(Kctx *ctx, KernelHandle *h, unsigned char *to, size_t n) {
  Address address;
  int addressed = h->flags & ORUS_NET_ADDRESSED;
  size_t header = addressed ? ADDRESS_HEADER : 0;
  if (n < header) return kernel_fail(ctx, KERR_TOO_SMALL); /* the datagram stays */
  struct iovec bytes = {to + header, n - header};
  struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1};
  if (addressed) message.msg_name = &address, message.msg_namelen = sizeof address;
  ssize_t r = recvmsg(h->host, &message, 0);
  if (r < 0) return posix_fail(ctx);
  if (message.msg_flags & MSG_TRUNC) return kernel_fail(ctx, KERR_TOO_SMALL);
  if (addressed) put_address(to, &address);
  return (int64_t)header + r;
}

int64_t posix_socket_read(Kctx *ctx, KernelHandle *h, void *to, size_t n) {
  return h->flags & SOCKET_UDP ? read_datagram(ctx, h, to, n) : posix_result(ctx, recv(h->host, to, n, 0));
}

int64_t posix_socket_write(Kctx *ctx, KernelHandle *h, const void *from, size_t n) {
  if (!(h->flags & ORUS_NET_ADDRESSED)) return posix_result(ctx, send(h->host, from, n, MSG_NOSIGNAL));
  Address address;
  socklen_t size = n < ADDRESS_HEADER ? 0 : get_address(h, from, &address);
  if (!size) return kernel_fail(ctx, KERR_INVALID);
  ssize_t r = sendto(h->host, (const char *)from + ADDRESS_HEADER, n - ADDRESS_HEADER, MSG_NOSIGNAL, &address.any, size);
  return r < 0 ? posix_fail(ctx) : ADDRESS_HEADER + r;
}
