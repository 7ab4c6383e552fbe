"""Builds the fuzzer, or the probe of costs, beside the debug build and out of it: the normal build is not touched.

    Fuzz/build.py fuzzer|cost

What depends on others is linked as `swift build --build-tests` left it. The modules that read bytes from outside are compiled
once more for the fuzzer, with what libFuzzer counts by; how they are compiled stands in the manifest of the debug build.
"""

import json
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEBUG = ROOT / ".build/debug"
OUT = ROOT / ".build/fuzz"
# In the order in which they depend on each other.
INSTRUMENTED = ["ChatCore", "ChatIdentity", "ChatDeflate", "ChatHTTP", "ChatWebSocket", "ChatRedis", "ChatClient"]
FUZZER = ["-sanitize=fuzzer", "-parse-as-library"]


def run(command):
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command[:3])} …\n{result.stdout}{result.stderr}")


def arguments_of(module):
    """What the compiler was told for a module, but for where it writes."""
    manifest = (ROOT / ".build/debug.yaml").read_text()
    found = re.search(rf'"C\.{module}-[^"]*\.module":.*?\n    args: (\[.*?\])\n', manifest, re.S)
    if not found:
        sys.exit(f"the manifest of the debug build says nothing of {module}; run swift build --build-tests")
    kept, arguments = [], iter(json.loads(found.group(1))[1:])
    for argument in arguments:
        if argument in ("-emit-module-path", "-output-file-map", "-emit-objc-header-path", "-index-store-path"):
            next(arguments)
        elif argument == "-module-name":
            next(arguments)
        elif argument not in (
            "-emit-dependencies", "-emit-module", "-incremental", "-c", "-serialize-diagnostics", "-parseable-output",
            "-emit-objc-header", "-enable-batch-mode", "-parse-as-library",
        ) and not argument.startswith("@"):
            kept.append(argument)
    return kept


def sources_of(module):
    return (DEBUG / f"{module}.build/sources").read_text().split()


def compile_module(module, is_stale):
    """Compiles a module unless it is as new as its sources; whether it did. A stale one depends on what was compiled anew."""
    target = OUT / f"{module}.o"
    sources = sources_of(module)
    newest = max(pathlib.Path(source).stat().st_mtime for source in sources)
    if not is_stale and target.exists() and target.stat().st_mtime > newest:
        return False
    run(["swiftc", "-module-name", module, "-emit-object", "-whole-module-optimization", "-o", str(target)]
        + arguments_of(module) + FUZZER + sources)
    return True


def linked_objects(without):
    objects = {}
    for product in ("ChatServer", "chat-cli"):
        for path in (DEBUG / f"{product}.product/Objects.LinkFileList").read_text().splitlines():
            path = "".join(shlex.split(path))
            module = pathlib.Path(path).parent.name.removesuffix(".build")
            if module not in without:
                objects[path] = None
    return list(objects)


def link(name, sources, flags, instrumented):
    own = ["ChatServer"] + instrumented
    compiled = [str(OUT / f"{module}.o") for module in instrumented]
    arguments = [a for a in arguments_of("ChatServerTests") if a != "-enable-testing"]
    run(["swiftc", "-module-name", name, "-whole-module-optimization", "-o", str(OUT / name.lower())] + arguments + flags
        + [str(ROOT / "Fuzz" / source) for source in sources] + compiled + linked_objects(own)
        + ["-lhiredis", "-lz", "-lstdc++"])


def main(what):
    OUT.mkdir(exist_ok=True)
    if what == "fuzzer":
        is_stale = False
        for module in INSTRUMENTED:
            is_stale = compile_module(module, is_stale) or is_stale
        link("Fuzzer", ["Sinks.swift", "Fuzzer.swift"], FUZZER, INSTRUMENTED)
    else:
        link("Cost", ["Sinks.swift", "Cost.swift"], ["-parse-as-library"], [])
        # valgrind reads what the debugger would need, and cannot make sense of all of it.
        run(["strip", "--strip-debug", str(OUT / "cost")])


main(sys.argv[1])
