// Preloaded into a florind under test: makes its disk fail on demand. The file named by FLORIN_FAULTS says how; it is read
// again for each call, so that a test can break and mend the disk while the daemon runs. Only files whose path contains
// FLORIN_FAULTS_PATH are touched.
//
//   write ENOSPC | write EIO | write EROFS     every write to them fails
//   sync EIO                                   every sync of them fails
//   slow 50                                    every sync of them takes so many milliseconds longer
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static int error_named(const char *name) {
    if (strcmp(name, "ENOSPC") == 0) return ENOSPC;
    if (strcmp(name, "EROFS") == 0) return EROFS;
    return EIO;
}

// The fault that is set now: 0 for none, else the errno, or for "slow" the milliseconds.
static int fault(const char *wanted) {
    const char *path = getenv("FLORIN_FAULTS");
    char text[64] = {0}, what[32] = {0}, detail[32] = {0};
    int saved = errno, found = 0;
    int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        if (read(file, text, sizeof text - 1) > 0 && sscanf(text, "%31s %31s", what, detail) == 2 &&
            strcmp(what, wanted) == 0)
            found = strcmp(wanted, "slow") == 0 ? atoi(detail) : error_named(detail);
        close(file);
    }
    errno = saved;
    return found;
}

static int is_ours(int descriptor) {
    char link[64], path[512];
    const char *wanted = getenv("FLORIN_FAULTS_PATH");
    if (wanted == NULL) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    // SQLite's shared memory is memory, whatever it is called.
    if (length > 4 && strcmp(path + length - 4, "-shm") == 0) return 0;
    return strstr(path, wanted) != NULL;
}

static int refuses(const char *what, int descriptor) {
    int error = is_ours(descriptor) ? fault(what) : 0;
    if (error != 0) errno = error;
    return error != 0;
}

static void slow_down(int descriptor) {
    int milliseconds = is_ours(descriptor) ? fault("slow") : 0;
    struct timespec pause = {milliseconds / 1000, (milliseconds % 1000) * 1000000L};
    if (milliseconds > 0) nanosleep(&pause, NULL);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    return refuses("write", descriptor) ? -1 : REAL(pwrite)(descriptor, bytes, count, offset);
}
ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
    return refuses("write", descriptor) ? -1 : REAL(pwrite64)(descriptor, bytes, count, offset);
}
ssize_t write(int descriptor, const void *bytes, size_t count) {
    return refuses("write", descriptor) ? -1 : REAL(write)(descriptor, bytes, count);
}
int ftruncate(int descriptor, off_t size) { return refuses("write", descriptor) ? -1 : REAL(ftruncate)(descriptor, size); }
int ftruncate64(int descriptor, off64_t size) {
    return refuses("write", descriptor) ? -1 : REAL(ftruncate64)(descriptor, size);
}
int fsync(int descriptor) {
    slow_down(descriptor);
    return refuses("sync", descriptor) ? -1 : REAL(fsync)(descriptor);
}
int fdatasync(int descriptor) {
    slow_down(descriptor);
    return refuses("sync", descriptor) ? -1 : REAL(fdatasync)(descriptor);
}
