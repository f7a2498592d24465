/* Many listeners in one process: WebSocket, server-sent events or plain HTTP, with or without TLS.

   load PORT PATH ws|stream LISTENERS PER_SECOND [tls]

   Connects to 127.0.0.1 at the given rate and prints a line "ready" when every connection was
   answered or has failed. On stdin "start" begins a measurement; "report" prints it as one JSON line;
   the end of stdin ends the process. Times come from the mark (wire.h) in the messages. */

#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "delays.h"
#include "spread.h"
#include "wire.h"

#define MOST_FDS 65536
#define EVENTS 1024
#define READ_BYTES 262144
#define LARGEST_CARRY 65536
#define FRAMES 65536       /* sequences looked back on, a power of two */
#define LONG_GAP_NS 100000000
#define IN_FLIGHT_NS 1000000000u /* newest frames are left out of a report: they still arrive */

enum { AWAY, CONNECTING, SHAKING, ASKED, LISTENING, GONE };

struct peer {
    SSL *tls;
    char *carry; /* an unfinished head, frame or mark */
    uint32_t carried;
    int state;
    uint64_t opened_ns, answered_ns, first_ns, last_ns;
    uint64_t longest_gap_ns;
    uint32_t last_sequence, long_gaps, heard;
};

struct frame {
    uint64_t sent_ns, first_ns, last_ns;
    uint32_t sequence, count;
};

static struct peer peers[MOST_FDS];
static struct frame frames[FRAMES];
static char buffer[LARGEST_CARRY + READ_BYTES];
static int fds[MOST_FDS], opened, wanted, answered, failed, disconnected, websocket, epoll;
static uint64_t started_ns, arrived, messages, bytes, lost, repeated, notices;
static struct sockaddr_in server;
static char request[1024];
static SSL_CTX *context;
static char cipher[64];

/* ---- connections ---- */

static void drop(int fd, int counts) {
    struct peer *peer = &peers[fd];
    if (counts) {
        if (peer->state == LISTENING) disconnected++;
        else failed++;
    }
    if (peer->tls) SSL_free(peer->tls);
    free(peer->carry);
    peer->tls = NULL, peer->carry = NULL, peer->carried = 0;
    peer->state = GONE;
    epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL); /* the number stays taken: it names the peer */
    shutdown(fd, SHUT_RDWR);
}

static void await_event(int fd, uint32_t events, int operation) {
    struct epoll_event want = {.events = events, .data.fd = fd};
    if (epoll_ctl(epoll, operation, fd, &want)) die("epoll_ctl");
}

static void open_next(void) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    if (fd < 0 || fd >= MOST_FDS) die("socket");
    fds[opened++] = fd;
    peers[fd] = (struct peer){.state = CONNECTING, .opened_ns = now_ns()};
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    await_event(fd, EPOLLOUT, EPOLL_CTL_ADD);
    if (connect(fd, (struct sockaddr *)&server, sizeof server) && errno != EINPROGRESS)
        drop(fd, 1);
}

static ssize_t put(struct peer *peer, int fd, const void *data, size_t size) {
    if (peer->tls) return SSL_write(peer->tls, data, (int)size);
    return send(fd, data, size, MSG_NOSIGNAL);
}

static ssize_t get(struct peer *peer, int fd, char *to, size_t size) {
    if (!peer->tls) {
        ssize_t got = recv(fd, to, size, 0);
        return got < 0 && errno == EAGAIN ? -1 : got <= 0 ? 0 : got;
    }
    ERR_clear_error();
    int got = SSL_read(peer->tls, to, (int)size);
    if (got > 0) return got;
    return SSL_get_error(peer->tls, got) == SSL_ERROR_WANT_READ ? -1 : 0;
}

static void ask(int fd) {
    struct peer *peer = &peers[fd];
    put(peer, fd, request, strlen(request));
    peer->state = ASKED;
    await_event(fd, EPOLLIN, EPOLL_CTL_MOD);
}

static void shake(int fd) {
    struct peer *peer = &peers[fd];
    ERR_clear_error();
    int done = SSL_do_handshake(peer->tls);
    if (done == 1) {
        snprintf(cipher, sizeof cipher, "%s %s", SSL_get_version(peer->tls),
                 SSL_get_cipher_name(peer->tls));
        ask(fd);
        return;
    }
    int why = SSL_get_error(peer->tls, done);
    if (why == SSL_ERROR_WANT_READ) await_event(fd, EPOLLIN, EPOLL_CTL_MOD);
    else if (why == SSL_ERROR_WANT_WRITE) await_event(fd, EPOLLOUT, EPOLL_CTL_MOD);
    else drop(fd, 1);
}

static void connected(int fd) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) {
        drop(fd, 1);
        return;
    }
    if (!context) {
        ask(fd);
        return;
    }
    peers[fd].tls = SSL_new(context);
    SSL_set_fd(peers[fd].tls, fd);
    SSL_set_connect_state(peers[fd].tls);
    peers[fd].state = SHAKING;
    shake(fd);
}

/* ---- what arrives ---- */

static void heard(struct peer *peer, const char *mark, uint64_t at_ns) {
    uint32_t sequence = (uint32_t)read_hex(mark + MARK_TAG_BYTES, 8);
    uint64_t sent_ns = read_hex(mark + MARK_TAG_BYTES + 8, 16);
    if (!peer->first_ns) peer->first_ns = at_ns;
    arrived++;
    if (!started_ns || sent_ns < started_ns) return; /* the backlog, or before the measurement */
    if (peer->heard++) {
        uint64_t gap_ns = at_ns - peer->last_ns;
        if (gap_ns > peer->longest_gap_ns) peer->longest_gap_ns = gap_ns;
        if (gap_ns > LONG_GAP_NS) peer->long_gaps++;
        int32_t step = (int32_t)(sequence - peer->last_sequence);
        if (step <= 0) repeated++;
        else lost += (uint32_t)step - 1;
    }
    peer->last_ns = at_ns;
    peer->last_sequence = sequence;
    struct frame *frame = &frames[sequence % FRAMES];
    if (!frame->count || frame->sequence != sequence)
        *frame = (struct frame){.sequence = sequence, .sent_ns = sent_ns, .first_ns = at_ns};
    frame->count++;
    frame->last_ns = at_ns;
    count_delay(at_ns - sent_ns);
    messages++;
}

static size_t find_marks(struct peer *peer, const char *data, size_t size, uint64_t at_ns) {
    const char *next = data, *end = data + size, *mark;
    while ((mark = memmem(next, (size_t)(end - next), MARK, MARK_TAG_BYTES))) {
        if (end - mark < MARK_BYTES) return (size_t)(mark - data);
        heard(peer, mark, at_ns);
        next = mark + MARK_BYTES;
    }
    size_t kept = (size_t)(end - next) < MARK_TAG_BYTES ? (size_t)(end - next) : MARK_TAG_BYTES - 1;
    return size - kept;
}

/* Whole WebSocket frames of a server (RFC 6455 5.2); pings are answered. Returns the bytes used. */
static size_t read_frames(struct peer *peer, int fd, const char *data, size_t size, uint64_t at_ns) {
    size_t used = 0;
    while (size - used >= 2) {
        const unsigned char *head = (const unsigned char *)data + used;
        size_t payload = head[1] & 127, head_bytes = 2;
        if (payload == 126) {
            if (size - used < 4) break;
            payload = (size_t)head[2] << 8 | head[3], head_bytes = 4;
        }
        if (size - used < head_bytes + payload) break;
        const char *body = (const char *)head + head_bytes;
        int opcode = head[0] & 15;
        if (opcode == 2) find_marks(peer, body, payload, at_ns);
        if (opcode == 1 && memmem(body, payload, "\"skipped\"", 9)) notices++;
        if (opcode == 9 && payload <= 125) {
            char pong[6 + 125] = {(char)0x8A, (char)(0x80 | payload)}; /* masked with zeros */
            memcpy(pong + 6, body, payload);
            put(peer, fd, pong, 6 + payload);
        }
        used += head_bytes + payload;
    }
    return used;
}

static size_t read_head(struct peer *peer, int fd, const char *data, size_t size, uint64_t at_ns) {
    const char *end = memmem(data, size, "\r\n\r\n", 4);
    if (!end) return 0;
    if (size < 12 || strncmp(data + 9, websocket ? "101" : "200", 3)) {
        drop(fd, 1);
        return 0;
    }
    peer->state = LISTENING;
    peer->answered_ns = at_ns;
    answered++;
    return (size_t)(end + 4 - data);
}

static void hear(int fd) {
    struct peer *peer = &peers[fd];
    size_t size = peer->carried;
    memcpy(buffer, peer->carry, size);
    ssize_t got = get(peer, fd, buffer + size, READ_BYTES);
    if (got < 0) return;
    if (got == 0) {
        drop(fd, 1);
        return;
    }
    uint64_t at_ns = now_ns();
    bytes += (uint64_t)got;
    size += (size_t)got;
    size_t used = 0;
    if (peer->state == ASKED) used = read_head(peer, fd, buffer, size, at_ns);
    if (peer->state == LISTENING) {
        if (websocket) used += read_frames(peer, fd, buffer + used, size - used, at_ns);
        else used += find_marks(peer, buffer + used, size - used, at_ns);
    }
    if (peer->state == GONE) return;
    size_t left = size - used;
    if (left > LARGEST_CARRY) {
        drop(fd, 1);
        return;
    }
    if (left > 0) {
        peer->carry = realloc(peer->carry, left);
        memcpy(peer->carry, buffer + used, left);
    }
    peer->carried = (uint32_t)left;
    if (peer->tls && SSL_pending(peer->tls)) hear(fd);
}

/* ---- measuring ---- */

static void start(void) {
    started_ns = now_ns();
    arrived = messages = bytes = lost = repeated = notices = 0;
    disconnected = 0;
    memset(frames, 0, sizeof frames);
    forget_delays();
    for (int i = 0; i < opened; i++) {
        struct peer *peer = &peers[fds[i]];
        peer->heard = peer->long_gaps = 0;
        peer->longest_gap_ns = 0;
    }
}

static void report(void) {
    static uint64_t values[MOST_FDS];
    uint64_t now = now_ns(), long_gaps = 0;
    int count = 0, listening = 0, gapped = 0, silent = 0;
    for (int i = 0; i < opened; i++) {
        struct peer *peer = &peers[fds[i]];
        if (peer->state != LISTENING) continue;
        listening++;
        long_gaps += peer->long_gaps;
        gapped += peer->long_gaps > 0;
        silent += !peer->heard;
    }
    printf("{\"listening\": %d, \"failed\": %d, \"disconnected\": %d, ", listening, failed,
           disconnected);
    printf("\"silent\": %d, \"window_s\": %.3f, ", silent, (double)(now - started_ns) / 1e9);
    printf("\"arrived\": %llu, ", (unsigned long long)arrived);
    printf("\"messages\": %llu, \"received_bytes\": %llu, \"lost\": %llu, \"repeated\": %llu, ",
           (unsigned long long)messages, (unsigned long long)bytes, (unsigned long long)lost,
           (unsigned long long)repeated);
    printf("\"skip_notices\": %llu, \"long_gaps\": %llu, \"listeners_with_long_gaps\": %d, ",
           (unsigned long long)notices, (unsigned long long)long_gaps, gapped);
    for (int i = 0; i < opened; i++)
        if (peers[fds[i]].answered_ns)
            values[count++] = peers[fds[i]].answered_ns - peers[fds[i]].opened_ns;
    print_spread("answered_ms", values, count);
    count = 0;
    for (int i = 0; i < opened; i++)
        if (peers[fds[i]].heard > 1) values[count++] = peers[fds[i]].longest_gap_ns;
    print_spread("longest_gap_ms", values, count);

    int complete = 0, incomplete = 0, sent = 0;
    static uint64_t sent_ns[FRAMES];
    for (int i = 0; i < FRAMES; i++) {
        if (!frames[i].count || frames[i].sent_ns + IN_FLIGHT_NS > now) continue;
        sent_ns[sent++] = frames[i].sent_ns;
        if (frames[i].count < (uint32_t)listening) incomplete++;
        else values[complete++] = frames[i].last_ns - frames[i].first_ns;
    }
    print_spread("spread_ms", values, complete);
    qsort(sent_ns, (size_t)sent, sizeof *sent_ns, compare);
    for (int i = 1; i < sent; i++) values[i - 1] = sent_ns[i] - sent_ns[i - 1];
    print_spread("source_gap_ms", values, sent ? sent - 1 : 0);
    printf("\"frames\": %d, \"incomplete_frames\": %d, ", sent, incomplete);
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    printf("\"delay_ms\": [%.3f, %.3f, %.3f], \"cipher\": \"%s\", \"client_cpu_s\": %.3f}\n",
           delay_ms(0.5, messages), delay_ms(0.99, messages), delay_ms(0.999999, messages), cipher,
           (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
               (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6);
    fflush(stdout);
}

static int command(void) {
    char line[64] = "";
    if (read(STDIN_FILENO, line, sizeof line - 1) <= 0) return 0;
    if (!strncmp(line, "start", 5)) start();
    else report();
    return 1;
}

static void prepare(char **words, int secure) {
    int port = atoi(words[1]);
    websocket = !strcmp(words[3], "ws");
    wanted = atoi(words[4]);
    server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    snprintf(request, sizeof request,
             "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUser-Agent: benchmark\r\n%s\r\n", words[2], port,
             websocket ? "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                         "Sec-WebSocket-Protocol: broadcaster.audio.v1\r\n"
                       : "Accept: text/event-stream, */*\r\n");
    if (!secure) return;
    context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
}

int main(int count, char **words) {
    if (count < 6 || atoi(words[4]) > MOST_FDS - 64) {
        fprintf(stderr, "usage: load PORT PATH ws|stream LISTENERS PER_SECOND [tls]\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    prepare(words, count > 6);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct itimerspec pace = {.it_value.tv_nsec = 1, .it_interval.tv_nsec = 1000000};
    timerfd_settime(timer, 0, &pace, NULL);
    await_event(timer, EPOLLIN, EPOLL_CTL_ADD);
    await_event(STDIN_FILENO, EPOLLIN, EPOLL_CTL_ADD);
    double per_ns = atof(words[5]) / 1e9;
    uint64_t begun_ns = now_ns();
    struct epoll_event events[EVENTS];
    for (int said = 0;;) {
        int ready = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == STDIN_FILENO) {
                if (!command()) return 0;
            } else if (fd == timer) {
                uint64_t ticks;
                if (read(timer, &ticks, sizeof ticks) < 0) continue;
                double due = (double)(now_ns() - begun_ns) * per_ns + 1;
                while (opened < wanted && opened < due) open_next();
            } else if (peers[fd].state == CONNECTING) {
                connected(fd);
            } else if (peers[fd].state == SHAKING) {
                shake(fd);
            } else if (peers[fd].state != GONE) {
                hear(fd);
            }
        }
        if (!said && opened == wanted && answered + failed >= wanted) {
            said = 1;
            printf("ready\n");
            fflush(stdout);
            timerfd_settime(timer, 0, &(struct itimerspec){0}, NULL);
        }
    }
}
