// sqlite3_config is variadic, which Swift does not import. Declared here and not included, so that sqlite3.h belongs to
// one module only.
#ifndef FLORIN_CSQLITESTART_SHIM_H
#define FLORIN_CSQLITESTART_SHIM_H

extern int sqlite3_config(int option, ...);

/// Switches off the counting of SQLite's own memory, which takes a lock that all threads share for every allocation.
/// Only before SQLite's first use in the process; later it is refused and changes nothing.
static inline int florin_sqlite_without_statistics(void) {
    return sqlite3_config(9 /* SQLITE_CONFIG_MEMSTATUS */, 0);
}

#endif
