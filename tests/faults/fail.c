/* Lets chosen system calls of a process fail below FAIL_ROOT: a disk that says no, and later yes again.
 *
 * Loaded with LD_PRELOAD.  While the file FAIL_CONTROL exists its text "WHAT ERRNO SKIP" is obeyed:
 *   fsync   fsync and fdatasync fail           write   writes fail
 *   change  everything that changes a file or a directory fails, fsync too
 *   room    statvfs tells of SKIP free bytes
 * The first SKIP such calls after the file appeared still succeed.  Nothing of a call that fails is done.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct timespec since;
static long left;

/* The errno for a call of this kind now; 0: let it pass. */
static int refused(const char *kind) {
    const char *control = getenv("FAIL_CONTROL");
    struct stat st;
    char text[64] = "", what[16] = "";
    int number = 0, fault = 0;
    long skip = 0;
    if (!control || stat(control, &st)) return 0;
    int (*real)(const char *, int, ...) = REAL(open64);
    int fd = real(control, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0 || sscanf(text, "%15s %d %ld", what, &number, &skip) != 3) return 0;
    if (!strcmp(kind, "room")) return strcmp(what, "room") ? 0 : (int)(skip / 4096) + 1;
    pthread_mutex_lock(&lock);
    if (since.tv_sec != st.st_mtim.tv_sec || since.tv_nsec != st.st_mtim.tv_nsec) {
        since = st.st_mtim;
        left = skip;
    }
    if (!strcmp(what, "change") || !strcmp(what, kind)) fault = left-- > 0 ? 0 : number;
    pthread_mutex_unlock(&lock);
    return fault;
}

static int below(const char *path) {
    const char *root = getenv("FAIL_ROOT");
    return root && !strncmp(path, root, strlen(root));
}

static int fails(int fd, const char *kind) {
    char link[64], path[PATH_MAX];
    int saved = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    int fault = 0;
    if (n > 0) {
        path[n] = 0;
        fault = below(path) ? refused(kind) : 0;
    }
    errno = fault ? fault : saved;
    return fault;
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    return fails(fd, "write") ? -1 : REAL(pwrite64)(fd, data, size, at);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { return pwrite64(fd, data, size, at); }

ssize_t write(int fd, const void *data, size_t size) {
    return fails(fd, "write") ? -1 : REAL(write)(fd, data, size);
}

int ftruncate64(int fd, off64_t size) { return fails(fd, "change") ? -1 : REAL(ftruncate64)(fd, size); }
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }
int fsync(int fd) { return fails(fd, "fsync") ? -1 : REAL(fsync)(fd); }
int fdatasync(int fd) { return fails(fd, "fsync") ? -1 : REAL(fdatasync)(fd); }

static int may_open(const char *path, int flags) {
    if (!(flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) || !below(path)) return 1;
    int fault = refused("change");
    if (fault) errno = fault;
    return !fault;
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { va_list a; va_start(a, flags); mode = va_arg(a, mode_t); va_end(a); }

int open64(const char *path, int flags, ...) {
    MODE(flags)
    int (*real)(const char *, int, ...) = REAL(open64);
    return may_open(path, flags) ? real(path, flags, mode) : -1;
}

int open(const char *path, int flags, ...) {
    MODE(flags)
    int (*real)(const char *, int, ...) = REAL(open64);
    return may_open(path, flags) ? real(path, flags, mode) : -1;
}

int statvfs64(const char *path, struct statvfs64 *st) {
    int result = REAL(statvfs64)(path, st);
    int blocks = result ? 0 : refused("room");
    if (blocks) {
        st->f_frsize = 4096;
        st->f_bavail = (unsigned)(blocks - 1);
    }
    return result;
}

int rename(const char *from, const char *to) {
    int fault = below(to) ? refused("change") : 0;
    if (fault) errno = fault;
    return fault ? -1 : REAL(rename)(from, to);
}

int unlink(const char *path) {
    int fault = below(path) ? refused("change") : 0;
    if (fault) errno = fault;
    return fault ? -1 : REAL(unlink)(path);
}
