/* Records what a process writes below RECORD_ROOT, so that a power loss can be rebuilt from it.
 *
 * Loaded with LD_PRELOAD.  Each record in RECORD_LOG: 1 byte operation, then u32 length + bytes for
 * the path, u64 offset, u32 length + bytes for the data (little-endian).  Operations:
 *   W write   T truncate (offset = size)   S fsync/fdatasync of a file   D fsync of a directory
 *   C create  R rename (data = new path)   U unlink
 * Writes through mmap are not seen: SQLite's database and WAL use pwrite, and its -shm file is
 * rebuilt after a crash and is left out on purpose.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *root;
static int log_fd = -1;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static ssize_t raw_write(const void *data, size_t size) {
    static ssize_t (*real)(int, const void *, size_t);
    if (!real) real = REAL(write);
    return real(log_fd, data, size);
}

static void setup(void) {
    if (log_fd != -1 || log_fd == -2) return;
    root = getenv("RECORD_ROOT");
    const char *path = getenv("RECORD_LOG");
    if (!root || !path) { log_fd = -2; return; }
    int (*real)(const char *, int, ...) = REAL(open);
    log_fd = real(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int below(const char *path) {
    setup();
    return log_fd >= 0 && strncmp(path, root, strlen(root)) == 0 && !strstr(path, "-shm");
}

static int path_of(int fd, char *out) {
    char link[64];
    setup();
    if (log_fd < 0 || fd == log_fd) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, out, PATH_MAX - 1);
    if (n < 0) return 0;
    out[n] = 0;
    return below(out);
}

static void record(char op, const char *path, uint64_t offset, const void *data, uint32_t size) {
    uint32_t length = (uint32_t)strlen(path);
    size_t total = 1 + 4 + length + 8 + 4 + size;
    char *buffer = malloc(total), *at = buffer;
    if (!buffer) abort();
    *at++ = op;
    memcpy(at, &length, 4); at += 4;
    memcpy(at, path, length); at += length;
    memcpy(at, &offset, 8); at += 8;
    memcpy(at, &size, 4); at += 4;
    memcpy(at, data, size);
    if (raw_write(buffer, total) != (ssize_t)total) abort();
    free(buffer);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
    char path[PATH_MAX];
    pthread_mutex_lock(&lock);
    ssize_t n = REAL(pwrite64)(fd, data, size, offset);
    int saved = errno;
    if (n > 0 && path_of(fd, path)) record('W', path, (uint64_t)offset, data, (uint32_t)n);
    pthread_mutex_unlock(&lock);
    errno = saved;
    return n;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
    return pwrite64(fd, data, size, offset);
}

ssize_t write(int fd, const void *data, size_t size) {
    char path[PATH_MAX];
    pthread_mutex_lock(&lock);
    int ours = path_of(fd, path);
    off_t at = 0;
    if (ours) at = (fcntl(fd, F_GETFL) & O_APPEND) ? lseek(fd, 0, SEEK_END) : lseek(fd, 0, SEEK_CUR);
    ssize_t n = REAL(write)(fd, data, size);
    int saved = errno;
    if (n > 0 && ours) record('W', path, (uint64_t)at, data, (uint32_t)n);
    pthread_mutex_unlock(&lock);
    errno = saved;
    return n;
}

int ftruncate64(int fd, off64_t size) {
    char path[PATH_MAX];
    pthread_mutex_lock(&lock);
    int result = REAL(ftruncate64)(fd, size);
    int saved = errno;
    if (!result && path_of(fd, path)) record('T', path, (uint64_t)size, "", 0);
    pthread_mutex_unlock(&lock);
    errno = saved;
    return result;
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static int synced(int fd, int result) {
    char path[PATH_MAX];
    struct stat st;
    int saved = errno;
    if (!result && path_of(fd, path) && !fstat(fd, &st))
        record(S_ISDIR(st.st_mode) ? 'D' : 'S', path, 0, "", 0);
    errno = saved;
    return result;
}

int fsync(int fd) {
    pthread_mutex_lock(&lock);
    int result = synced(fd, REAL(fsync)(fd));
    pthread_mutex_unlock(&lock);
    return result;
}

int fdatasync(int fd) {
    pthread_mutex_lock(&lock);
    int result = synced(fd, REAL(fdatasync)(fd));
    pthread_mutex_unlock(&lock);
    return result;
}

static int opened(int directory, const char *path, int flags, mode_t mode) {
    struct stat st;
    char full[PATH_MAX];
    pthread_mutex_lock(&lock);
    int (*real)(int, const char *, int, ...) = REAL(openat64);
    int existed = fstatat(directory, path, &st, 0) == 0;
    int fd = real(directory, path, flags, mode);
    int saved = errno;
    if (fd >= 0 && path_of(fd, full)) {
        if (!existed) record('C', full, 0, "", 0);
        else if (flags & O_TRUNC) record('T', full, 0, "", 0);
    }
    pthread_mutex_unlock(&lock);
    errno = saved;
    return fd;
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { va_list a; va_start(a, flags); mode = va_arg(a, mode_t); va_end(a); }

int open64(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode); }
int open(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode); }
int openat64(int d, const char *path, int flags, ...) { MODE(flags) return opened(d, path, flags, mode); }
int openat(int d, const char *path, int flags, ...) { MODE(flags) return opened(d, path, flags, mode); }

int rename(const char *from, const char *to) {
    pthread_mutex_lock(&lock);
    int result = REAL(rename)(from, to);
    int saved = errno;
    if (!result && below(to)) record('R', from, 0, to, (uint32_t)strlen(to));
    pthread_mutex_unlock(&lock);
    errno = saved;
    return result;
}

int unlink(const char *path) {
    pthread_mutex_lock(&lock);
    int result = REAL(unlink)(path);
    int saved = errno;
    if (!result && below(path)) record('U', path, 0, "", 0);
    pthread_mutex_unlock(&lock);
    errno = saved;
    return result;
}
