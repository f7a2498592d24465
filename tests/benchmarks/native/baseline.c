/* The kernel's own cost of a fan-out: send(), or SSL_write() with a certificate, to every listener.

   baseline BYTES INTERVAL_MS [CERTIFICATE KEY]

   Prints the port it listens on. "start" and "stop" on stdin switch the sending. A request that asks
   for an upgrade gets messages framed as WebSocket, any other as HTTP chunks. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "wire.h"

#define MOST_FDS 65536
#define SEND_BUFFER_BYTES 16384
#define EVENTS 512

enum { AWAY, SHAKING, ASKING, LISTENING };

static struct {
    SSL *tls;
    int state;
    int place; /* in `listening` */
} peers[MOST_FDS];

static int listening[MOST_FDS], listeners;
static int websocket; /* of the last request: all listeners are of one kind */
static int epoll;
static SSL_CTX *context;

static void drop(int fd) {
    if (peers[fd].state == LISTENING) {
        int last = listening[--listeners];
        listening[peers[fd].place] = last;
        peers[last].place = peers[fd].place;
    }
    if (peers[fd].tls) SSL_free(peers[fd].tls);
    peers[fd].tls = NULL;
    peers[fd].state = AWAY;
    close(fd);
}

static ssize_t put(int fd, const void *data, size_t size) {
    if (peers[fd].tls) return SSL_write(peers[fd].tls, data, (int)size);
    return send(fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void greet(int fd, const char *request) {
    static const char upgraded[] =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
    static const char streamed[] =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
    websocket = strcasestr(request, "\r\nupgrade: websocket") != NULL;
    const char *head = websocket ? upgraded : streamed;
    put(fd, head, strlen(head));
    peers[fd].state = LISTENING;
    peers[fd].place = listeners;
    listening[listeners++] = fd;
}

static void take(int listener) {
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        if (fd >= MOST_FDS) {
            close(fd);
            continue;
        }
        peers[fd].state = ASKING;
        if (context) {
            peers[fd].tls = SSL_new(context);
            SSL_set_fd(peers[fd].tls, fd);
            SSL_set_accept_state(peers[fd].tls);
            peers[fd].state = SHAKING;
        }
        struct epoll_event want = {.events = EPOLLIN, .data.fd = fd};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &want)) die("epoll_ctl");
    }
}

static void hear(int fd) {
    char data[2048];
    if (peers[fd].state == SHAKING) {
        ERR_clear_error();
        int done = SSL_do_handshake(peers[fd].tls);
        if (done != 1) {
            if (SSL_get_error(peers[fd].tls, done) != SSL_ERROR_WANT_READ) drop(fd);
            return;
        }
        peers[fd].state = ASKING;
    }
    ssize_t size;
    if (peers[fd].tls) {
        ERR_clear_error();
        size = SSL_read(peers[fd].tls, data, sizeof data - 1);
        if (size <= 0 && SSL_get_error(peers[fd].tls, (int)size) == SSL_ERROR_WANT_READ) return;
    } else {
        size = recv(fd, data, sizeof data - 1, 0);
        if (size < 0 && errno == EAGAIN) return;
    }
    if (size <= 0) {
        drop(fd);
        return;
    }
    data[size] = 0;
    if (peers[fd].state == ASKING) greet(fd, data); /* the load client sends its head at once */
}

static size_t build(char *frame, size_t bytes, uint32_t sequence) {
    size_t head;
    if (!websocket)
        head = (size_t)sprintf(frame, "%zx\r\n", bytes);
    else if (bytes <= 125)
        head = (size_t)sprintf(frame, "%c%c", 0x82, (int)bytes);
    else {
        frame[0] = (char)0x82, frame[1] = 126;
        frame[2] = (char)(bytes >> 8), frame[3] = (char)bytes;
        head = 4;
    }
    memset(frame + head, 'x', bytes);
    write_mark(frame + head, sequence, now_ns());
    if (websocket) return head + bytes;
    memcpy(frame + head + bytes, "\r\n", 2);
    return head + bytes + 2;
}

static void fan_out(const char *frame, size_t size) {
    for (int i = 0; i < listeners; i++) put(listening[i], frame, size); /* hear() drops the dead */
}

static int listen_on_loopback(void) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    int buffer = SEND_BUFFER_BYTES;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    if (bind(fd, (struct sockaddr *)&at, size) || listen(fd, 4096)) die("listen");
    getsockname(fd, (struct sockaddr *)&at, &size);
    printf("%d\n", ntohs(at.sin_port));
    fflush(stdout);
    return fd;
}

static void secure(const char *certificate, const char *key) {
    context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_num_tickets(context, 0);
    if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1) {
        ERR_print_errors_fp(stderr);
        exit(1);
    }
}

int main(int count, char **words) {
    if (count != 3 && count != 5) {
        fprintf(stderr, "usage: baseline BYTES INTERVAL_MS [CERTIFICATE KEY]\n");
        return 2;
    }
    size_t bytes = strtoul(words[1], NULL, 10);
    long interval_ns = strtol(words[2], NULL, 10) * 1000000L;
    if (bytes < MARK_BYTES || bytes > 60000) return 2;
    signal(SIGPIPE, SIG_IGN);
    if (count == 5) secure(words[3], words[4]);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    int listener = listen_on_loopback();
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    int own[] = {listener, timer, STDIN_FILENO};
    for (int i = 0; i < 3; i++) {
        struct epoll_event want = {.events = EPOLLIN, .data.fd = own[i]};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, own[i], &want)) die("epoll_ctl");
    }
    struct epoll_event events[EVENTS];
    char frame[65536];
    uint32_t sequence = 0;
    for (;;) {
        int ready = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                take(listener);
            } else if (fd == timer) {
                uint64_t ticks;
                if (read(timer, &ticks, sizeof ticks) > 0)
                    fan_out(frame, build(frame, bytes, sequence++));
            } else if (fd == STDIN_FILENO) {
                char line[64] = "";
                if (read(STDIN_FILENO, line, sizeof line - 1) <= 0) return 0;
                long every = strncmp(line, "start", 5) ? 0 : interval_ns;
                struct itimerspec pace = {.it_interval.tv_sec = every / 1000000000L,
                                          .it_interval.tv_nsec = every % 1000000000L};
                pace.it_value = pace.it_interval;
                timerfd_settime(timer, 0, &pace, NULL);
            } else {
                hear(fd);
            }
        }
    }
}
