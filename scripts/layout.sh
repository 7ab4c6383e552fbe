#!/usr/bin/env bash
# The layout of the modules: dependencies point one way, and the core decides without sockets and clocks.
#
# Checked are the imports of every file, the target dependencies of the manifest, and where clocks are read. Each finding
# is one line. The rules are the table below: whoever adds a module says there what it may know.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# module | modules of this package that it may import | others: a list, or * for any but the guarded ones below
rules='
ChatCore       |                                  | Crypto DequeModule Foundation HeapModule NIOCore Synchronization
ChatMemory     | ChatCore                         | DequeModule NIOCore Synchronization
ChatFleet      | ChatCore ChatSystem              | Crypto Logging Synchronization
ChatDeflate    | CZlib                            | NIOCore
ChatWebSocket  | ChatDeflate                      | NIOCore
ChatSystem     | CMalloc                          | Dispatch Glibc Synchronization
ChatSettings   | ChatSystem                       | Configuration Foundation SystemPackage
ChatHTTP       |                                  | Crypto NIOCore
CHiredis       |                                  |
CMalloc        |                                  |
CZlib          |                                  |
ChatRedis      | ChatCore ChatSystem CHiredis     | *
ChatClient     | ChatCore ChatSystem ChatWebSocket | *
ChatIdentity   | ChatCore ChatSystem              | *
ChatNode       | ChatCore ChatDeflate ChatFleet ChatHTTP ChatIdentity ChatMemory ChatRedis ChatSystem ChatWebSocket | *
ChatServer     | ChatCore ChatIdentity ChatNode ChatRedis ChatSettings ChatSystem | *
ChatWords      | ChatClient ChatCore ChatSystem   | Glibc Synchronization
ChatTerminal   | ChatClient ChatCore ChatSystem ChatWords | Foundation Glibc NIOCore Synchronization
ChatBench      | ChatClient ChatCore ChatSystem ChatWebSocket ChatWords | DequeModule Glibc Histogram NIOCore NIOPosix
ChatVerify     | ChatClient ChatCore ChatSystem ChatWords | NIOCore Synchronization
chat-cli       | ChatBench ChatClient ChatCore ChatIdentity ChatSettings ChatSystem ChatTerminal ChatVerify ChatWords | ArgumentParser Foundation Glibc Synchronization
BrokerContract | ChatCore                         | Foundation NIOCore Synchronization Testing
'
# module or beginning of one (with *) | the modules that may import it, where others have a *
guarded='
CHiredis       | ChatRedis
CMalloc        | ChatSystem
CZlib          | ChatDeflate
Hummingbird*   | ChatNode
ArgumentParser | ChatServer chat-cli
NIOPosix       | ChatRedis ChatClient ChatIdentity ChatNode ChatServer
JWTKit         | ChatIdentity
'

# modules whose folders lie in one direction
one_way='ChatBench ChatClient ChatCore ChatDeflate ChatFleet ChatHTTP ChatIdentity ChatMemory ChatNode ChatRedis ChatServer ChatSettings ChatSystem
    ChatTerminal ChatVerify ChatWebSocket ChatWords chat-cli'

findings=$(mktemp)
sources=$(mktemp)
trap 'rm -f "$findings" "$sources"' EXIT

# ---- Imports: "module path:line imported line"
imports() {
    find Sources Tests \( -path 'Sources/*.swift' -o -path 'Tests/BrokerContract/*.swift' \) | LC_ALL=C sort |
        while read -r path; do
            awk -v path="$path" '
                BEGIN { split(path, part, "/"); module = part[2] }
                /^[ \t]*(@[A-Za-z_]+(\([a-z]*\))?[ \t]+)*((public|package|internal|private|fileprivate)[ \t]+)?import[ \t]/ {
                    line = $0
                    sub(/^.*import[ \t]+((struct|class|enum|protocol|func|var|let|typealias)[ \t]+)?/, "", line)
                    sub(/[^A-Za-z0-9_].*$/, "", line)
                    access = "internal"
                    if ($0 ~ /(^|[ \t])public[ \t]+import/) access = "public"
                    if ($0 ~ /(^|[ \t])package[ \t]+import/) access = "package"
                    print module, path ":" NR, line, access
                }
            ' "$path"
        done
}

check_imports() {
    { printf '%s\n' "$rules"; echo ---; printf '%s\n' "$guarded"; echo ---; imports; } | awk '
        function trim(text) { gsub(/^[ \t]+|[ \t]+$/, "", text); return text }
        function has(list, word) { return index(" " list " ", " " word " ") > 0 }
        /^---$/ { section++; next }
        section < 2 && NF == 0 { next }
        section == 0 { split($0, f, "|"); m = trim(f[1]); own[m] = trim(f[2]); other[m] = trim(f[3]); next }
        section == 1 { split($0, f, "|"); guard[trim(f[1])] = trim(f[2]); next }
        {
            module = $1; place = $2; imported = $3; access = $4
            if (!(module in own)) {
                if (!(module in told)) print place ": scripts/layout.sh does not say what " module " may import"
                told[module] = 1
                next
            }
            if (imported in own) {
                if (!has(own[module], imported)) print place ": " module " must not import " imported
            } else if (other[module] != "*") {
                if (!has(other[module], imported)) print place ": " module " must not import " imported
            } else {
                for (g in guard) {
                    matches = g == imported
                    if (g ~ /\*$/) matches = index(imported, substr(g, 1, length(g) - 1)) == 1
                    if (matches && !has(guard[g], module))
                        print place ": only " guard[g] " may import " imported
                }
            }
            if (module == "ChatCore" && imported == "Foundation" && access != "internal")
                print place ": Foundation is an internal matter of ChatCore, not part of its interface"
            if (imported == "CHiredis" || imported == "CZlib") {
                split(place, p, ":")
                if (!((imported, p[1]) in c)) { c[imported, p[1]] = 1; cs[imported]++ }
                if (cs[imported] > 1) print place ": " tolower(substr(imported, 2)) " is called in one file only"
            }
        }
    '
}

# ---- The manifest: target dependencies may not say more than the imports may
check_manifest() {
    { printf '%s\n' "$rules"; echo ---; swift package dump-package; } | awk '
        function trim(text) { gsub(/^[ \t]+|[ \t]+$/, "", text); return text }
        function unquoted(line) { gsub(/^[ \t]*"|",?[ \t]*$/, "", line); return line }
        function has(list, word) { return index(" " list " ", " " word " ") > 0 }
        /^---$/ && !section { section = 1; next }
        !section && NF { split($0, f, "|"); own[trim(f[1])] = trim(f[2]) }
        !section { next }
        /^  "targets" : \[/ { inside = 1; next }
        inside && /^  \]/ { inside = 0 }
        !inside { next }
        /"byName" : \[/ { getline; depends = depends " " unquoted($0); next }
        /"target" : \[/ { getline; depends = depends " " unquoted($0); next }
        /^      "name" : / { name = $0; sub(/^      "name" : /, "", name); name = unquoted(name); seen++ }
        /^    \}/ {
            n = split(depends, d, " ")
            if (name in own) for (i = 1; i <= n; i++)
                if (d[i] in own && !has(own[name], d[i]))
                    print "Package.swift: " name " must not depend on " d[i]
            depends = ""; name = ""
        }
        END { if (!seen) print "Package.swift: no target was read; swift package dump-package looks different now" }
    '
}

# ---- The image: the manifest cannot be read without the folders of all its targets
check_image() {
    if ! [ -f Dockerfile ]; then return; fi
    { echo Sources; echo Tests; swift package dump-package | sed -nE 's/^      "path" : "([^/"]+).*/\1/p'; } | sort -u |
        while read -r folder; do
            if ! grep -qx "COPY $folder $folder" Dockerfile || ! grep -qxF "!$folder" .dockerignore; then
                echo "Dockerfile: $folder is not copied (COPY, .dockerignore), and the manifest names it"
            fi
        done
}

# ---- Clocks and waiting: in the core and in every machine the time is an argument
# folders of which every file is a machine
deciding='ChatTerminal/\(Keys\|Line\|Rooms\|Screen\)'

machines() {
    find Sources/ChatCore -name '*.swift'
    find Sources -path Sources/ChatCore -prune -o \( -path '*/Machine/*.swift' -o -name '*+StateMachine.swift' \) -print
    find Sources -regex "Sources/$deciding/.*\.swift"
}

check_clocks() {
    machines | LC_ALL=C sort -u | while read -r path; do
        awk -v path="$path" '
            /^[ \t]*\/\// { excused = excused || /clock:/; next }
            {
                code = $0
                if (sub(/\/\/.*$/, "", code)) excused = excused || $0 ~ /\/\/.*clock:/
                reads = code ~ /(^|[^A-Za-z0-9_.])(Date|ContinuousClock|SuspendingClock|DispatchTime|DispatchWallTime)(\(\))?\.now/ ||
                    code ~ /(^|[^A-Za-z0-9_.])Date\(\)/ ||
                    code ~ /(^|[^A-Za-z0-9_)\]?!>])\.now([^A-Za-z0-9_]|$)/ ||
                    code ~ /clock_gettime|gettimeofday|NIODeadline\.now/
                if (reads && !excused) print path ":" NR ": a clock is read here; the time is an argument"
                if ((path !~ /^Sources\/ChatCore\// || path ~ /\/Machine\/|StateMachine\.swift$/) && code ~ /(^|[^A-Za-z0-9_])await([^A-Za-z0-9_]|$)/)
                    print path ":" NR ": a machine does not wait"
                excused = 0
            }
        ' "$path"
    done
}

# ---- Bytes from outside: no canonical equivalence, whose cost grows with the square of a run of combining marks
check_comparisons() {
    find Sources \( -path 'Sources/ChatCore/Wire/*' -o -path 'Sources/ChatCore/JSON/*' -o -path 'Sources/ChatRedis/*' -o -path 'Sources/ChatClient/*' \) \
        -name '*.swift' | LC_ALL=C sort |
        while read -r path; do
            awk -v path="$path" '
                {
                    code = $0
                    sub(/\/\/.*$/, "", code)
                    if (code ~ /[?)\]]\.(string|shown|rawValue)\??[ ]*[!=]=/ || code ~ /[!=]= [^ ]*[\])?]\.(string|shown)([^A-Za-z(]|$)/ ||
                        code ~ /switch [^{]*\.(string|shown|rawValue)\??[ ]*\{/ || code ~ /(MessageKind|ServerStatus)\(rawValue:/)
                        print path ":" NR ": a string from outside is compared by its bytes: .word, ByteString, JSONText"
                    if (path ~ /^Sources\/ChatCore\/(Wire|JSON)/ && code ~ /\[String ?:|Set<String>|Dictionary<String/)
                        print path ":" NR ": what has names from outside is kept under ByteString"
                }
            ' "$path"
        done
}

# ---- Folders: stations of a way that leads one way; none needs another that needs it
# Read are the names of types that a file uses and another file of its module declares.
check_folders() { # MODULE
    find "Sources/$1" -name '*.swift' | LC_ALL=C sort >"$sources"
    awk -v sources="$sources" '
        function folder(path) { sub(/\/[^\/]*$/, "", path); return path }
        function code(line) {
            gsub(/"([^"\\]|\\.)*"/, "", line)
            sub(/\/\/.*$/, "", line)
            return line
        }
        BEGIN {
            while ((getline path < sources) > 0) {
                paths[++count] = path
                while ((getline line < path) > 0) {
                    if (line !~ /^((public|package|internal|final|indirect|nonisolated)(\([a-z]+\))? )*(struct|class|enum|actor|protocol|typealias) [A-Z]/) continue
                    sub(/^.*(struct|class|enum|actor|protocol|typealias) /, "", line)
                    sub(/[^A-Za-z0-9_].*$/, "", line)
                    if (line in place && place[line] != path) place[line] = ""; else place[line] = path
                }
                close(path)
            }
            for (i = 1; i <= count; i++) {
                here = folder(paths[i])
                while ((getline line < paths[i]) > 0) {
                    n = split(code(line), words, /[^A-Za-z0-9_]+/)
                    for (w = 1; w <= n; w++) {
                        if (!(words[w] in place) || place[words[w]] == "") continue
                        there = folder(place[words[w]])
                        if (there == here) continue
                        if (!((here, there) in need)) need[here, there] = paths[i] ": " words[w]
                        reach[here, there] = 1
                        known[here]; known[there]
                    }
                }
                close(paths[i])
            }
            for (k in known) for (a in known) for (b in known)
                if ((a, k) in reach && (k, b) in reach) reach[a, b] = 1
            for (pair in need) {
                split(pair, f, SUBSEP)
                if ((f[2], f[1]) in reach) print need[pair] " leads to " f[2] ", which leads back"
            }
        }
    '
}

# ---- Tests: one framework
check_tests() {
    grep -rnE --include='*.swift' '^[ \t]*(@[a-z]+ )?import XCTest' Sources Tests |
        sed -E 's/^([^:]+:[0-9]+):.*/\1: tests are written with Testing, not XCTest/' || true
}

{
    check_imports
    check_manifest
    check_image
    check_clocks
    check_comparisons
    for module in $one_way; do if [ -d "Sources/$module" ]; then check_folders "$module"; fi; done
    check_tests
} >"$findings"
if [ -s "$findings" ]; then
    cat "$findings"
    exit 1
fi
