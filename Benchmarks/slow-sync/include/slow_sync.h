// Nothing is called by name: the library is preloaded, and its fsync and fdatasync take the place of the C library's.
#ifndef FLORIN_SLOW_SYNC_H
#define FLORIN_SLOW_SYNC_H
#endif
