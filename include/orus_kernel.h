/* orus_kernel.h -- the kernel ABI, version 1: the only door of Orus to the outside world.  Generated from spec/kernel.idl: run `make docs`.
 *
 * An OrusKernel holds the handles and counters and is shared by threads; an OrusKctx belongs to one thread.  Every call returns >= 0, or -1 with
 * k->error one of ORUS_ERR_, never the host's number (pointers: NULL).  A call that succeeds leaves k->error alone.  docs/kernel_abi.md tells more. */
#ifndef ORUS_KERNEL_H
#define ORUS_KERNEL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ORUS_KERNEL_v1 1

typedef int64_t OrusHandle; /* 0, 1, 2: the standard streams; others never come back once closed */
typedef struct OrusKernel OrusKernel;
typedef struct OrusPort OrusPort;

typedef struct OrusKctx {
  OrusKernel *kernel;
  int32_t error; /* of the last failed call */
} OrusKctx;

typedef struct OrusCounters {
  int64_t calls, failures, bytes;
} OrusCounters;

/* The port of this host.  ORUS_ERR_OK, or why there is no kernel and *out is NULL. */
const OrusPort *orus_port_posix(void);
int32_t orus_kernel_open(const OrusPort *port, OrusKernel **out);
/* Closes all handles but the standard streams.  No thread may be in a call; blocks of memory stay valid only as long as their port. */
void orus_kernel_close(OrusKernel *kernel);
void orus_kctx_init(OrusKctx *k, OrusKernel *kernel);
/* What was counted for the call with this id; zeros for an id that there is not. */
OrusCounters orus_kernel_counters(const OrusKernel *kernel, unsigned id);
/* "not found" ...; never NULL. */
const char *orus_error_text(int64_t error);

enum {
  ORUS_ERR_OK = 0, /* no error */
  ORUS_ERR_INVALID = 1, /* an argument is out of its domain */
  ORUS_ERR_BAD_HANDLE = 2, /* the handle was never open, is closed, or is of the wrong kind */
  ORUS_ERR_OUT_OF_MEMORY = 3, /* not enough memory */
  ORUS_ERR_INTERRUPTED = 4, /* a signal arrived before anything was done; call again */
  ORUS_ERR_AGAIN = 5, /* would block; wait with io_poll and call again */
  ORUS_ERR_NOT_FOUND = 6, /* no such file, directory, host or name */
  ORUS_ERR_EXISTS = 7, /* it exists already */
  ORUS_ERR_ACCESS = 8, /* permission denied */
  ORUS_ERR_IS_DIRECTORY = 9, /* a directory where a file was expected */
  ORUS_ERR_NOT_DIRECTORY = 10, /* a file where a directory was expected */
  ORUS_ERR_NOT_EMPTY = 11, /* directory not empty */
  ORUS_ERR_NO_SPACE = 12, /* no space left on the device, or quota or file size limit reached */
  ORUS_ERR_TOO_MANY = 13, /* too many open handles */
  ORUS_ERR_NAME_TOO_LONG = 14, /* a name or path is too long */
  ORUS_ERR_READ_ONLY = 15, /* read-only file system */
  ORUS_ERR_IO = 16, /* input/output error of the device */
  ORUS_ERR_PIPE = 17, /* the other end is closed */
  ORUS_ERR_IN_USE = 18, /* address in use */
  ORUS_ERR_NOT_AVAILABLE = 19, /* address not available */
  ORUS_ERR_REFUSED = 20, /* connection refused */
  ORUS_ERR_RESET = 21, /* connection reset */
  ORUS_ERR_NOT_CONNECTED = 22, /* not connected */
  ORUS_ERR_IN_PROGRESS = 23, /* connection in progress; wait with io_poll for writing */
  ORUS_ERR_TIMED_OUT = 24, /* timed out */
  ORUS_ERR_UNREACHABLE = 25, /* host or network unreachable */
  ORUS_ERR_NO_ENTROPY = 26, /* no source of entropy */
  ORUS_ERR_UNSUPPORTED = 27, /* this port does not offer it */
  ORUS_ERR_TOO_SMALL = 28, /* the buffer is too small for the result */
  ORUS_ERR_NO_CHILD = 29, /* no such child process, or it was waited for already */
  ORUS_ERR_CROSS_DEVICE = 30, /* source and target are on different devices */
  ORUS_ERR_LOOP = 31, /* too many symbolic links */
  ORUS_ERR_BUSY = 32, /* in use by the system */
  ORUS_ERR_OTHER = 33, /* an error of the host that has no number here */
};

enum {
  ORUS_KIND_FILE = 1, /* a file with bytes at positions */
  ORUS_KIND_DIRECTORY = 2, /* a directory */
  ORUS_KIND_STREAM = 3, /* a pipe, terminal or other device */
  ORUS_KIND_SOCKET = 4, /* a socket */
  ORUS_KIND_PROCESS = 5, /* a child process */
  ORUS_KIND_LINK = 6, /* a symbolic link (fs_stat with STAT_NOFOLLOW, fs_list) */
  ORUS_POLL_READ = 1, /* reading, accepting, or waiting for the process would not block */
  ORUS_POLL_WRITE = 2, /* writing would not block; a connection is made or failed */
  ORUS_POLL_ENDED = 4, /* the other end is closed or the socket has an error; reported whether wanted or not */
  ORUS_OPEN_READ = 1, /* for reading */
  ORUS_OPEN_WRITE = 2, /* for writing */
  ORUS_OPEN_CREATE = 4, /* make it when it is not there */
  ORUS_OPEN_TRUNCATE = 8, /* make it empty; needs OPEN_WRITE */
  ORUS_OPEN_APPEND = 16, /* every write goes to the end; needs OPEN_WRITE */
  ORUS_OPEN_EXCLUSIVE = 32, /* with OPEN_CREATE: it must not be there */
  ORUS_OPEN_NONBLOCK = 64, /* AGAIN instead of waiting */
  ORUS_OPEN_DIRECTORY = 128, /* a directory, for fs_list; with OPEN_READ only */
  ORUS_OPEN_EXECUTABLE = 256, /* with OPEN_CREATE: may be run as a program */
  ORUS_OPEN_KEYS = 512, /* a terminal, key by key until the handle is closed: no echo, no editing of lines, no signals from keys; UNSUPPORTED for what is none */
  ORUS_SEEK_START = 0, /* from the start */
  ORUS_SEEK_HERE = 1, /* from the present position */
  ORUS_SEEK_END = 2, /* from the end */
  ORUS_STAT_NOFOLLOW = 1, /* flag: a symbolic link itself, not what it leads to */
  ORUS_STAT_KIND = 0, /* value 0: KIND_ (STREAM also stands for devices) */
  ORUS_STAT_SIZE = 1, /* value 1: bytes */
  ORUS_STAT_MODIFIED = 2, /* value 2: last change of the contents, ns since 1970 UTC */
  ORUS_STAT_MODE = 3, /* value 3: permission bits as in POSIX, 12 bits */
  ORUS_STAT_ACCESSED = 4, /* value 4: last reading, ns since 1970 UTC */
  ORUS_STAT_DEVICE = 5, /* value 5: number of the device */
  ORUS_STAT_IDENTITY = 6, /* value 6: number of the file on its device */
  ORUS_STAT_LINKS = 7, /* value 7: names that this file has */
  ORUS_REMOVE_DIRECTORY = 1, /* an empty directory instead of a file */
  ORUS_STREAM_INHERIT = -1, /* the child uses ours */
  ORUS_STREAM_NULL = -2, /* empty to read, swallows what is written */
  ORUS_STREAM_PIPE = -3, /* a new pipe; the value is replaced by the handle of our end */
  ORUS_STREAM_OUTPUT = -4, /* for standard error: the same as standard output */
  ORUS_SPAWN_CLEAR_ENV = 1, /* env is all there is; otherwise it is added to ours */
  ORUS_SPAWN_NONBLOCK = 64, /* our ends of new pipes do not block */
  ORUS_WAIT_END = 1, /* first ask the process to end (SIGTERM) */
  ORUS_WAIT_KILL = 2, /* first kill it (SIGKILL) */
  ORUS_NET_IPV4 = 4, /* family */
  ORUS_NET_IPV6 = 6, /* family; takes no IPv4 unless NET_DUAL */
  ORUS_NET_TCP = 1, /* kind: a stream */
  ORUS_NET_UDP = 2, /* kind: datagrams */
  ORUS_NET_NONBLOCK = 64, /* flag: AGAIN or IN_PROGRESS instead of waiting */
  ORUS_NET_ADDRESSED = 128, /* flag, UDP: each datagram read or written begins with 24 bytes: family 2, port 2, scope 4, address 16 (little-endian numbers, address in network order) */
  ORUS_NET_REUSE = 256, /* flag: bind although an old connection of this address lingers */
  ORUS_NET_DUAL = 512, /* flag, NET_IPV6: takes IPv4 too */
  ORUS_NET_NODELAY = 1024, /* flag, TCP: send small writes at once */
  ORUS_NET_BROADCAST = 2048, /* flag, UDP: may send to broadcast addresses */
  ORUS_CLOSE_ALL = 0, /* the handle is gone */
  ORUS_CLOSE_READING = 1, /* nothing more is read */
  ORUS_CLOSE_WRITING = 2, /* nothing more is written: the other side sees the end */
  ORUS_CLOSE_BOTH = 3, /* both, but the handle stays */
  ORUS_INFO_SYSTEM = 0, /* values: ABI version, port (1 POSIX), bits of a pointer, page bytes, processors, memory bytes, process number, open handles; text: `system machine` */
  ORUS_INFO_DIRECTORY = 1, /* text: the current directory */
  ORUS_INFO_EXECUTABLE = 2, /* text: path of the program that is running */
  ORUS_INFO_HOST = 3, /* text: the name of this computer */
  ORUS_INFO_HANDLE = 4, /* subject: a handle; values: KIND_, 1 for a terminal, its columns, its rows, port of a socket; text: local address of a socket */
  ORUS_INFO_PEER = 5, /* subject: a connected socket; values: port; text: remote address */
  ORUS_INFO_COUNTERS = 6, /* subject: id of a call; values: calls, failures, bytes; text: its name */
  ORUS_INFO_ERROR = 7, /* subject: number of an error; text: what it means */
  ORUS_TRACE_TARGET = 0, /* event: where the trace goes */
  ORUS_CAP_IO_NONBLOCK = 40, /* bit: handles that do not block */
  ORUS_CAP_RNG_CSPRNG = 41, /* bit: rng_fill is fit for keys */
  ORUS_CAP_NET_TCP = 42, /* bit */
  ORUS_CAP_NET_UDP = 43, /* bit */
  ORUS_CAP_NET_IPV6 = 44, /* bit; net_socket still fails where the host has it switched off */
  ORUS_CAP_NET_UNIX = 45, /* bit: sockets of the file system */
  ORUS_CAP_NET_TLS = 46, /* bit; never set: TLS is written in Orus */
  ORUS_CAP_PROC_POLL = 47, /* bit: io_poll takes processes */
};

enum {
  ORUS_CALL_mem_alloc = 1,
  ORUS_CALL_mem_realloc = 2,
  ORUS_CALL_mem_free = 3,
  ORUS_CALL_mem_zero = 4,
  ORUS_CALL_io_read = 5,
  ORUS_CALL_io_write = 6,
  ORUS_CALL_io_poll = 7,
  ORUS_CALL_fs_open = 8,
  ORUS_CALL_fs_close = 9,
  ORUS_CALL_fs_seek = 10,
  ORUS_CALL_fs_stat = 11,
  ORUS_CALL_fs_list = 12,
  ORUS_CALL_fs_remove = 13,
  ORUS_CALL_fs_rename = 14,
  ORUS_CALL_fs_mkdir = 15,
  ORUS_CALL_rng_fill = 16,
  ORUS_CALL_time_monotonic = 17,
  ORUS_CALL_time_utc = 18,
  ORUS_CALL_env_get = 19,
  ORUS_CALL_env_iter = 20,
  ORUS_CALL_proc_exit = 21,
  ORUS_CALL_proc_spawn = 22,
  ORUS_CALL_proc_wait = 23,
  ORUS_CALL_net_socket = 24,
  ORUS_CALL_net_bind = 25,
  ORUS_CALL_net_listen = 26,
  ORUS_CALL_net_accept = 27,
  ORUS_CALL_net_connect = 28,
  ORUS_CALL_net_close = 29,
  ORUS_CALL_sys_info = 30,
  ORUS_CALL_trace_emit = 31,
  ORUS_CALL_kernel_caps = 32,
  ORUS_CALL_kernel_errno = 33,
};

/* read what there is into a buffer; a datagram that does not fit is lost (TOO_SMALL): bytes read, 0 at the end */
int64_t orus_io_read(OrusKctx *k, OrusHandle handle, void *data, int64_t data_count);
/* write from a buffer: bytes written, maybe fewer than offered */
int64_t orus_io_write(OrusKctx *k, OrusHandle handle, const void *data, int64_t data_count);
/* wait for triples (handle, POLL_ bits wanted, POLL_ bits ready), at most so many ns (negative: for ever); no triples: sleep: how many entries are ready, 0 when the time is over */
int64_t orus_io_poll(OrusKctx *k, int64_t *entries, int64_t entries_count, int64_t timeout_ns);
/* open a file, or with OPEN_DIRECTORY a directory for fs_list; flags OPEN_: a handle */
int64_t orus_fs_open(OrusKctx *k, const char *path, int64_t path_length, int64_t flags);
/* close a handle of any kind; it is gone even when this fails: 0 */
int64_t orus_fs_close(OrusKctx *k, OrusHandle handle);
/* move to an offset from SEEK_START, SEEK_HERE or SEEK_END; a directory can only go back to 0: the new position in bytes */
int64_t orus_fs_seek(OrusKctx *k, OrusHandle handle, int64_t offset, int64_t whence);
/* what a path names: values STAT_, as many as fit; flag STAT_NOFOLLOW: of a link itself: how many values there are */
int64_t orus_fs_stat(OrusKctx *k, const char *path, int64_t path_length, int64_t flags, int64_t *info, int64_t info_count);
/* the next entries, as many as fit: KIND_ (1 byte, 0 unknown), length (2 bytes, little endian), name; without `.` and `..`, in no order: bytes of entries, 0 behind the last */
int64_t orus_fs_list(OrusKctx *k, OrusHandle directory, void *entries, int64_t entries_count);
/* remove a file or a link; with REMOVE_DIRECTORY an empty directory: 0 */
int64_t orus_fs_remove(OrusKctx *k, const char *path, int64_t path_length, int64_t flags);
/* give a file or directory another name; atomically replaces a file, or an empty directory by a directory: 0 */
int64_t orus_fs_rename(OrusKctx *k, const char *from, int64_t from_length, const char *to, int64_t to_length);
/* make a directory: 0 */
int64_t orus_fs_mkdir(OrusKctx *k, const char *path, int64_t path_length);
/* fill a buffer from the host's cryptographic source; all of it, or none: then it is all zero: bytes filled: all */
int64_t orus_rng_fill(OrusKctx *k, void *data, int64_t data_count);
/* a clock that never goes back, over all threads of the kernel: ns since some start */
int64_t orus_time_monotonic(OrusKctx *k);
/* wall clock; it may be set and go back: ns since 1970-01-01 00:00 UTC */
int64_t orus_time_utc(OrusKctx *k);
/* value of a variable, as it was when the kernel was opened; an empty buffer asks for the length: length of the value */
int64_t orus_env_get(OrusKctx *k, const char *name, int64_t name_length, void *value, int64_t value_count);
/* the index-th NAME=value, as when the kernel was opened; an empty buffer asks for the length: length of the entry, 0 behind the last */
int64_t orus_env_iter(OrusKctx *k, int64_t index, void *entry, int64_t entry_count);
/* end the process at once with a code from 0 to 255; nothing else runs: does not return */
int64_t orus_proc_exit(OrusKctx *k, int64_t code);
/* start a program: args and env are texts that each end in a zero byte; streams are three STREAM_ values or handles; flags SPAWN_: a handle for proc_wait and io_poll */
int64_t orus_proc_spawn(OrusKctx *k, const void *args, int64_t args_count, const void *env, int64_t env_count, const char *cwd, int64_t cwd_length, int64_t flags, int64_t *streams, int64_t streams_count);
/* wait until a process ends, at most so many ns (negative: for ever), after doing what flags WAIT_ say: exit code 0 to 255, or 256 and the number of the signal */
int64_t orus_proc_wait(OrusKctx *k, OrusHandle process, int64_t timeout_ns, int64_t flags);
/* a socket of NET_IPV4 or NET_IPV6, NET_TCP or NET_UDP, with flags NET_: a handle */
int64_t orus_net_socket(OrusKctx *k, int64_t family, int64_t kind, int64_t flags);
/* give a socket a local address, `host:port`; an empty host is any, port 0 a free one: the port */
int64_t orus_net_bind(OrusKctx *k, OrusHandle socket, const char *address, int64_t address_length);
/* let a TCP socket take connections, up to a number of them not yet accepted: 0 */
int64_t orus_net_listen(OrusKctx *k, OrusHandle socket, int64_t backlog);
/* take a connection; flags NET_NONBLOCK and NET_NODELAY are for the new socket: a handle */
int64_t orus_net_accept(OrusKctx *k, OrusHandle socket, int64_t flags);
/* connect to `host:port`; after IN_PROGRESS or INTERRUPTED, an empty address asks how it went: 0 */
int64_t orus_net_connect(OrusKctx *k, OrusHandle socket, const char *address, int64_t address_length);
/* close a socket (CLOSE_ALL), or only end reading or writing and keep it: 0 */
int64_t orus_net_close(OrusKctx *k, OrusHandle socket, int64_t how);
/* values and text of an INFO_ topic, as many values as fit; an empty text buffer asks for the length: length of the text */
int64_t orus_sys_info(OrusKctx *k, int64_t topic, int64_t subject, int64_t *values, int64_t values_count, void *text, int64_t text_count);
/* write a line `ns event value message` to the trace; event TRACE_TARGET makes handle `value` the target (-1: none): bytes written, 0 without a target */
int64_t orus_trace_emit(OrusKctx *k, int64_t event, int64_t value, const char *message, int64_t message_length);
/* bit n: call n works on this port; bits CAP_: features: bits */
int64_t orus_kernel_caps(OrusKctx *k);
/* error of this thread's last failed call; calls that succeed leave it: a KERNEL_ERROR number */
int64_t orus_kernel_errno(OrusKctx *k);

/* Sizes are positive; `size` and `align` of a block are those it was got with. */
void *orus_mem_alloc(OrusKctx *k, int64_t size, int64_t align);
void *orus_mem_realloc(OrusKctx *k, void *block, int64_t old_size, int64_t new_size, int64_t align);
int64_t orus_mem_free(OrusKctx *k, void *block, int64_t size, int64_t align);
int64_t orus_mem_zero(OrusKctx *k, void *block, int64_t size);

#ifdef __cplusplus
}
#endif
#endif
