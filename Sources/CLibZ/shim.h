// All of zlib's interface: Swift imports what is used of it as it is.
#ifndef FLORIN_CLIBZ_SHIM_H
#define FLORIN_CLIBZ_SHIM_H

#include <zlib.h>

#endif
