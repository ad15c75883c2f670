// What a C program can do on this machine: one thread for TLS and HTTP, one SQLite writer with group commit, and nothing
// else. No authentication, no vault, no JSON, no checks. It bounds from above what the daemon's shape allows.
//
// florin-ceiling DATABASE CERTIFICATE KEY listens on 127.0.0.1, prints its port, and serves POST /transfer (one commit) and
// POST /charge (two) until it is killed or its standard input ends. The rows are those of LeanRows.swift, with keys that grow
// with time.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { ACCOUNTS = 2000, CONNECTIONS = 1024, GROUP = 256, ROOM = 4096, CHECKPOINT_EVERY = 40 };

typedef struct {
    uint64_t high, low;
} identifier;

typedef struct connection {
    int descriptor;
    SSL *session;
    int has_shaken_hands, is_busy, is_lost;
    char input[ROOM];
    int count;
    // What the writer is to do, and has done: 0 a transfer, 1 a charge's first commit, 2 its second.
    int work;
    identifier key, payment, attempt;
    struct connection *next;
} connection;

static void give_up(const char *what) {
    perror(what);
    exit(1);
}

// MARK: Two lists between the threads

typedef struct {
    pthread_mutex_t mutex;
    pthread_cond_t grown;
    connection *first, *last;
} list;

static list to_write = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL, NULL};
static list written = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL, NULL};
static int wake;

static void push(list *queue, connection *item) {
    item->next = NULL;
    pthread_mutex_lock(&queue->mutex);
    if (queue->last != NULL) queue->last->next = item;
    else queue->first = item;
    queue->last = item;
    pthread_cond_signal(&queue->grown);
    pthread_mutex_unlock(&queue->mutex);
}

static connection *take_all(list *queue, int waits) {
    pthread_mutex_lock(&queue->mutex);
    while (waits && queue->first == NULL) pthread_cond_wait(&queue->grown, &queue->mutex);
    connection *taken = queue->first;
    queue->first = queue->last = NULL;
    pthread_mutex_unlock(&queue->mutex);
    return taken;
}

// MARK: The writer

static const char schema[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -65536;"
    "CREATE TABLE account (number INTEGER PRIMARY KEY, balance INTEGER NOT NULL, last_entry INTEGER) STRICT;"
    "CREATE TABLE entry (number INTEGER PRIMARY KEY, source BLOB NOT NULL, account INTEGER NOT NULL,"
    " amount INTEGER NOT NULL, balance INTEGER NOT NULL, previous INTEGER) STRICT;"
    "CREATE TABLE transfer (id BLOB PRIMARY KEY, sender BLOB NOT NULL, recipient BLOB NOT NULL,"
    " amount INTEGER NOT NULL, currency INTEGER NOT NULL, state INTEGER NOT NULL, created INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE payment (id BLOB PRIMARY KEY, bot BLOB NOT NULL, card BLOB NOT NULL, amount INTEGER NOT NULL,"
    " currency INTEGER NOT NULL, state INTEGER NOT NULL, captured INTEGER NOT NULL, created INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE attempt (id BLOB PRIMARY KEY, payment BLOB NOT NULL, connection BLOB NOT NULL,"
    " state INTEGER NOT NULL, reference TEXT) STRICT, WITHOUT ROWID;"
    "CREATE TABLE event (number INTEGER PRIMARY KEY, type INTEGER NOT NULL, subject BLOB NOT NULL,"
    " payload BLOB NOT NULL) STRICT;"
    "CREATE TABLE request (id BLOB PRIMARY KEY, digest BLOB NOT NULL, subject BLOB NOT NULL, status INTEGER)"
    " STRICT, WITHOUT ROWID;"
    "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
    " INSERT INTO account SELECT i, 1000000000, NULL FROM n;";

static sqlite3 *database;
static char payload[512];

static sqlite3_stmt *prepared(const char *text) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v3(database, text, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK) {
        fprintf(stderr, "%s\n", sqlite3_errmsg(database));
        exit(1);
    }
    return statement;
}

static void step(sqlite3_stmt *statement) {
    int code = sqlite3_step(statement);
    if (code != SQLITE_DONE && code != SQLITE_ROW) {
        fprintf(stderr, "%s\n", sqlite3_errmsg(database));
        exit(1);
    }
    sqlite3_reset(statement);
}

static void bind_id(sqlite3_stmt *statement, int index, const identifier *id) {
    sqlite3_bind_blob(statement, index, id, 16, SQLITE_STATIC);
}

static uint64_t chance(void) {
    static uint64_t state = 0x5EED;
    uint64_t value = state += 0x9E3779B97F4A7C15u;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
    return value ^ (value >> 31);
}

static identifier timed(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    uint64_t milliseconds = (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
    return (identifier){__builtin_bswap64(milliseconds << 16 | (chance() & 0xffff)), chance()};
}

static void post(sqlite3_stmt *entry, sqlite3_stmt *account, const identifier *source, int among) {
    static int64_t entries;
    int64_t debit = (int64_t)(chance() % (uint64_t)among) + 1, accounts[2] = {debit, debit % among + 1};
    for (int side = 0; side < 2; side++) {
        entries += 1;
        sqlite3_bind_int64(entry, 1, entries);
        bind_id(entry, 2, source);
        sqlite3_bind_int64(entry, 3, accounts[side]);
        sqlite3_bind_int64(entry, 4, side == 0 ? -100 : 100);
        sqlite3_bind_int64(entry, 5, entries);
        sqlite3_bind_int64(entry, 6, entries);
        step(entry);
        sqlite3_bind_int64(account, 1, accounts[side]);
        sqlite3_bind_int64(account, 2, 1000000000 + entries);
        sqlite3_bind_int64(account, 3, entries);
        step(account);
    }
}

static void *write_all(void *path) {
    if (sqlite3_open(path, &database) != SQLITE_OK || sqlite3_exec(database, schema, NULL, NULL, NULL) != SQLITE_OK) {
        fprintf(stderr, "%s\n", sqlite3_errmsg(database));
        exit(1);
    }
    memset(payload, 0x5a, sizeof payload);
    sqlite3_stmt *begin = prepared("BEGIN IMMEDIATE"), *commit = prepared("COMMIT");
    sqlite3_stmt *request = prepared("INSERT INTO request VALUES (?, ?, ?, ?)");
    sqlite3_stmt *finish = prepared("UPDATE request SET status = 200 WHERE id = ?1");
    sqlite3_stmt *transfer = prepared("INSERT INTO transfer VALUES (?1, ?1, ?1, 100, 840, 3, 1)");
    sqlite3_stmt *entry = prepared("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)");
    sqlite3_stmt *account = prepared("UPDATE account SET balance = ?2, last_entry = ?3 WHERE number = ?1");
    sqlite3_stmt *event = prepared("INSERT INTO event VALUES (NULL, 1, ?, ?)");
    sqlite3_stmt *payment = prepared("INSERT INTO payment VALUES (?1, ?1, ?1, 100, 840, 1, 0, 1)");
    sqlite3_stmt *attempt = prepared("INSERT INTO attempt VALUES (?1, ?2, ?2, 1, NULL)");
    sqlite3_stmt *paid = prepared("UPDATE payment SET state = 2, captured = 100 WHERE id = ?1");
    sqlite3_stmt *attempted =
        prepared("UPDATE attempt SET state = 2, reference = 'sbx_0123456789abcdef0123456789abcdef' WHERE id = ?1");
    for (unsigned long commits = 0;; commits++) {
        connection *group = take_all(&to_write, 1);
        step(begin);
        for (connection *item = group; item != NULL; item = item->next) {
            if (item->work != 2) {
                item->payment = timed();
                bind_id(request, 1, &item->key);
                sqlite3_bind_blob(request, 2, payload, 32, SQLITE_STATIC);
                bind_id(request, 3, &item->payment);
                if (item->work == 0) sqlite3_bind_int(request, 4, 200);
                else sqlite3_bind_null(request, 4);
                step(request);
            }
            if (item->work == 0) {
                bind_id(transfer, 1, &item->payment);
                step(transfer);
                post(entry, account, &item->payment, ACCOUNTS);
            } else if (item->work == 1) {
                item->attempt = timed();
                bind_id(payment, 1, &item->payment);
                step(payment);
                bind_id(attempt, 1, &item->attempt);
                bind_id(attempt, 2, &item->payment);
                step(attempt);
            } else {
                post(entry, account, &item->attempt, 2);
                bind_id(attempted, 1, &item->attempt);
                step(attempted);
                bind_id(paid, 1, &item->payment);
                step(paid);
                bind_id(finish, 1, &item->key);
                step(finish);
            }
            if (item->work != 1) {
                bind_id(event, 1, &item->payment);
                sqlite3_bind_blob(event, 2, payload, 300, SQLITE_STATIC);
                step(event);
            }
        }
        step(commit);
        while (group != NULL) {
            connection *next = group->next;
            push(&written, group);
            group = next;
        }
        uint64_t one = 1;
        if (write(wake, &one, sizeof one) < 0) give_up("eventfd");
        if (commits % CHECKPOINT_EVERY == 0)
            sqlite3_wal_checkpoint_v2(database, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    }
    return NULL;
}

// MARK: TLS and HTTP

static int answer_size;
static char answer[1024];

/// A connection that the writer holds is freed when it comes back.
static void drop(connection *item) {
    item->is_lost = 1;
    if (item->is_busy) return;
    SSL_free(item->session);
    close(item->descriptor);
    free(item);
}

/// Starts the writer on a request that has come whole. The key is the random half of an index: a hash of its digits.
static void begin_work(connection *item) {
    item->work = strncmp(item->input, "POST /charge", 12) == 0;
    identifier key = {0xcbf29ce484222325u, 0x9E3779B97F4A7C15u};
    const char *digits = strstr(item->input, "Idempotency-Key: ");
    for (digits = digits != NULL ? digits + 17 : item->input; *digits > ' '; digits++) {
        key.high = (key.high ^ (unsigned char)*digits) * 0x100000001b3u;
        key.low = (key.low + (unsigned char)*digits) * 0xBF58476D1CE4E5B9u;
    }
    item->key = key;
    item->count = 0;
    item->is_busy = 1;
    push(&to_write, item);
}

/// Returns 0 when the connection is gone.
static int read_from(connection *item) {
    if (!item->has_shaken_hands) {
        int code = SSL_accept(item->session);
        if (code != 1) return SSL_get_error(item->session, code) == SSL_ERROR_WANT_READ;
        item->has_shaken_hands = 1;
    }
    for (;;) {
        int count = SSL_read(item->session, item->input + item->count, ROOM - 1 - item->count);
        if (count <= 0) return SSL_get_error(item->session, count) == SSL_ERROR_WANT_READ;
        item->count += count;
        item->input[item->count] = 0;
        char *end = strstr(item->input, "\r\n\r\n"), *length = strstr(item->input, "Content-Length: ");
        if (end == NULL) continue;
        int body = length != NULL && length < end ? atoi(length + 16) : 0;
        if (item->count >= end + 4 - item->input + body) begin_work(item);
    }
}

static void finish_written(void) {
    uint64_t ignored;
    if (read(wake, &ignored, sizeof ignored) < 0) return;
    connection *item = take_all(&written, 0);
    while (item != NULL) {
        connection *next = item->next;
        if (item->work == 1) {
            item->work = 2;
            push(&to_write, item);
            item = next;
            continue;
        }
        item->is_busy = 0;
        if (item->is_lost) {
            drop(item);
        } else if (SSL_write(item->session, answer, answer_size) != answer_size) {
            shutdown(item->descriptor, SHUT_RDWR);
        }
        item = next;
    }
}

static int listener(void) {
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (bind(descriptor, (struct sockaddr *)&address, size) != 0 || listen(descriptor, CONNECTIONS) != 0 ||
        getsockname(descriptor, (struct sockaddr *)&address, &size) != 0)
        give_up("listen");
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return descriptor;
}

static void serve(SSL_CTX *context) {
    int epoll = epoll_create1(0), listening = listener(), input = STDIN_FILENO;
    struct epoll_event events[256], event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(epoll, EPOLL_CTL_ADD, listening, &event);
    event.data.ptr = &wake;
    epoll_ctl(epoll, EPOLL_CTL_ADD, wake, &event);
    // Whoever measures holds the other end and may be killed: this program must not stay behind. PR_SET_PDEATHSIG would
    // not do, for it goes by the thread that started us, and a pool ends its threads when it likes.
    event.data.ptr = &input;
    epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event);
    for (;;) {
        int ready = epoll_wait(epoll, events, 256, -1);
        for (int index = 0; index < ready; index++) {
            connection *item = events[index].data.ptr;
            if (item == NULL) {
                int descriptor = accept4(listening, NULL, NULL, SOCK_NONBLOCK), yes = 1;
                if (descriptor < 0) continue;
                setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
                item = calloc(1, sizeof *item);
                if (item == NULL) give_up("calloc");
                item->descriptor = descriptor;
                item->session = SSL_new(context);
                SSL_set_fd(item->session, descriptor);
                event.data.ptr = item;
                epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
            } else if ((void *)item == (void *)&wake) {
                finish_written();
            } else if ((void *)item == (void *)&input) {
                exit(0);
            } else if (!item->is_lost && !read_from(item)) {
                epoll_ctl(epoll, EPOLL_CTL_DEL, item->descriptor, NULL);
                drop(item);
            }
        }
    }
}

int main(int count, char **arguments) {
    if (count != 4) {
        fprintf(stderr, "usage: florin-ceiling DATABASE CERTIFICATE KEY\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (SSL_CTX_use_certificate_chain_file(context, arguments[2]) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, arguments[3], SSL_FILETYPE_PEM) != 1) {
        fprintf(stderr, "certificate or key cannot be used\n");
        return 1;
    }
    char body[401];
    memset(body, 'x', 400);
    body[400] = 0;
    answer_size = snprintf(answer, sizeof answer,
                           "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n%s", body);
    wake = eventfd(0, EFD_NONBLOCK);
    pthread_t writer;
    if (pthread_create(&writer, NULL, write_all, arguments[1]) != 0) give_up("pthread_create");
    serve(context);
}
