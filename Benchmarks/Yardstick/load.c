// A load for servers with rooms: many clients on one thread, and what became of every message.
//
//   load --port PORT [OPTION...]     prints one JSON object; --help lists the options
//
// Each sender has a window of messages under way (closed loop: the next one goes out when one of its own has come back), or all of
// them have a rate (open loop: message k is due at k/rate, whether or not the server keeps up, and its latency counts from then).
// A message carries a token in its text (token.h), by which every client checks that each of them comes once and in order.
//
// Exit status: 0; 1 for a fault of the system; 2 when clients did not get into their rooms; 3 when a message was lost, came twice
// or out of order, or a connection was lost; 64 for a wrong option.

#define _GNU_SOURCE
#include "load.h"

#include <getopt.h>
#include <sched.h>
#include <sys/resource.h>

#include "token.h"

enum { PATIENCE_SECONDS = 30 };

struct load load = {
    .clients = 100, .rooms = 1, .senders = 1, .window = 1, .size = 128, .at_once = 500, .warmup = 0.5, .seconds = 2, .drain = 10,
    .path = "/%room", .message = "%text", .core = -1,
};

static const char help[] =
    "load --port PORT [OPTION...]\n"
    "  --clients N      connections (100)\n"
    "  --rooms N        client k is in room k modulo N (1)\n"
    "  --senders N      those who send, in each room (1); 0: nobody does\n"
    "  --window N       closed loop: messages under way for each sender (1)\n"
    "  --rate N         open loop: messages a second of all senders together\n"
    "  --stalled N      clients that join and then read nothing (0); nothing is expected of them\n"
    "  --size BYTES     of a text (128)\n"
    "  --warmup S       seconds before the measured time (0.5)\n"
    "  --seconds S      the measured time (2)\n"
    "  --drain S        seconds to wait for what is under way at the end (10)\n"
    "  --at-once N      connections that are being opened at a time (500)\n"
    "  --path TEXT      of the handshake (/%room)\n"
    "  --joined TEXT    is in the frame by which a client is in its room; without it the handshake is enough\n"
    "  --message TEXT   a message (%text)\n"
    "  --pid PID        a process of the server, whose time and memory are measured; several may be given\n"
    "  --pin CORE       the core of the generator\n"
    "  --spin           never sleep: a server does not pay for waking the generator\n"
    "In PATH and MESSAGE, %room and %client are numbers, %text is the text, %number is another one for each message of a client.\n";

static void refuse(const char *what) {
    fprintf(stderr, "%s\nload --help lists the options\n", what);
    exit(64);
}

static double number(const char *name, const char *text, double low, double high) {
    char *rest, message[128];
    double value = strtod(text, &rest);
    if (*text != 0 && *rest == 0 && value >= low && value <= high) return value;
    snprintf(message, sizeof message, "--%s takes a number from %.0f to %.0f", name, low, high);
    refuse(message);
    return 0;
}

static void read_options(int count, char **arguments) {
    enum { PORT = 1, CLIENTS, ROOMS, SENDERS, WINDOW, RATE, STALLED, SIZE, WARMUP, SECONDS, DRAIN, AT_ONCE, PATH, JOINED, MESSAGE,
           PID, PIN, SPIN, HELP };
    static const struct option options[] = {
        {"port", 1, NULL, PORT}, {"clients", 1, NULL, CLIENTS}, {"rooms", 1, NULL, ROOMS}, {"senders", 1, NULL, SENDERS},
        {"window", 1, NULL, WINDOW}, {"rate", 1, NULL, RATE}, {"stalled", 1, NULL, STALLED}, {"size", 1, NULL, SIZE},
        {"warmup", 1, NULL, WARMUP}, {"seconds", 1, NULL, SECONDS}, {"drain", 1, NULL, DRAIN}, {"at-once", 1, NULL, AT_ONCE}, {"path", 1, NULL, PATH},
        {"joined", 1, NULL, JOINED}, {"message", 1, NULL, MESSAGE}, {"pid", 1, NULL, PID}, {"pin", 1, NULL, PIN},
        {"spin", 0, NULL, SPIN}, {"help", 0, NULL, HELP}, {0},
    };
    for (int option, index = 0; (option = getopt_long(count, arguments, "", options, &index)) != -1;) {
        const char *name = options[index].name;
        switch (option) {
        case PORT: load.port = (uint16_t)number(name, optarg, 1, 65535); break;
        case CLIENTS: load.clients = (unsigned)number(name, optarg, 1, 1e6); break;
        case ROOMS: load.rooms = (unsigned)number(name, optarg, 1, 1e6); break;
        case SENDERS: load.senders = (unsigned)number(name, optarg, 0, 1e6); break;
        case WINDOW: load.window = (unsigned)number(name, optarg, 1, 1e5); break;
        case RATE: load.rate = number(name, optarg, 1, 1e7); break;
        case STALLED: load.stalled = (unsigned)number(name, optarg, 0, 1e6); break;
        case SIZE: load.size = (unsigned)number(name, optarg, TOKEN_BYTES, 1 << 17); break;
        case WARMUP: load.warmup = number(name, optarg, 0, 600); break;
        case SECONDS: load.seconds = number(name, optarg, 0.001, 3600); break;
        case DRAIN: load.drain = number(name, optarg, 0, 600); break;
        case AT_ONCE: load.at_once = (unsigned)number(name, optarg, 1, 1e5); break;
        case PATH: load.path = optarg; break;
        case JOINED: load.joined = optarg; break;
        case MESSAGE: load.message = optarg; break;
        case PID:
            if (load.servers.count == MOST_PROCESSES) refuse("there is room for 16 processes");
            load.servers.ids[load.servers.count++] = (pid_t)number(name, optarg, 1, 1 << 30);
            break;
        case PIN: load.core = (int)number(name, optarg, 0, CPU_SETSIZE - 1); break;
        case SPIN: load.spins = true; break;
        case HELP: fputs(help, stdout); exit(0);
        default: refuse("this cannot be done");
        }
    }
    if (optind < count) refuse("there is an argument that is no option");
    if (load.port == 0) refuse("--port is missing");
    if (load.rate > 0) load.window = 0;
    if (load.rooms > load.clients) refuse("there are more rooms than clients");
    if (load.stalled > load.clients) refuse("there are more stalled clients than clients");
    if (load.senders > 0 && (uint64_t)load.senders * load.rooms + load.stalled > load.clients) {
        refuse("each room needs as many clients as it has senders, beside those that are stalled");
    }
    if (strstr(load.message, "%text") == NULL) refuse("--message has no %text");
}

// What is compared over the measured time.
struct sample {
    uint64_t time, processor, own;
    struct counts counts;
};

static uint64_t own_processor_time(void) {
    struct processes self = {.ids = {0}, .count = 1};
    return processor_time(&self);
}

static void take_sample(struct sample *sample) {
    *sample = (struct sample){now(), processor_time(&load.servers), own_processor_time(), counts};
}

static void join_all(void) {
    unsigned next = 0, settled = 0;
    uint64_t last = now();
    while (counts.joined + counts.lost < load.clients) {
        while (next < load.clients && next - counts.joined - counts.lost < load.at_once) client_connect(&clients[next++]);
        turn(100);
        if (settled != counts.joined + counts.lost) {
            settled = counts.joined + counts.lost;
            last = now();
        }
        if (now() - last > PATIENCE_SECONDS * 1000000000ull) break;
    }
    if (counts.joined == load.clients) return;
    fprintf(stderr, "%u of %u clients are in their rooms\n", counts.joined, load.clients);
    exit(2);
}

// Sends what is due in an open loop, and waits for the sockets until the next is; or until `end`.
static void run_until(uint64_t end, uint64_t start, uint64_t *sent) {
    unsigned senders = load.senders * load.rooms;
    // Once at least: also a machine that slept through all of it has sent something.
    uint64_t time = now();
    do {
        uint64_t next = time < end ? end : time;
        while (load.rate > 0 && senders > 0) {
            uint64_t due = start + (uint64_t)((double)*sent * 1e9 / load.rate);
            if (due > time) {
                next = due < next ? due : next;
                break;
            }
            client_say(&clients[*sent % senders], 1, due);
            *sent += 1;
        }
        // The last millisecond is spent awake, since epoll_wait counts in whole ones.
        turn((int)((next - time) / 1000000));
        time = now();
    } while (time < end);
}

static uint64_t expected_deliveries(void) {
    uint64_t total = 0;
    unsigned reading = load.clients - load.stalled;
    for (unsigned i = 0; i < load.senders * load.rooms; i++) {
        unsigned room = clients[i].room;
        uint64_t readers = reading / load.rooms + (room < reading % load.rooms ? 1 : 0);
        total += readers * clients[i].sender->sent;
    }
    return total;
}

static void drain(uint64_t expected) {
    uint64_t end = now() + (uint64_t)(load.drain * 1e9);
    while (counts.delivered < expected && now() < end) turn(10);
}

static double per(double value, double count) { return count > 0 ? value / count : 0; }

// What the servers had used before the first client came, and how long all took to join.
struct beginning {
    uint64_t processor;
    int64_t resident;
    double joining;
};

static void report(
    const struct sample *from, const struct sample *to, uint64_t missing, const struct beginning *before, int64_t after
) {
    double seconds = (double)(to->time - from->time) / 1e9;
    double delivered_ = (double)(to->counts.delivered - from->counts.delivered);
    double turns = (double)(to->counts.turns - from->counts.turns);
    printf("{\"seconds\":%.3f,\"clients\":%u,\"joined\":%u", seconds, load.clients, counts.joined);
    printf(",\"joining_s\":%.3f", before->joining);
    printf(",\"sent_per_s\":%.1f", (double)(to->counts.sent - from->counts.sent) / seconds);
    printf(",\"delivered\":%.0f,\"delivered_per_s\":%.1f", delivered_, delivered_ / seconds);
    printf(",\"delivery_us\":{\"p50\":%.1f", histogram_percentile(&counts.latency, 50));
    printf(",\"p99\":%.1f,\"max\":%.1f}", histogram_percentile(&counts.latency, 99), histogram_percentile(&counts.latency, 100));
    printf(",\"frames\":%lu,\"reads\":%lu", to->counts.frames - from->counts.frames, to->counts.reads - from->counts.reads);
    printf(",\"received_bytes\":%lu", to->counts.received_bytes - from->counts.received_bytes);
    printf(",\"sent_bytes\":%lu,\"pings\":%lu", to->counts.sent_bytes - from->counts.sent_bytes, to->counts.pings - from->counts.pings);
    printf(",\"total_sent\":%lu,\"total_delivered\":%lu", counts.sent, counts.delivered);
    printf(",\"missing\":%lu,\"holes\":%lu,\"repeated\":%lu", missing, counts.holes, counts.repeated);
    printf(",\"strange\":%lu,\"lost\":%u", counts.strange, counts.lost);
    printf(",\"generator\":{\"cpu_percent\":%.1f", (double)(to->own - from->own) / 1e7 / seconds);
    printf(",\"busy_percent\":%.1f", 100 - (double)(to->counts.idle - from->counts.idle) / 1e7 / seconds);
    printf(",\"ready\":%.1f}", per((double)(to->counts.ready - from->counts.ready), turns));
    if (load.servers.count > 0) {
        double used = (double)(to->processor - from->processor) / 1e3;
        printf(",\"server\":{\"cpu_us\":%.1f,\"cpu_percent\":%.1f", used, used / 1e4 / seconds);
        if (delivered_ > 0) printf(",\"cpu_us_per_delivery\":%.4f", used / delivered_);
        printf(",\"total_cpu_us\":%.1f", (double)(to->processor - before->processor) / 1e3);
        printf(",\"rss_bytes\":%ld,\"rss_bytes_per_client\":%.1f}", after, (double)(after - before->resident) / load.clients);
    }
    printf("}\n");
}

int main(int count, char **arguments) {
    read_options(count, arguments);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    if (load.clients + 16 > files.rlim_max) {
        fprintf(stderr, "%u clients need as many open files, and the limit is %lu\n", load.clients, (unsigned long)files.rlim_max);
        return 1;
    }
    if (load.core >= 0) {
        cpu_set_t cores;
        CPU_ZERO(&cores);
        CPU_SET(load.core, &cores);
        if (sched_setaffinity(0, sizeof cores, &cores) < 0) {
            perror("--pin");
            return 1;
        }
    }
    clients_prepare();
    struct beginning before = {.processor = processor_time(&load.servers), .resident = resident_bytes(&load.servers)};
    uint64_t first = now(), sent = 0;
    join_all();
    int64_t after = resident_bytes(&load.servers);

    static struct sample from, to;
    uint64_t start = now();
    before.joining = (double)(start - first) / 1e9;
    uint64_t measured = start + (uint64_t)(load.warmup * 1e9), end = measured + (uint64_t)(load.seconds * 1e9);
    phase = PHASE_WARMING;
    for (unsigned i = 0; load.window > 0 && i < load.senders * load.rooms; i++) client_say(&clients[i], load.window, now());
    run_until(measured, start, &sent);
    take_sample(&from);
    phase = PHASE_MEASURED;
    run_until(end, start, &sent);
    take_sample(&to);
    phase = PHASE_ENDING;
    uint64_t expected = expected_deliveries();
    drain(expected);
    uint64_t missing = counts.delivered < expected ? expected - counts.delivered : 0;
    report(&from, &to, missing, &before, after);
    return missing + counts.holes + counts.repeated + counts.strange + counts.lost > 0 ? 3 : 0;
}
