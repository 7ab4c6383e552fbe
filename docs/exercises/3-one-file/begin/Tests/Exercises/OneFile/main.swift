import CHiredis
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

// Exercise 3: rooms over Redis, in one file. The arguments are the port to listen on and the port of Redis; the program
// says "listening" when it can be used.
print("usage: one-file PORT REDIS-PORT")
