/* fs.c -- files and directories. */
#include "kernel/posix/posix.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

/* A directory that is being listed.  `held` is the entry that did not fit. */
typedef struct Directory {
  pthread_mutex_t lock;
  DIR *dir;
  struct dirent *held;
} Directory;

/* A path; an empty one names nothing.  NULL after failing. */
static const char *path_text(Kctx *ctx, const KernelArgs *a, unsigned i, char *to) {
  if (!a->sizes[i]) return kernel_fail(ctx, KERR_NOT_FOUND), NULL;
  return posix_text(ctx, a, i, to);
}

/* -- opening and closing -- */

static int open_flags(int64_t f) {
  static const struct { int ours, host; } map[] = {{ORUS_OPEN_CREATE, O_CREAT},     {ORUS_OPEN_TRUNCATE, O_TRUNC},   {ORUS_OPEN_APPEND, O_APPEND},
                                                   {ORUS_OPEN_EXCLUSIVE, O_EXCL},   {ORUS_OPEN_NONBLOCK, O_NONBLOCK}, {ORUS_OPEN_DIRECTORY, O_DIRECTORY}};
  int flags = O_CLOEXEC | O_NOCTTY | (f & ORUS_OPEN_WRITE ? (f & ORUS_OPEN_READ ? O_RDWR : O_WRONLY) : O_RDONLY);
  for (size_t i = 0; i < sizeof map / sizeof map[0]; i++)
    if (f & map[i].ours) flags |= map[i].host;
  return flags;
}

static int flags_fit(int64_t f) {
  static const int64_t all = 1023, writes = ORUS_OPEN_TRUNCATE | ORUS_OPEN_APPEND, creates = ORUS_OPEN_EXCLUSIVE | ORUS_OPEN_EXECUTABLE;
  if (f & ~all || !(f & (ORUS_OPEN_READ | ORUS_OPEN_WRITE))) return 0;
  if ((f & writes && !(f & ORUS_OPEN_WRITE)) || (f & creates && !(f & ORUS_OPEN_CREATE))) return 0;
  if (f & ORUS_OPEN_KEYS && !(f & ORUS_OPEN_READ)) return 0;
  return !(f & ORUS_OPEN_DIRECTORY) || f == (ORUS_OPEN_DIRECTORY | ORUS_OPEN_READ);
}

/* On failure the descriptor still is the caller's. */
static int open_directory(Kctx *ctx, KernelHandle *h, int fd) {
  Directory *d = kernel_alloc(ctx, sizeof *d, sizeof(void *));
  if (!d) return 0;
  *d = (Directory){PTHREAD_MUTEX_INITIALIZER, fdopendir(fd), NULL};
  if (!d->dir) {
    posix_fail(ctx);
    kernel_free(ctx, d, sizeof *d, sizeof(void *));
    return 0;
  }
  h->state = d;
  return 1;
}

/* Sets the terminal so that each key is read as it is pressed; its state keeps what was there before. */
static int open_keys(Kctx *ctx, KernelHandle *h, int fd) {
  struct termios now;
  if (tcgetattr(fd, &now) < 0) return kernel_fail(ctx, KERR_UNSUPPORTED), 0;
  struct termios *before = kernel_alloc(ctx, sizeof *before, _Alignof(struct termios));
  if (!before) return 0;
  *before = now;
  now.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
  now.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR | IXON | ISTRIP);
  now.c_cc[VMIN] = 1;
  now.c_cc[VTIME] = 0;
  if (tcsetattr(fd, TCSADRAIN, &now) < 0) {
    posix_fail(ctx);
    kernel_free(ctx, before, sizeof *before, _Alignof(struct termios));
    return 0;
  }
  h->state = before;
  return 1;
}

void posix_keys_release(Kctx *ctx, KernelHandle *h) {
  tcsetattr(h->host, TCSADRAIN, h->state);
  kernel_free(ctx, h->state, sizeof(struct termios), _Alignof(struct termios));
}

/* What was opened may be something else than what was asked for. */
static int fill_in(Kctx *ctx, KernelHandle *h, int fd, int64_t flags) {
  int32_t kind = posix_kind(fd);
  if (kind == ORUS_KIND_DIRECTORY && !(flags & ORUS_OPEN_DIRECTORY)) return kernel_fail(ctx, KERR_IS_DIRECTORY), 0;
  if (kind == ORUS_KIND_DIRECTORY && !open_directory(ctx, h, fd)) return 0;
  if (flags & ORUS_OPEN_KEYS && !open_keys(ctx, h, fd)) return 0;
  h->kind = kind;
  h->host = fd;
  return 1;
}

int64_t posix_fs_open(Kctx *ctx, const KernelArgs *a, KernelHandle *unused) {
  (void)unused;
  char path[PATH_ROOM];
  int64_t flags = a->raw[0];
  if (!path_text(ctx, a, 0, path)) return -1;
  if (!flags_fit(flags)) return kernel_fail(ctx, KERR_INVALID);
  KernelHandle *h = kernel_handle_new(ctx);
  if (!h) return -1;
  int fd = open(path, open_flags(flags), flags & ORUS_OPEN_EXECUTABLE ? 0777 : 0666);
  if (fd < 0) posix_fail(ctx);
  else if (fill_in(ctx, h, fd, flags)) return kernel_handle_publish(ctx, h);
  else close(fd);
  kernel_handle_give_up(ctx, h);
  return -1;
}

int64_t posix_fs_close(Kctx *ctx, const KernelArgs *a, KernelHandle *h) {
  (void)h;
  return kernel_handle_close(ctx, a->raw[0]);
}

void posix_directory_release(Kctx *ctx, KernelHandle *h) {
  Directory *d = h->state;
  pthread_mutex_destroy(&d->lock);
  closedir(d->dir); /* and the descriptor */
  kernel_free(ctx, d, sizeof *d, sizeof(void *));
}

int64_t posix_fs_seek(Kctx *ctx, const KernelArgs *a, KernelHandle *h) {
  static const int whence[] = {SEEK_SET, SEEK_CUR, SEEK_END};
  int64_t offset = a->raw[1];
  if (a->raw[2] < 0 || a->raw[2] > 2) return kernel_fail(ctx, KERR_INVALID);
  if (h->kind == ORUS_KIND_FILE || h->kind == ORUS_KIND_STREAM) return posix_result(ctx, lseek(h->host, offset, whence[a->raw[2]]));
  if (h->kind != ORUS_KIND_DIRECTORY) return kernel_fail(ctx, KERR_BAD_HANDLE);
  if (offset || a->raw[2] != ORUS_SEEK_START) return kernel_fail(ctx, KERR_INVALID);
  Directory *d = h->state;
  pthread_mutex_lock(&d->lock);
  d->held = NULL;
  rewinddir(d->dir);
  pthread_mutex_unlock(&d->lock);
  return 0;
}

/* -- listing -- */

static int is_dots(const char *name) { return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2])); }

static struct dirent *next_entry(Directory *d) {
  struct dirent *e = d->held;
  d->held = NULL;
  while (!e || is_dots(e->d_name))
    if (!(e = readdir(d->dir))) return NULL;
  return e;
}

static unsigned char entry_kind(const struct dirent *e) {
  switch (e->d_type) {
  case DT_REG: return ORUS_KIND_FILE;
  case DT_DIR: return ORUS_KIND_DIRECTORY;
  case DT_LNK: return ORUS_KIND_LINK;
  case DT_SOCK: return ORUS_KIND_SOCKET;
  case DT_FIFO: case DT_CHR: case DT_BLK: return ORUS_KIND_STREAM;
  default: return 0;
  }
}

int64_t posix_fs_list(Kctx *ctx, const KernelArgs *a, KernelHandle *h) {
  if (h->kind != ORUS_KIND_DIRECTORY) return kernel_fail(ctx, KERR_BAD_HANDLE);
  Directory *d = h->state;
  unsigned char *to = a->buffers[0];
  uint64_t used = 0;
  int64_t result = 0;
  pthread_mutex_lock(&d->lock);
  for (struct dirent *e; errno = 0, (e = next_entry(d));) {
    size_t n = strlen(e->d_name);
    if (n + 3 > a->sizes[0] - used) {
      d->held = e;
      if (!used) result = kernel_fail(ctx, KERR_TOO_SMALL);
      break;
    }
    to[used] = entry_kind(e);
    to[used + 1] = (unsigned char)n;
    to[used + 2] = (unsigned char)(n >> 8);
    memcpy(to + used + 3, e->d_name, n);
    used += n + 3;
  }
  if (!used && !d->held && errno) result = posix_fail(ctx);
  pthread_mutex_unlock(&d->lock);
  return result < 0 ? result : (int64_t)used;
}

/* -- names -- */

static int64_t ns(struct timespec t) { return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec; }

static int64_t mode_kind(mode_t m) {
  return S_ISREG(m) ? ORUS_KIND_FILE : S_ISDIR(m) ? ORUS_KIND_DIRECTORY : S_ISLNK(m) ? ORUS_KIND_LINK : S_ISSOCK(m) ? ORUS_KIND_SOCKET : ORUS_KIND_STREAM;
}

int64_t posix_fs_stat(Kctx *ctx, const KernelArgs *a, KernelHandle *h) {
  (void)h;
  char path[PATH_ROOM];
  struct stat st;
  if (!path_text(ctx, a, 0, path)) return -1;
  if (a->raw[0] & ~(int64_t)ORUS_STAT_NOFOLLOW) return kernel_fail(ctx, KERR_INVALID);
  if ((a->raw[0] ? lstat(path, &st) : stat(path, &st)) < 0) return posix_fail(ctx);
  const int64_t values[] = {
      [ORUS_STAT_KIND] = mode_kind(st.st_mode), [ORUS_STAT_SIZE] = st.st_size,          [ORUS_STAT_MODIFIED] = ns(st.st_mtim),
      [ORUS_STAT_MODE] = st.st_mode & 07777,    [ORUS_STAT_ACCESSED] = ns(st.st_atim),  [ORUS_STAT_DEVICE] = (int64_t)st.st_dev,
      [ORUS_STAT_IDENTITY] = (int64_t)st.st_ino, [ORUS_STAT_LINKS] = (int64_t)st.st_nlink,
  };
  enum { VALUES = sizeof values / sizeof values[0] };
  kernel_put_values(a, 1, values, VALUES);
  return VALUES;
}

static int is_directory(const char *path) {
  struct stat st;
  return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int64_t posix_fs_remove(Kctx *ctx, const KernelArgs *a, KernelHandle *h) {
  (void)h;
  char path[PATH_ROOM];
  if (!path_text(ctx, a, 0, path)) return -1;
  if (a->raw[0] & ~(int64_t)ORUS_REMOVE_DIRECTORY) return kernel_fail(ctx, KERR_INVALID);
  if ((a->raw[0] ? rmdir(path) : unlink(path)) == 0) return 0;
  int error = errno;
  if (a->raw[0] && error == EEXIST) error = ENOTEMPTY; /* POSIX allows either */
  if (!a->raw[0] && error == EPERM && is_directory(path)) error = EISDIR;
  return kernel_fail(ctx, posix_error(error));
}

int64_t posix_fs_rename(Kctx *ctx, const KernelArgs *a, KernelHandle *h) {
  (void)h;
  char from[PATH_ROOM], to[PATH_ROOM];
  if (!path_text(ctx, a, 0, from) || !path_text(ctx, a, 1, to)) return -1;
  if (rename(from, to) == 0) return 0;
  return kernel_fail(ctx, errno == EEXIST ? KERR_NOT_EMPTY : posix_error(errno));
}

int64_t posix_fs_mkdir(Kctx *ctx, const KernelArgs *a, KernelHandle *h) {
  (void)h;
  char path[PATH_ROOM];
  return path_text(ctx, a, 0, path) ? posix_result(ctx, mkdir(path, 0777)) : -1;
}
