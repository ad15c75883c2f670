// The system's libssl for the load generator, and the bare libcrypto loops that the vault is measured beside. Only for
// measurements: the daemon's TLS is NIOSSL, its cryptography is OpenSSLVault.
#ifndef FLORIN_CLIBSSL_SHIM_H
#define FLORIN_CLIBSSL_SHIM_H

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <time.h>

/// A client's context: TLS 1.2 or later, HTTP/1.1, and the peer is checked against `ca_file`. NULL when that failed.
static inline SSL_CTX *florin_client_context(const char *ca_file) {
    static const unsigned char protocols[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (context == NULL) return NULL;
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_mode(context, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_alpn_protos(context, protocols, sizeof protocols);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    if (SSL_CTX_load_verify_locations(context, ca_file, NULL) == 1) return context;
    SSL_CTX_free(context);
    return NULL;
}

/// A connected TLS session over `descriptor`, which must block; NULL when the handshake failed.
static inline SSL *florin_connect(SSL_CTX *context, int descriptor, const char *host) {
    SSL *session = SSL_new(context);
    if (session != NULL && SSL_set_fd(session, descriptor) == 1 && SSL_set1_host(session, host) == 1 &&
        SSL_set_tlsext_host_name(session, host) == 1 && SSL_connect(session) == 1)
        return session;
    SSL_free(session);
    return NULL;
}

/// Where the empty line behind an HTTP/1.1 head ends; 0 when it is not there yet.
static inline long florin_head_end(const void *start, long count) {
    const char *bytes = start;
    for (long index = 3; index < count; index++) {
        if (bytes[index] == '\n' && bytes[index - 2] == '\n' && bytes[index - 1] == '\r' && bytes[index - 3] == '\r')
            return index + 1;
    }
    return 0;
}

static inline int florin_epoll_watch(int epoll, int descriptor, unsigned int index) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data = {.u32 = index}};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

/// Waits with a bound in nanoseconds, which epoll_wait does not have; its finer sister is missing from older systems.
static inline int florin_epoll_wait(int epoll, struct epoll_event *events, int count, unsigned long nanoseconds) {
    int ready = epoll_wait(epoll, events, count, 0);
    if (ready != 0 || nanoseconds == 0) return ready;
    if (nanoseconds >= 2000000) return epoll_wait(epoll, events, count, (int)(nanoseconds / 1000000) - 1);
    struct timespec time = {.tv_nsec = nanoseconds < 100000 ? (long)nanoseconds : 100000};
    nanosleep(&time, NULL);
    return epoll_wait(epoll, events, count, 0);
}

static inline unsigned int florin_epoll_index(const struct epoll_event *event) {
    return event->data.u32;
}

/// Seals `count` bytes `rounds` times as a C program would, with a random nonce and 45 bytes of associated data each
/// time. `fresh` makes a context for every value instead of keeping one.
/// Returns how many were sealed.
static inline long florin_bare_seal(const unsigned char *key, const unsigned char *plaintext, int count, long rounds,
                                    int fresh, unsigned char *output) {
    static const unsigned char associated[45] = {1};
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    EVP_CIPHER_CTX *context = NULL;
    long done = 0;
    for (; done < rounds; done++) {
        int written = 0;
        if (context == NULL) {
            context = EVP_CIPHER_CTX_new();
            if (EVP_EncryptInit_ex2(context, cipher, key, NULL, NULL) != 1) break;
        }
        if (RAND_bytes(output, 12) != 1 || EVP_EncryptInit_ex2(context, NULL, NULL, output, NULL) != 1 ||
            EVP_EncryptUpdate(context, NULL, &written, associated, sizeof associated) != 1 ||
            EVP_EncryptUpdate(context, output + 12, &written, plaintext, count) != 1 ||
            EVP_EncryptFinal_ex(context, output + 12 + count, &written) != 1 ||
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, output + 12 + count) != 1)
            break;
        if (fresh) {
            EVP_CIPHER_CTX_free(context);
            context = NULL;
        }
    }
    EVP_CIPHER_CTX_free(context);
    EVP_CIPHER_free(cipher);
    return done;
}

/// Opens what `florin_bare_seal` wrote to `sealed`, `rounds` times, with a kept context.
static inline long florin_bare_open(const unsigned char *key, const unsigned char *sealed, int count, long rounds,
                                    unsigned char *output) {
    static const unsigned char associated[45] = {1};
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    long done = 0;
    if (EVP_DecryptInit_ex2(context, cipher, key, NULL, NULL) == 1) {
        for (; done < rounds; done++) {
            int written = 0;
            unsigned char unused[16];
            if (EVP_DecryptInit_ex2(context, NULL, NULL, sealed, NULL) != 1 ||
                EVP_DecryptUpdate(context, NULL, &written, associated, sizeof associated) != 1 ||
                EVP_DecryptUpdate(context, output, &written, sealed + 12, count) != 1 ||
                EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 16, (void *)(sealed + 12 + count)) != 1 ||
                EVP_DecryptFinal_ex(context, unused, &written) != 1)
                break;
        }
    }
    EVP_CIPHER_CTX_free(context);
    EVP_CIPHER_free(cipher);
    return done;
}

#endif
