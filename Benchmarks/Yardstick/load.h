// The load, its clients, and what has been counted. The generator has one thread, so these are its own.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "histogram.h"
#include "usage.h"

struct load {
    uint16_t port;
    unsigned clients, rooms;
    unsigned senders;  // in each room; 0: nobody sends
    unsigned stalled;  // the last clients: they join, and then read nothing
    unsigned window;   // closed loop: messages under way for each sender; 0 in an open loop
    double rate;       // open loop: messages a second of all senders together
    unsigned size;     // bytes of a text
    unsigned at_once;  // connections that are being opened
    double warmup, seconds, drain;
    const char *path, *joined, *message;
    struct processes servers;
    int core;  // -1: any
    bool spins;
};

enum client_state {
    CLIENT_CONNECTING,
    CLIENT_OPENING,  // has sent its handshake
    CLIENT_JOINING,  // is a WebSocket, and waits for the sign that it is in its room
    CLIENT_JOINED,
    CLIENT_STALLED,  // joined, and does not read
    CLIENT_LOST,
};

struct client {
    int socket;
    unsigned index, room;
    enum client_state state;
    struct buffer rest;     // the beginning of a frame
    struct buffer waiting;  // what the socket has not taken
    uint32_t *next;         // for each sender of the room: the number of the message that comes next
    struct sender *sender;  // none: only reads
};

// The frame of a sender's message, in which only the token and the number change.
struct sender {
    uint8_t *frame;
    size_t bytes, text, number;
    uint32_t sent;  // messages so far
    unsigned due;   // messages that go out after this read
};

// What has been counted since the generator began. Latencies are of the measured time alone.
struct counts {
    uint64_t sent, delivered, frames, reads, received_bytes, sent_bytes, pings;
    uint64_t holes;     // messages that were not there when later ones of their sender came
    uint64_t repeated;  // messages that came after a later one of their sender, or again
    uint64_t strange;   // messages of another room, or of nobody
    unsigned joined, lost;
    uint64_t turns, ready, idle;  // turns of the loop, sockets that were ready in them, nanoseconds without any
    struct histogram latency;
};

enum phase { PHASE_JOINING, PHASE_WARMING, PHASE_MEASURED, PHASE_ENDING };

extern struct load load;
extern struct client *clients;
extern struct counts counts;
extern enum phase phase;

// Opens a connection. Ends the program where there is no socket for it: that is less than a load.
void client_connect(struct client *client);

// Sends so many messages of a client, which were due at a time by now().
void client_say(struct client *client, unsigned count, uint64_t due);

// Serves the sockets that are ready, or waits for one for so many milliseconds.
void turn(int milliseconds);

// Makes the clients of the load, and their messages; connects none.
void clients_prepare(void);
