#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load.h"
#include "template.h"
#include "token.h"
#include "websocket.h"

enum {
    EVENTS = 512,
    READ_BYTES = 1 << 18,
    WRITE_BYTES = 1 << 16,
    WAITING_BYTES = 64 << 20,
    STALLED_RECEIVE_BYTES = 4096,
};

#define KEY "dGhlIHNhbXBsZSBub25jZQ=="

struct client *clients;
struct counts counts;
enum phase phase = PHASE_JOINING;

static int poller;
static uint64_t started;
static char accept_field[ACCEPT_BYTES + 32];
static uint8_t reading[LONGEST_HEADER + LONGEST_PAYLOAD + READ_BYTES];

static uint32_t microseconds(uint64_t time) { return (uint32_t)((time - started) / 1000); }

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void watch(struct client *client, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = client};
    if (epoll_ctl(poller, operation, client->socket, &event) < 0) die("epoll_ctl");
}

static void lose(struct client *client, const char *why, int count, const char *reason) {
    if (client->state == CLIENT_LOST) return;
    // One line tells what it is; ten thousand would hide it.
    if (counts.lost++ < 10) fprintf(stderr, "client %u: %s%.*s\n", client->index, why, count, reason);
    if (client->state >= CLIENT_JOINED) counts.joined--;
    client->state = CLIENT_LOST;
    close(client->socket);
    buffer_free(&client->rest);
    buffer_free(&client->waiting);
}

static void lose_by_error(struct client *client, const char *why) {
    const char *reason = strerror(errno);
    lose(client, why, (int)strlen(reason), reason);
}

static void write_bytes(struct client *client, const uint8_t *bytes, size_t count) {
    if (client->state == CLIENT_LOST) return;
    size_t taken = 0;
    if (client->waiting.count == 0) {
        ssize_t sent = send(client->socket, bytes, count, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) return lose_by_error(client, "send: ");
        taken = sent < 0 ? 0 : (size_t)sent;
        if (taken < count) watch(client, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    }
    if (client->waiting.count + count - taken > WAITING_BYTES) {
        fprintf(stderr, "the server does not read: %d MiB wait for it\n", WAITING_BYTES >> 20);
        exit(2);
    }
    if (taken < count) buffer_append(&client->waiting, bytes + taken, count - taken);
    counts.sent_bytes += count;
}

static void writable(struct client *client) {
    ssize_t sent = send(client->socket, client->waiting.bytes, client->waiting.count, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return lose_by_error(client, "send: ");
    if (sent > 0) buffer_drop_first(&client->waiting, (size_t)sent);
    if (client->waiting.count == 0) watch(client, EPOLL_CTL_MOD, EPOLLIN);
}

void client_connect(struct client *client) {
    client->socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (client->socket < 0) die("socket");
    setsockopt(client->socket, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    // A window of the usual size takes megabytes before the server notices that nobody reads.
    if (client->index >= load.clients - load.stalled) {
        setsockopt(client->socket, SOL_SOCKET, SO_RCVBUF, &(int){STALLED_RECEIVE_BYTES}, sizeof(int));
    }
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(load.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (connect(client->socket, (struct sockaddr *)&server, sizeof server) < 0 && errno != EINPROGRESS) {
        return lose_by_error(client, "connect: ");
    }
    watch(client, EPOLL_CTL_ADD, EPOLLOUT);
}

static void connected(struct client *client) {
    int error = 0;
    getsockopt(client->socket, SOL_SOCKET, SO_ERROR, &error, &(socklen_t){sizeof error});
    if (error != 0) {
        errno = error;
        return lose_by_error(client, "connect: ");
    }
    client->state = CLIENT_OPENING;
    watch(client, EPOLL_CTL_MOD, EPOLLIN);
    char *path = filled(load.path, client->room, client->index, 0, NULL, NULL), *request;
    int size = asprintf(
        &request,
        "GET %s HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: " KEY "\r\n\r\n",
        path
    );
    if (size < 0) die("asprintf");
    write_bytes(client, (uint8_t *)request, (size_t)size);
    free(path);
    free(request);
}

static void join(struct client *client) {
    counts.joined++;
    client->state = CLIENT_JOINED;
    if (client->index < load.clients - load.stalled) return;
    client->state = CLIENT_STALLED;
    watch(client, EPOLL_CTL_DEL, 0);
}

// Reads the answer to the handshake, and returns how many bytes it has: 0 while some are missing.
static size_t open_door(struct client *client, char *head, size_t count) {
    char *last = memmem(head, count, "\r\n\r\n", 4);
    if (last == NULL && count <= LONGEST_HEAD) return 0;
    size_t line = strcspn(head, "\r");
    if (last == NULL || strncmp(head, "HTTP/1.1 101 ", 13) != 0) {
        lose(client, "the handshake was answered with ", (int)(line < 80 ? line : 80), head);
        return 0;
    }
    *last = 0;
    if (strcasestr(head, accept_field) == NULL) {
        lose(client, "the handshake has another Sec-WebSocket-Accept than it should", 0, "");
        return 0;
    }
    client->state = CLIENT_JOINING;
    if (load.joined == NULL) join(client);
    return (size_t)(last - head) + 4;
}

static void delivered(struct client *client, struct token token, uint32_t time) {
    unsigned place = token.sender / load.rooms;
    if (token.sender % load.rooms != client->room || place >= load.senders || token.sender >= load.clients) {
        counts.strange++;
        return;
    }
    uint32_t *next = &client->next[place];
    if (token.number < *next) {
        counts.repeated++;
        return;
    }
    counts.holes += token.number - *next;
    *next = token.number + 1;
    counts.delivered++;
    if (phase == PHASE_MEASURED) {
        // What is due in the next microsecond may have been sent in this one.
        int32_t latency = (int32_t)(time - token.sent);
        histogram_add(&counts.latency, latency > 0 ? (uint32_t)latency : 0);
    }
    if (token.sender == client->index && load.window > 0 && phase != PHASE_ENDING) client->sender->due++;
}

static void take(struct client *client, struct frame *frame, uint32_t time) {
    static size_t place;
    struct token token;
    counts.frames++;
    switch (frame->opcode) {
    case OPCODE_TEXT:
    case OPCODE_BINARY:
        if (token_read(frame->payload, frame->size, &place, &token)) {
            delivered(client, token, time);
        } else if (client->state == CLIENT_JOINING && memmem(frame->payload, frame->size, load.joined, strlen(load.joined))) {
            join(client);
        }
        return;
    case OPCODE_PING: {
        uint8_t pong[LONGEST_HEADER + 125];
        if (frame->size > 125) return lose(client, "a ping has more than 125 bytes", 0, "");
        size_t length = frame_header(pong, OPCODE_PONG, frame->size, true);
        memcpy(pong + length, frame->payload, frame->size);
        counts.pings++;
        return write_bytes(client, pong, length + frame->size);
    }
    case OPCODE_CLOSE:
        // The first two bytes are the code.
        return lose(client, "closed by the server: ", frame->size > 2 ? (int)frame->size - 2 : 0, (char *)frame->payload + 2);
    default: return;
    }
}

static void readable(struct client *client) {
    size_t count = client->rest.count;
    if (count > 0) memcpy(reading, client->rest.bytes, count);
    ssize_t received = recv(client->socket, reading + count, READ_BYTES, 0);
    if (received < 0 && errno == EAGAIN) return;
    if (received < 0) return lose_by_error(client, "recv: ");
    if (received == 0) return lose(client, "closed by the server without a word", 0, "");
    uint64_t time = now();
    counts.reads++;
    counts.received_bytes += (uint64_t)received;
    buffer_free(&client->rest);
    count += (size_t)received;
    size_t at = client->state == CLIENT_OPENING ? open_door(client, (char *)reading, count) : 0;
    bool is_open = client->state == CLIENT_JOINING || client->state == CLIENT_JOINED;
    while (is_open && at < count) {
        struct frame frame;
        size_t used;
        enum frame_reading is = frame_read(reading + at, count - at, &frame, &used);
        if (is == FRAME_CUT) break;
        if (is == FRAME_WRONG) return lose(client, "a frame is a fragment, has a reserved bit or is too long", 0, "");
        take(client, &frame, microseconds(time));
        is_open = client->state == CLIENT_JOINING || client->state == CLIENT_JOINED;
        at += used;
    }
    if (client->state == CLIENT_LOST) return;
    if (at < count) buffer_append(&client->rest, reading + at, count - at);
    if (client->sender != NULL && client->sender->due > 0) {
        unsigned due = client->sender->due;
        client->sender->due = 0;
        client_say(client, due, now());
    }
}

void client_say(struct client *client, unsigned count, uint64_t due) {
    static uint8_t writing[WRITE_BYTES];
    struct sender *sender = client->sender;
    size_t gathered = 0;
    if (client->state != CLIENT_JOINED) return;
    for (unsigned i = 0; i < count; i++) {
        token_write(sender->frame + sender->text, (struct token){client->index, sender->sent, microseconds(due)});
        if (sender->number != SIZE_MAX) {
            uint32_t number = FIRST_NUMBER + sender->sent;
            for (size_t digit = NUMBER_DIGITS; digit-- > 0; number /= 10) {
                sender->frame[sender->number + digit] = (uint8_t)('0' + number % 10);
            }
        }
        sender->sent++;
        if (gathered + sender->bytes > sizeof writing) {
            write_bytes(client, writing, gathered);
            gathered = 0;
        }
        if (sender->bytes > sizeof writing) {
            write_bytes(client, sender->frame, sender->bytes);
        } else {
            memcpy(writing + gathered, sender->frame, sender->bytes);
            gathered += sender->bytes;
        }
    }
    if (gathered > 0) write_bytes(client, writing, gathered);
    counts.sent += count;
}

void turn(int milliseconds) {
    struct epoll_event events[EVENTS];
    uint64_t before = now();
    int ready = epoll_wait(poller, events, EVENTS, load.spins ? 0 : milliseconds);
    if (ready < 0 && errno != EINTR) die("epoll_wait");
    if (ready <= 0 || !load.spins) counts.idle += now() - before;
    if (ready <= 0) return;
    counts.turns++;
    counts.ready += (uint64_t)ready;
    for (int i = 0; i < ready; i++) {
        struct client *client = events[i].data.ptr;
        if (client->state == CLIENT_CONNECTING) {
            connected(client);
        } else {
            if (events[i].events & EPOLLOUT) writable(client);
            if (events[i].events & ~EPOLLOUT && client->state != CLIENT_LOST) readable(client);
        }
    }
}

static struct sender *sender_of(const struct client *client) {
    struct sender *sender = memory(NULL, sizeof *sender);
    struct places places;
    size_t size;
    char *payload = filled(load.message, client->room, client->index, load.size, &places, &size);
    uint8_t header[LONGEST_HEADER];
    size_t length = frame_header(header, OPCODE_TEXT, size, true);
    *sender = (struct sender){.frame = memory(NULL, length + size), .bytes = length + size, .text = length + places.text};
    sender->number = places.number == SIZE_MAX ? SIZE_MAX : length + places.number;
    memcpy(sender->frame, header, length);
    memcpy(sender->frame + length, payload, size);
    free(payload);
    return sender;
}

void clients_prepare(void) {
    char accept[ACCEPT_BYTES];
    handshake_accept(KEY, strlen(KEY), accept);
    snprintf(accept_field, sizeof accept_field, "\r\nSec-WebSocket-Accept: %s", accept);
    started = now();
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0) die("epoll_create");
    clients = memory(NULL, load.clients * sizeof *clients);
    for (unsigned i = 0; i < load.clients; i++) {
        struct client *client = &clients[i];
        *client = (struct client){.socket = -1, .index = i, .room = i % load.rooms};
        if (load.senders > 0) {
            client->next = memory(NULL, load.senders * sizeof *client->next);
            memset(client->next, 0, load.senders * sizeof *client->next);
        }
        if (i / load.rooms < load.senders) client->sender = sender_of(client);
    }
}
