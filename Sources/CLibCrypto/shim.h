// What Swift cannot import from libcrypto by itself: variadic functions and parameter arrays that keep pointers.
#ifndef FLORIN_CLIBCRYPTO_SHIM_H
#define FLORIN_CLIBCRYPTO_SHIM_H

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/prctl.h>

/// prctl is variadic, which Swift does not import.
static inline int florin_set_dumpable(int dumpable) {
    return prctl(PR_SET_DUMPABLE, dumpable, 0, 0, 0);
}

#endif
