// The least that a room server has to do: a measure for those that do more.
//
//   yardstick --port PORT [--batch]        port 0: one that is free; the first line says which
//
// One thread, one epoll. The path of a WebSocket's handshake, without its query, is the name of its room. Each text or binary
// frame goes to every member of the room, the sender included, as it came: no names, no numbers, no log, no answers, no checks
// of what is in it. Its header is written over the client's mask, in the buffer that it was read into, so that nothing is copied.
//
// Without --batch each frame is one send() for each member. With it the frames of a room that come in one turn of the loop (the
// events of one epoll_wait) leave together, in one send() for each member.
//
// Bytes that a socket does not take wait for it, 16 MiB at most; then the connection is closed.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "buffer.h"
#include "websocket.h"

enum {
    EVENTS = 512,
    READ_BYTES = 1 << 18,
    WAITING_BYTES = 16 << 20,
    GATHERED_BYTES = 1 << 20,  // what a room gathers at most, however much comes in a turn
    BUCKETS = 1 << 12,
    LONGEST_NAME = 255,
};

struct room {
    char name[LONGEST_NAME + 1];
    struct member **members;
    size_t count, capacity;
    struct buffer gathered;
    bool has_gathered;
    struct room *next;           // in its bucket
    struct room *next_gathered;  // in this turn
};

struct member {
    int socket;
    struct room *room;      // none before the handshake
    size_t place;           // among the members of the room
    struct buffer rest;     // the beginning of a frame
    struct buffer waiting;  // what the socket has not taken
    bool is_over;           // closed at the end of the turn: the events of this turn may still name it
    struct member *next_over;
};

static int poller;
static bool gathers;
static struct room *buckets[BUCKETS];
static struct room *rooms_gathered;
static struct member *members_over;
// One for all: what is left of a read is kept with its member. In front of what is read there is room for such a rest.
static uint8_t reading[LONGEST_HEADER + LONGEST_PAYLOAD + READ_BYTES];

static void die(const char *what) {
    perror(what);
    exit(1);
}

static struct room *room_named(const char *name, size_t count) {
    uint32_t hash = 2166136261;
    for (size_t i = 0; i < count; i++) hash = (hash ^ (uint8_t)name[i]) * 16777619;
    struct room **bucket = &buckets[hash % BUCKETS];
    for (struct room *room = *bucket; room != NULL; room = room->next) {
        if (strlen(room->name) == count && memcmp(room->name, name, count) == 0) return room;
    }
    struct room *room = memory(NULL, sizeof *room);
    *room = (struct room){.next = *bucket};
    memcpy(room->name, name, count);
    *bucket = room;
    return room;
}

static void enter(struct room *room, struct member *member) {
    if (room->count == room->capacity) {
        room->capacity = room->capacity == 0 ? 8 : room->capacity * 2;
        room->members = memory(room->members, room->capacity * sizeof(struct member *));
    }
    member->room = room;
    member->place = room->count;
    room->members[room->count++] = member;
}

static void end(struct member *member) {
    if (member->is_over) return;
    member->is_over = true;
    member->next_over = members_over;
    members_over = member;
}

static void bury(void) {
    while (members_over != NULL) {
        struct member *member = members_over;
        members_over = member->next_over;
        struct room *room = member->room;
        if (room != NULL) {
            room->members[member->place] = room->members[--room->count];
            room->members[member->place]->place = member->place;
        }
        close(member->socket);
        buffer_free(&member->rest);
        buffer_free(&member->waiting);
        free(member);
    }
}

static void watch(struct member *member, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = member};
    if (epoll_ctl(poller, EPOLL_CTL_MOD, member->socket, &event) < 0) die("epoll_ctl");
}

// Gives bytes to a member; what its socket does not take waits.
static void deliver(struct member *member, const uint8_t *bytes, size_t count) {
    if (member->is_over) return;
    size_t taken = 0;
    if (member->waiting.count == 0) {
        ssize_t sent = send(member->socket, bytes, count, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) return end(member);
        taken = sent < 0 ? 0 : (size_t)sent;
        if (taken == count) return;
        watch(member, EPOLLIN | EPOLLOUT);
    }
    if (member->waiting.count + count - taken > WAITING_BYTES) return end(member);
    buffer_append(&member->waiting, bytes + taken, count - taken);
}

static void writable(struct member *member) {
    ssize_t sent = send(member->socket, member->waiting.bytes, member->waiting.count, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return end(member);
    if (sent > 0) buffer_drop_first(&member->waiting, (size_t)sent);
    if (member->waiting.count == 0) watch(member, EPOLLIN);
}

static void broadcast(struct room *room, const uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < room->count; i++) deliver(room->members[i], bytes, count);
}

static void release(struct room *room) {
    broadcast(room, room->gathered.bytes, room->gathered.count);
    // The memory stays: a room that gathers once gathers again.
    room->gathered.count = 0;
}

static void gather(struct room *room, const uint8_t *bytes, size_t count) {
    if (!room->has_gathered) {
        room->has_gathered = true;
        room->next_gathered = rooms_gathered;
        rooms_gathered = room;
    }
    buffer_append(&room->gathered, bytes, count);
    if (room->gathered.count >= GATHERED_BYTES) release(room);
}

static void take(struct member *member, struct frame *frame) {
    if (frame->opcode == OPCODE_PONG) return;
    frame_unmask(frame);
    enum opcode opcode = frame->opcode == OPCODE_PING ? OPCODE_PONG : (enum opcode)frame->opcode;
    uint8_t header[LONGEST_HEADER];
    size_t length = frame_header(header, opcode, frame->size, false);
    // The four bytes of the mask stood before the payload, so there is room.
    uint8_t *start = frame->payload - length;
    memcpy(start, header, length);
    if (opcode == OPCODE_PONG || opcode == OPCODE_CLOSE) {
        deliver(member, start, length + frame->size);
        if (opcode == OPCODE_CLOSE) end(member);
    } else if (gathers) {
        gather(member->room, start, length + frame->size);
    } else {
        broadcast(member->room, start, length + frame->size);
    }
}

// Answers an opening handshake, and returns how many bytes it had: 0 while some are missing.
static size_t open_door(struct member *member, char *head, size_t count) {
    char *last = memmem(head, count, "\r\n\r\n", 4);
    if (last == NULL) {
        if (count > LONGEST_HEAD) end(member);
        return 0;
    }
    *last = 0;
    char *key = strcasestr(head, "\r\nSec-WebSocket-Key:");
    size_t path = strncmp(head, "GET ", 4) == 0 ? strcspn(head + 4, "? \r") : 0;
    if (key == NULL || path == 0 || path > LONGEST_NAME) {
        static const char refusal[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        deliver(member, (const uint8_t *)refusal, sizeof refusal - 1);
        end(member);
        return 0;
    }
    key += strlen("\r\nSec-WebSocket-Key:");
    key += strspn(key, " \t");
    char accept[ACCEPT_BYTES], answer[256];
    handshake_accept(key, strcspn(key, " \t\r"), accept);
    int length = snprintf(
        answer, sizeof answer,
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", accept
    );
    // Whoever has the answer is a member.
    enter(room_named(head + 4, path), member);
    deliver(member, (const uint8_t *)answer, (size_t)length);
    return (size_t)(last - head) + 4;
}

static void readable(struct member *member) {
    size_t count = member->rest.count;
    if (count > 0) memcpy(reading, member->rest.bytes, count);
    ssize_t received = recv(member->socket, reading + count, READ_BYTES, 0);
    if (received < 0 && errno == EAGAIN) return;
    if (received <= 0) return end(member);
    buffer_free(&member->rest);
    count += (size_t)received;
    size_t at = 0;
    if (member->room == NULL) at = open_door(member, (char *)reading, count);
    while (member->room != NULL && !member->is_over && at < count) {
        struct frame frame;
        size_t used;
        enum frame_reading is = frame_read(reading + at, count - at, &frame, &used);
        if (is == FRAME_CUT) break;
        if (is == FRAME_WRONG || !frame.is_masked) return end(member);
        take(member, &frame);
        at += used;
    }
    if (at < count && !member->is_over) buffer_append(&member->rest, reading + at, count - at);
}

static void accept_all(int listener) {
    for (;;) {
        int socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket < 0 && (errno == EAGAIN || errno == ECONNABORTED)) return;
        if (socket < 0) die("accept");
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        struct member *member = memory(NULL, sizeof *member);
        *member = (struct member){.socket = socket};
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = member};
        if (epoll_ctl(poller, EPOLL_CTL_ADD, socket, &event) < 0) die("epoll_ctl");
    }
}

static int listen_on(uint16_t port) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(listener, (struct sockaddr *)&address, size) < 0) die("bind");
    if (listen(listener, 4096) < 0) die("listen");
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("listening on port %u\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

int main(int count, char **arguments) {
    static const struct option options[] = {{"port", required_argument, NULL, 'p'}, {"batch", no_argument, NULL, 'b'}, {0}};
    unsigned long port = 65536;
    for (int option; (option = getopt_long(count, arguments, "", options, NULL)) != -1;) {
        if (option == 'p') port = strtoul(optarg, NULL, 10);
        if (option == 'b') gathers = true;
        if (option == '?') port = 65536;
    }
    if (port > 65535 || optind < count) {
        fprintf(stderr, "yardstick --port PORT [--batch]\n");
        return 64;
    }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    poller = epoll_create1(EPOLL_CLOEXEC);
    int listener = listen_on((uint16_t)port);
    struct epoll_event event = {.events = EPOLLIN};
    if (poller < 0 || epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event) < 0) die("epoll");
    for (;;) {
        struct epoll_event events[EVENTS];
        int ready = epoll_wait(poller, events, EVENTS, -1);
        if (ready < 0 && errno != EINTR) die("epoll_wait");
        for (int i = 0; i < ready; i++) {
            struct member *member = events[i].data.ptr;
            if (member == NULL) {
                accept_all(listener);
                continue;
            }
            if (events[i].events & EPOLLOUT && !member->is_over) writable(member);
            if (events[i].events & ~EPOLLOUT && !member->is_over) readable(member);
        }
        while (rooms_gathered != NULL) {
            struct room *room = rooms_gathered;
            rooms_gathered = room->next_gathered;
            room->has_gathered = false;
            if (room->gathered.count > 0) release(room);
        }
        bury();
    }
}
