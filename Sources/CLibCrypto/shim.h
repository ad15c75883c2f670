// What Swift cannot import from libcrypto by itself: variadic functions and parameter arrays that keep pointers.
#ifndef FLORIN_CLIBCRYPTO_SHIM_H
#define FLORIN_CLIBCRYPTO_SHIM_H

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/prctl.h>

/// prctl is variadic, which Swift does not import.
static inline int florin_set_dumpable(int dumpable) {
    return prctl(PR_SET_DUMPABLE, dumpable, 0, 0, 0);
}

static inline int florin_is_dumpable(void) {
    return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
}

// AES-256-GCM over a kept context. One call for each value keeps the steps in their only right order. `key` may be NULL
// when the context holds one already. All return 1 for success.

/// Encrypts `count` bytes to `output` and writes 16 bytes of tag behind them.
static inline int florin_gcm_seal(EVP_CIPHER_CTX *context, const unsigned char *key, const unsigned char *nonce,
                                  const unsigned char *associated, size_t associated_count,
                                  const unsigned char *plaintext, size_t count, unsigned char *output) {
    int written = 0;
    if (count > INT_MAX - 64 || associated_count > INT_MAX) return 0;
    if (EVP_EncryptInit_ex2(context, NULL, key, nonce, NULL) != 1) return 0;
    if (EVP_EncryptUpdate(context, NULL, &written, associated, (int)associated_count) != 1) return 0;
    if (count > 0 && EVP_EncryptUpdate(context, output, &written, plaintext, (int)count) != 1) return 0;
    if (EVP_EncryptFinal_ex(context, output + count, &written) != 1) return 0;
    return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, output + count);
}

/// Decrypts `count` bytes to `output` and checks the 16 bytes of tag behind the ciphertext; cleanses `output` when the
/// tag is wrong.
/// Returns 1 for success, 0 for a wrong tag, -1 when libcrypto failed.
static inline int florin_gcm_open(EVP_CIPHER_CTX *context, const unsigned char *key, const unsigned char *nonce,
                                  const unsigned char *associated, size_t associated_count,
                                  const unsigned char *ciphertext, size_t count, unsigned char *output) {
    int written = 0;
    unsigned char unused[16];
    if (count > INT_MAX - 64 || associated_count > INT_MAX) return -1;
    if (EVP_DecryptInit_ex2(context, NULL, key, nonce, NULL) != 1) return -1;
    if (EVP_DecryptUpdate(context, NULL, &written, associated, (int)associated_count) != 1) return -1;
    if (count > 0 && EVP_DecryptUpdate(context, output, &written, ciphertext, (int)count) != 1) return -1;
    if (EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 16, (void *)(ciphertext + count)) != 1) return -1;
    if (EVP_DecryptFinal_ex(context, unused, &written) == 1) return 1;
    OPENSSL_cleanse(output, count);
    return 0;
}

/// A context for HMAC-SHA-256 that holds `key`, which may be empty; NULL when libcrypto failed.
static inline EVP_MAC_CTX *florin_hmac_new(EVP_MAC *mac, const unsigned char *key, size_t key_count) {
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);
    OSSL_PARAM parameters[2] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0),
                                OSSL_PARAM_construct_end()};
    // NULL would mean "keep the key that is there".
    if (key == NULL) key = (const unsigned char *)"";
    if (context != NULL && EVP_MAC_init(context, key, key_count, parameters) == 1) return context;
    EVP_MAC_CTX_free(context);
    return NULL;
}

/// HMAC over one message under the key that the context holds.
static inline int florin_hmac(EVP_MAC_CTX *context, const unsigned char *message, size_t count,
                              unsigned char digest[32]) {
    size_t written = 0;
    return EVP_MAC_init(context, NULL, 0, NULL) == 1 && EVP_MAC_update(context, message, count) == 1 &&
           EVP_MAC_final(context, digest, &written, 32) == 1 && written == 32;
}

/// HKDF with SHA-256 (RFC 5869).
static inline int florin_hkdf(const unsigned char *key, size_t key_count, const unsigned char *salt, size_t salt_count,
                              const unsigned char *info, size_t info_count, unsigned char *output, size_t count) {
    OSSL_PARAM parameters[5] = {OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0),
                                OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)key, key_count),
                                OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)salt, salt_count),
                                OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info, info_count),
                                OSSL_PARAM_construct_end()};
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
    int result = context != NULL && EVP_KDF_derive(context, output, count, parameters) == 1;
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return result;
}

// RSA-OAEP with SHA-256 for the digest and for MGF1 (RFC 8017, section 7.1), without a label: what WebCrypto calls
// "RSA-OAEP" with the hash SHA-256.

/// A new key pair; NULL when libcrypto failed.
static inline EVP_PKEY *florin_new_rsa_key(unsigned int bits) {
    return EVP_RSA_gen(bits);
}

/// Writes the big-endian modulus or public exponent. Returns its length, 0 when it cannot be had or has no room.
static inline size_t florin_rsa_public(const EVP_PKEY *key, int is_exponent, unsigned char *output, size_t room) {
    BIGNUM *number = NULL;
    size_t count = 0;
    const char *name = is_exponent ? OSSL_PKEY_PARAM_RSA_E : OSSL_PKEY_PARAM_RSA_N;
    if (EVP_PKEY_get_bn_param(key, name, &number) == 1 && (size_t)BN_num_bytes(number) <= room)
        count = (size_t)BN_bn2bin(number, output);
    BN_free(number);
    return count;
}

/// Decrypts to `output`, whose room is in `count` and becomes the plaintext's length. Returns 1 for success.
static inline int florin_oaep_open(EVP_PKEY *key, const unsigned char *ciphertext, size_t ciphertext_count,
                                   unsigned char *output, size_t *count) {
    OSSL_PARAM parameters[4] = {
        OSSL_PARAM_construct_utf8_string(OSSL_ASYM_CIPHER_PARAM_PAD_MODE, (char *)OSSL_PKEY_RSA_PAD_MODE_OAEP, 0),
        OSSL_PARAM_construct_utf8_string(OSSL_ASYM_CIPHER_PARAM_OAEP_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_utf8_string(OSSL_ASYM_CIPHER_PARAM_MGF1_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_end()};
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    int result = context != NULL && EVP_PKEY_decrypt_init_ex(context, parameters) == 1 &&
                 EVP_PKEY_decrypt(context, output, count, ciphertext, ciphertext_count) == 1;
    EVP_PKEY_CTX_free(context);
    return result;
}

/// Encrypts to a modulus and a public exponent, as a page does; for tests. Returns the length, 0 when libcrypto failed;
/// `output` has room for the modulus.
static inline size_t florin_oaep_seal(const unsigned char *modulus, size_t modulus_count, const unsigned char *exponent,
                                      size_t exponent_count, const unsigned char *plaintext, size_t count,
                                      unsigned char *output) {
    size_t written = 0;
    EVP_PKEY *key = NULL;
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    BIGNUM *n = BN_bin2bn(modulus, (int)modulus_count, NULL), *e = BN_bin2bn(exponent, (int)exponent_count, NULL);
    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n);
    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e);
    OSSL_PARAM *numbers = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    if (maker != NULL && EVP_PKEY_fromdata_init(maker) == 1 &&
        EVP_PKEY_fromdata(maker, &key, EVP_PKEY_PUBLIC_KEY, numbers) == 1) {
        OSSL_PARAM parameters[4] = {
            OSSL_PARAM_construct_utf8_string(OSSL_ASYM_CIPHER_PARAM_PAD_MODE, (char *)OSSL_PKEY_RSA_PAD_MODE_OAEP, 0),
            OSSL_PARAM_construct_utf8_string(OSSL_ASYM_CIPHER_PARAM_OAEP_DIGEST, (char *)"SHA256", 0),
            OSSL_PARAM_construct_utf8_string(OSSL_ASYM_CIPHER_PARAM_MGF1_DIGEST, (char *)"SHA256", 0),
            OSSL_PARAM_construct_end()};
        EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
        written = modulus_count;
        if (context == NULL || EVP_PKEY_encrypt_init_ex(context, parameters) != 1 ||
            EVP_PKEY_encrypt(context, output, &written, plaintext, count) != 1)
            written = 0;
        EVP_PKEY_CTX_free(context);
    }
    EVP_PKEY_free(key);
    EVP_PKEY_CTX_free(maker);
    OSSL_PARAM_free(numbers);
    OSSL_PARAM_BLD_free(builder);
    BN_free(n);
    BN_free(e);
    return written;
}

// Certificates. Swift imports neither variadic functions nor the macros around an extension's context.

/// A new key on P-256; NULL when libcrypto failed.
static inline EVP_PKEY *florin_new_p256_key(void) {
    return EVP_EC_gen("P-256");
}

/// Adds the extension `nid` to `certificate` in the notation of x509v3_config(5).
static inline int florin_add_extension(X509 *certificate, X509 *issuer, int nid, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509V3_set_ctx_nodb(&context);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    if (extension == NULL) return 0;
    int result = X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return result;
}

#endif
