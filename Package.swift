// swift-tools-version: 6.2
import PackageDescription

/// Every target is built in Swift 6 mode with complete concurrency checking, and with the features that Swift is
/// going to switch on by default.
let settings: [SwiftSetting] = [
    // SE-0335: `any` is written where an existential is meant.
    .enableUpcomingFeature("ExistentialAny"),
    // SE-0409: an import is internal unless it says otherwise.
    .enableUpcomingFeature("InternalImportsByDefault"),
    // SE-0444: a member is visible only where its module is imported.
    .enableUpcomingFeature("MemberImportVisibility"),
    // SE-0461: a nonisolated async function runs where its caller runs; the hot path counts on it.
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let nio = "swift-nio"

let package = Package(
    name: "swift-chat",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "ChatClient", targets: ["ChatClient", "ChatCore"]),
        .executable(name: "ChatServer", targets: ["ChatServer"]),
        .executable(name: "chat-cli", targets: ["chat-cli"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        // Names, protocol, machines and the broker's promise. No sockets, no clocks, no waiting.
        .target(
            name: "ChatCore",
            dependencies: [
                .product(name: "NIOCore", package: nio),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: settings
        ),
        // The broker in memory: one process, nothing to install.
        .target(
            name: "ChatMemory",
            dependencies: [
                "ChatCore",
                .product(name: "NIOCore", package: nio),
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: settings
        ),
        // The broker on several servers: each room is at one of them.
        .target(
            name: "ChatFleet",
            dependencies: [
                "ChatCore", "ChatSystem", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        // What both programs need of the operating system (the time of day, writing to descriptors), and what tasks wait by.
        .target(name: "ChatSystem", dependencies: ["CMalloc"], swiftSettings: settings),
        // Settings, each declared once, and their values from flags, environment and file: for both programs.
        .target(
            name: "ChatSettings",
            dependencies: [
                "ChatSystem",
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings
        ),
        // zlib behind Swift types: messages of WebSockets, and the files of the page.
        .target(
            name: "ChatDeflate",
            dependencies: ["CZlib", .product(name: "NIOCore", package: nio)],
            swiftSettings: settings
        ),
        // RFC 6455 frames, read and written: pure bytes, for both ends of a connection.
        .target(
            name: "ChatWebSocket",
            dependencies: ["ChatDeflate", .product(name: "NIOCore", package: nio)],
            swiftSettings: settings
        ),
        // RFC 9112 requests, read strictly: pure bytes, for the server's end.
        .target(
            name: "ChatHTTP",
            dependencies: [
                .product(name: "NIOCore", package: nio),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: settings
        ),
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"]), .brew(["hiredis"])]),
        // The broker on Redis: hiredis is the RESP engine, NIO owns the sockets.
        .target(
            name: "ChatRedis",
            dependencies: [
                "ChatCore",
                "ChatSystem",
                "CHiredis",
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOPosix", package: nio),
                .product(name: "NIOTLS", package: nio),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        // A client that reconnects, resumes and retries; what `chat-cli`, the tests and other programs use.
        .target(
            name: "ChatClient",
            dependencies: [
                "ChatCore",
                "ChatSystem",
                "ChatWebSocket",
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOPosix", package: nio),
                .product(name: "NIOHTTP1", package: nio),
                .product(name: "NIOWebSocket", package: nio),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: settings
        ),
        // Who clients are and what they may do: tokens, the keys that verify them, and where those come from.
        .target(
            name: "ChatIdentity",
            dependencies: [
                "ChatCore",
                "ChatSystem",
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOPosix", package: nio),
                .product(name: "NIOHTTP1", package: nio),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        // One node: the door, HTTP, a shard for each event loop, and the broker that joins it to others.
        .target(
            name: "ChatNode",
            dependencies: [
                "ChatCore",
                "ChatDeflate",
                "ChatFleet",
                "ChatHTTP",
                "ChatIdentity",
                "ChatMemory",
                "ChatRedis",
                "ChatSystem",
                "ChatWebSocket",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOPosix", package: nio),
                .product(name: "NIOHTTP1", package: nio),
                .product(name: "NIOTLS", package: nio),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        // The program that runs a node: settings, log, signals.
        .executableTarget(
            name: "ChatServer",
            dependencies: [
                "ChatCore",
                "ChatIdentity",
                "ChatNode",
                "ChatRedis",
                "ChatSettings",
                "ChatSystem",
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOPosix", package: nio),
                .product(name: "NIOHTTP1", package: nio),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),
        // What people read, in English and Korean, and how many cells of a terminal it takes.
        .target(name: "ChatWords", dependencies: ["ChatClient", "ChatCore", "ChatSystem"], swiftSettings: settings),
        // The chat in a terminal and in pipelines: keys, the input line, the screen, a conversation, its slash commands.
        .target(
            name: "ChatTerminal",
            dependencies: [
                "ChatClient", "ChatCore", "ChatSystem", "ChatWords", .product(name: "NIOCore", package: nio),
            ],
            swiftSettings: settings
        ),
        // The load generator: what a server carries, and how fast.
        .target(
            name: "ChatBench",
            dependencies: [
                "ChatClient",
                "ChatCore",
                "ChatSystem",
                "ChatWebSocket",
                "ChatWords",
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOPosix", package: nio),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            swiftSettings: settings
        ),
        // The checker: whether servers keep what docs/PROTOCOL.md promises.
        .target(
            name: "ChatVerify",
            dependencies: [
                "ChatClient", "ChatCore", "ChatSystem", "ChatWords", .product(name: "NIOCore", package: nio),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "chat-cli",
            dependencies: [
                "ChatBench",
                "ChatClient",
                "ChatCore",
                "ChatIdentity",
                "ChatSettings",
                "ChatSystem",
                "ChatTerminal",
                "ChatVerify",
                "ChatWords",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),
        // What one message costs on its way, station by station: `make bench`.
        // It counts allocations in place of malloc; no other program may have it.
        .target(name: "Allocations", path: "Benchmarks/Allocations"),
        .executableTarget(
            name: "MicroBenchmarks",
            dependencies: [
                "Allocations", "ChatCore", "ChatRedis", "ChatWebSocket", .product(name: "NIOCore", package: nio),
            ],
            path: "Benchmarks/Micro",
            exclude: ["bounds-debug.txt", "bounds-release.txt"],
            swiftSettings: settings
        ),
        // The examples in Swift. A bot and a client have only what programs in packages of their own have.
        .executableTarget(
            name: "karma-bot",
            dependencies: ["ChatClient", "ChatCore"],
            path: "Examples/Bot",
            exclude: ["README.md"],
            packageAccess: false
        ),
        .target(
            name: "ExampleClient",
            dependencies: ["ChatClient", "ChatCore"],
            path: "Examples/Client",
            exclude: ["README.md"],
            packageAccess: false
        ),
        .target(
            name: "ExampleServer",
            dependencies: [
                "ChatCore", "ChatNode", .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            path: "Examples/Server",
            exclude: ["README.md"],
            swiftSettings: settings
        ),
        // What every broker promises, as functions over any of them.
        .target(
            name: "BrokerContract",
            dependencies: ["ChatCore", .product(name: "NIOCore", package: nio)],
            path: "Tests/BrokerContract",
            swiftSettings: settings
        ),
        // What the tests of several modules need.
        .target(
            name: "TestSupport",
            dependencies: [
                "ChatCore", .product(name: "NIOCore", package: nio), .product(name: "NIOPosix", package: nio),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            path: "Tests/TestSupport",
            swiftSettings: settings
        ),
        .testTarget(
            name: "ChatCoreTests",
            dependencies: ["ChatCore", "ChatMemory", "TestSupport", .product(name: "NIOCore", package: nio)],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ChatMemoryTests",
            dependencies: [
                "BrokerContract", "ChatCore", "ChatMemory", "TestSupport", .product(name: "NIOCore", package: nio),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ChatFleetTests",
            dependencies: [
                "BrokerContract", "ChatCore", "ChatFleet", "ChatMemory", "ChatNode", "ChatRedis", "TestSupport",
                .product(name: "NIOCore", package: nio), .product(name: "NIOPosix", package: nio),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ChatDeflateTests",
            dependencies: ["ChatDeflate", "CZlib", "TestSupport", .product(name: "NIOCore", package: nio)],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ChatWebSocketTests",
            dependencies: ["ChatDeflate", "ChatWebSocket", "TestSupport", .product(name: "NIOCore", package: nio)],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ChatHTTPTests",
            dependencies: ["ChatHTTP", "TestSupport", .product(name: "NIOCore", package: nio)],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ChatRedisTests",
            dependencies: [
                "BrokerContract",
                "ChatCore",
                "ChatRedis",
                "ChatSystem",
                "TestSupport",
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOPosix", package: nio),
                .product(name: "NIOEmbedded", package: nio),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ChatIdentityTests",
            dependencies: [
                "ChatCore",
                "ChatIdentity",
                "ChatSystem",
                "TestSupport",
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOPosix", package: nio),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .testTarget(name: "ChatSystemTests", dependencies: ["ChatSystem"], swiftSettings: settings),
        .testTarget(
            name: "ChatClientTests",
            dependencies: [
                "ChatClient",
                "ChatCore",
                "ChatRedis",
                "ChatSystem",
                "TestSupport",
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOConcurrencyHelpers", package: nio),
                .product(name: "NIOPosix", package: nio),
                .product(name: "NIOHTTP1", package: nio),
                .product(name: "NIOWebSocket", package: nio),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "CLITests",
            dependencies: [
                "ChatBench",
                "ChatClient",
                "ChatCore",
                "ChatSettings",
                "ChatSystem",
                "ChatTerminal",
                "ChatVerify",
                "ChatWords",
                "chat-cli",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/CLITests/Machines",
            swiftSettings: settings
        ),
        .testTarget(
            name: "ChatServerTests",
            dependencies: [
                "BrokerContract",
                "ChatClient",
                "ChatCore",
                "ChatDeflate",
                "ChatFleet",
                "ChatHTTP",
                "ChatIdentity",
                "ChatMemory",
                "ChatNode",
                "ChatRedis",
                "ChatServer",
                "ChatSettings",
                "ChatSystem",
                "ChatVerify",
                "ChatWebSocket",
                "CZlib",
                "ExampleClient",
                "ExampleServer",
                "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOEmbedded", package: nio),
                .product(name: "NIOPosix", package: nio),
                .product(name: "NIOHTTP1", package: nio),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)
