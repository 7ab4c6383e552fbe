#!/usr/bin/env bash
# scripts/layout.sh finds what it is there to find: a small package that breaks each rule once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -r scripts "$folder/scripts"
cd "$folder"

file() { # PATH LINE...
    mkdir -p "$(dirname "$1")"
    printf '%s\n' "${@:2}" >"$1"
}

manifest() { # DEPENDENCIES OF chat-cli
    file Package.swift '// swift-tools-version: 6.2' 'import PackageDescription' \
        'let package = Package(name: "layout", targets: [' \
        '.target(name: "ChatCore"), .systemLibrary(name: "CHiredis"),' \
        '.target(name: "ChatRedis", dependencies: ["ChatCore", "CHiredis"]),' \
        '.target(name: "ChatClient", dependencies: ["ChatCore"]),' \
        ".executableTarget(name: \"chat-cli\", dependencies: [$1])," \
        '])'
}

# A package that keeps the rules.
manifest '"ChatClient"'
file Sources/ChatCore/Core.swift 'internal import Foundation' 'package import NIOCore' \
    'let a = self.now' 'let b = clock.now()' '// clock: the only one that is read' 'let c = Date()' \
    'let d = ContinuousClock.now  // clock: read here'
file Sources/ChatRedis/Hiredis.swift 'internal import CHiredis' 'import NIOPosix'
file Sources/ChatDeflate/Gzip.swift 'package import NIOCore' 'import CZlib'
file Sources/chat-cli/CLI.swift 'internal import ChatClient' 'internal import ArgumentParser'
file Sources/ChatClient/Machine/Machine.swift '/// It has no await.' 'struct Machine {}'
file Sources/ChatCore/Above/One.swift 'struct One { let two: Two }'
file Sources/ChatCore/Below/Two.swift 'struct Two {}  // not One' 'let name = "One"'
file Dockerfile 'COPY Sources Sources' 'COPY Tests Tests'
file .dockerignore '*' '!Sources' '!Tests'
mkdir -p Tests
if ! scripts/layout.sh; then
    echo "layout.sh finds fault with a package that keeps the rules"
    exit 1
fi

# The same package with each rule broken.
manifest '"ChatClient", "ChatRedis"'
file Sources/ChatCore/Foreign.swift 'public import Foundation' 'import NIOPosix' \
    '@preconcurrency import struct CHiredis.redisReply' '@testable import ChatServer'
file Sources/ChatCore/Time.swift 'let a = Date()' 'let b = ContinuousClock.now' 'let c = ContinuousClock().now' \
    'let d: ContinuousClock.Instant = .now' '// clock: excuses one line' 'let e = Date()' 'let f = Date()'
file Sources/ChatRedis/Second.swift 'import CHiredis' 'import ArgumentParser'
file Sources/ChatDeflate/Second.swift 'import CZlib'
file Sources/chat-cli/Redis.swift 'import ChatRedis' 'import NIOHTTP1'
file Sources/ChatClient/Machine/Waiting.swift 'import HummingbirdCore' 'let a = await b()'
file Sources/ChatTerminal/Line/Editor.swift 'let a = await b()' 'let c = Date()'
file Sources/ChatClient/Link+StateMachine.swift 'let now = NIODeadline.now()'
file Sources/ChatCore/Wire/Decoding.swift 'let a = json["type"]?.string == "x"' 'switch json["type"]?.string {' \
    'let b = MessageKind(rawValue: raw)' 'let c = "x" == json["type"]?.string' 'let d = json["type"]?.word == "x"' \
    'let e = [String: Int]()' 'let f = kind == .string'
file Sources/ChatCore/Below/Two.swift 'struct Two { let three: Three? }'
file Sources/ChatCore/Middle/Three.swift 'final class Three { var one: [One] = [] }'
file Sources/Unknown/File.swift 'import ChatCore'
file Tests/Old.swift 'import XCTest'
file .dockerignore '*' '!Sources'

cat >expected <<'EXPECTED'
Dockerfile: Tests is not copied (COPY, .dockerignore), and the manifest names it
Package.swift: chat-cli must not depend on ChatRedis
Sources/ChatClient/Link+StateMachine.swift:1: a clock is read here; the time is an argument
Sources/ChatClient/Machine/Waiting.swift:1: only ChatNode may import HummingbirdCore
Sources/ChatClient/Machine/Waiting.swift:2: a machine does not wait
Sources/ChatCore/Above/One.swift: Two leads to Sources/ChatCore/Below, which leads back
Sources/ChatCore/Below/Two.swift: Three leads to Sources/ChatCore/Middle, which leads back
Sources/ChatCore/Foreign.swift:1: Foundation is an internal matter of ChatCore, not part of its interface
Sources/ChatCore/Foreign.swift:2: ChatCore must not import NIOPosix
Sources/ChatCore/Foreign.swift:3: ChatCore must not import CHiredis
Sources/ChatCore/Foreign.swift:4: ChatCore must not import ChatServer
Sources/ChatCore/Middle/Three.swift: One leads to Sources/ChatCore/Above, which leads back
Sources/ChatCore/Time.swift:1: a clock is read here; the time is an argument
Sources/ChatCore/Time.swift:2: a clock is read here; the time is an argument
Sources/ChatCore/Time.swift:3: a clock is read here; the time is an argument
Sources/ChatCore/Time.swift:4: a clock is read here; the time is an argument
Sources/ChatCore/Time.swift:7: a clock is read here; the time is an argument
Sources/ChatCore/Wire/Decoding.swift:1: a string from outside is compared by its bytes: .word, ByteString, JSONText
Sources/ChatCore/Wire/Decoding.swift:2: a string from outside is compared by its bytes: .word, ByteString, JSONText
Sources/ChatCore/Wire/Decoding.swift:3: a string from outside is compared by its bytes: .word, ByteString, JSONText
Sources/ChatCore/Wire/Decoding.swift:4: a string from outside is compared by its bytes: .word, ByteString, JSONText
Sources/ChatCore/Wire/Decoding.swift:6: what has names from outside is kept under ByteString
Sources/ChatDeflate/Second.swift:1: zlib is called in one file only
Sources/ChatRedis/Hiredis.swift:1: hiredis is called in one file only
Sources/ChatRedis/Second.swift:1: hiredis is called in one file only
Sources/ChatRedis/Second.swift:2: only ChatServer chat-cli may import ArgumentParser
Sources/ChatTerminal/Line/Editor.swift:1: a machine does not wait
Sources/ChatTerminal/Line/Editor.swift:2: a clock is read here; the time is an argument
Sources/Unknown/File.swift:1: scripts/layout.sh does not say what Unknown may import
Sources/chat-cli/Redis.swift:1: chat-cli must not import ChatRedis
Sources/chat-cli/Redis.swift:2: chat-cli must not import NIOHTTP1
Tests/Old.swift:1: tests are written with Testing, not XCTest
EXPECTED
if scripts/layout.sh >found; then
    echo "layout.sh finds no fault with a package that breaks every rule"
    exit 1
fi
LC_ALL=C sort -o found found
diff -u expected found
