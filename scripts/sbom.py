"""Writes what the programs are made of to standard output, as CycloneDX 1.5 in JSON.

    sbom.py --version VERSION --resolved Package.resolved [LIBRARY=DEBIAN-VERSION...]

The same sources make the same document: it has no time, and its serial number follows from its contents.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import uuid
from pathlib import Path
from urllib.parse import quote


def package(pin: dict) -> dict:
    """A package of Swift, as Package.resolved has it (`location`, `state`)."""
    place = re.sub(r"^https://|\.git$", "", pin["location"])
    version = pin["state"].get("version") or pin["state"]["revision"]
    reference = f"pkg:swift/{place}@{quote(version)}"
    return {
        "type": "library",
        "bom-ref": reference,
        "name": place.rpartition("/")[2],
        "version": version,
        "purl": reference,
        "externalReferences": [{"type": "vcs", "url": pin["location"]}],
        "properties": [{"name": "swift:revision", "value": pin["state"]["revision"]}],
    }


def library(name: str, version: str) -> dict:
    """A library of the system. Its version is Debian's, and empty where there is no Debian."""
    reference = f"pkg:deb/debian/{name}" + (f"@{quote(version)}" if version else "")
    found = {"type": "library", "bom-ref": reference, "name": name, "purl": reference}
    return found | ({"version": version} if version else {})


def document(version: str, pins: list[dict], libraries: list[tuple[str, str]]) -> dict:
    components = sorted((package(pin) for pin in pins), key=lambda found: found["bom-ref"])
    components += [library(*found) for found in sorted(libraries)]
    own = f"pkg:generic/swift-chat@{version}"
    contents = {
        "metadata": {"component": {"type": "application", "bom-ref": own, "name": "swift-chat", "version": version, "purl": own}},
        "components": components,
        "dependencies": [{"ref": own, "dependsOn": [found["bom-ref"] for found in components]}],
    }
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(contents, sort_keys=True))
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "serialNumber": f"urn:uuid:{serial}", "version": 1} | contents


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", required=True)
    parser.add_argument("--resolved", type=Path, required=True)
    parser.add_argument("libraries", nargs="*")
    options = parser.parse_args()
    pins = json.loads(options.resolved.read_text())["pins"]
    libraries = [(name, version) for name, _, version in (found.partition("=") for found in options.libraries)]
    json.dump(document(options.version, pins, libraries), sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
