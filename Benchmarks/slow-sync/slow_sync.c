// A disk that takes longer: adds FLORIN_SYNC_MICROSECONDS (1000 when unset) to every sync of the process it is preloaded
// into. For measurements only.
#define _GNU_SOURCE
#include "slow_sync.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static void pause_first(void) {
    static long microseconds = -1;
    if (microseconds < 0) {
        const char *text = getenv("FLORIN_SYNC_MICROSECONDS");
        microseconds = text != NULL ? atol(text) : 1000;
    }
    struct timespec time = {.tv_sec = microseconds / 1000000, .tv_nsec = microseconds % 1000000 * 1000};
    nanosleep(&time, NULL);
}

typedef int sync_function(int);

int fdatasync(int descriptor) {
    static sync_function *next;
    if (next == NULL) next = (sync_function *)dlsym(RTLD_NEXT, "fdatasync");
    pause_first();
    return next(descriptor);
}

int fsync(int descriptor) {
    static sync_function *next;
    if (next == NULL) next = (sync_function *)dlsym(RTLD_NEXT, "fsync");
    pause_first();
    return next(descriptor);
}
