"""Pictures of Chromium, one after the other, as one picture that moves (APNG: https://www.w3.org/TR/png-3/#apng-frame-based-animation)."""

from __future__ import annotations

import base64
import struct
import zlib
from dataclasses import dataclass

SIGNATURE = b"\x89PNG\r\n\x1a\n"
SECONDS = 1000
"""The fractions of a second in which a frame says how long it stays."""

# What has changed since the picture before, as a rectangle of the new one; nothing where all is the same.
CHANGES = """
async pictures => {
  const found = [];
  let before = null;
  for (const picture of pictures) {
    const image = await createImageBitmap(await (await fetch("data:image/png;base64," + picture)).blob());
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    context.drawImage(image, 0, 0);
    const pixels = new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer);
    let [left, top, right, bottom] = before ? [image.width, image.height, 0, 0] : [0, 0, image.width, image.height];
    if (before) {
      for (let index = 0; index < pixels.length; index++) {
        if (pixels[index] === before[index]) continue;
        const [x, y] = [index % image.width, Math.floor(index / image.width)];
        [left, top] = [Math.min(left, x), Math.min(top, y)];
        [right, bottom] = [Math.max(right, x + 1), Math.max(bottom, y + 1)];
      }
    }
    before = pixels;
    if (right <= left) { found.push(null); continue; }
    const part = new OffscreenCanvas(right - left, bottom - top);
    part.getContext("2d", { alpha: false }).drawImage(canvas, -left, -top);
    const bytes = new Uint8Array(await (await part.convertToBlob({ type: "image/png" })).arrayBuffer());
    found.push({ x: left, y: top, png: btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join("")) });
  }
  return found;
}
"""


@dataclass
class Frame:
    """A rectangle that is painted over what was there, and how long it stays."""

    x: int
    y: int
    seconds: float
    header: bytes
    """The IHDR of its picture: width, height, and how pixels are written."""
    pixels: bytes
    """Its rows, with their filters, compressed."""


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def chunks(png: bytes):
    """The chunks of a picture, as names with their data."""
    assert png.startswith(SIGNATURE)
    at = len(SIGNATURE)
    while at < len(png):
        (size,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        at += size + 12


def frame(x: int, y: int, seconds: float, png: bytes) -> Frame:
    parts = list(chunks(png))
    rows = zlib.decompress(b"".join(data for name, data in parts if name == b"IDAT"))
    return Frame(x, y, seconds, dict(parts)[b"IHDR"], zlib.compress(rows, 9))


def assembled(frames: list[Frame]) -> bytes:
    """The file. It begins anew when it is at its end."""
    # Each frame has its own size; how pixels are written is said once, for all.
    assert len({frame.header[8:] for frame in frames}) == 1
    number = 0
    out = SIGNATURE + chunk(b"IHDR", frames[0].header) + chunk(b"acTL", struct.pack(">II", len(frames), 0))
    for index, part in enumerate(frames):
        width, height = struct.unpack_from(">II", part.header)
        control = struct.pack(">IIIIIHHBB", number, width, height, part.x, part.y, round(part.seconds * SECONDS), SECONDS, 0, 0)
        out += chunk(b"fcTL", control)
        number += 1
        if index:
            out += chunk(b"fdAT", struct.pack(">I", number) + part.pixels)
            number += 1
        else:
            out += chunk(b"IDAT", part.pixels)
    return out + chunk(b"IEND", b"")


def animated(page, pictures: list[tuple[bytes, float]]) -> bytes:
    """Makes one of pictures of the same size, each with the seconds that it stays; `page` is a blank one of a browser."""
    changes = page.evaluate(CHANGES, [base64.b64encode(png).decode() for png, _ in pictures])
    frames: list[Frame] = []
    for change, (_, seconds) in zip(changes, pictures, strict=True):
        if change:
            frames.append(frame(change["x"], change["y"], seconds, base64.b64decode(change["png"])))
        else:
            frames[-1].seconds += seconds
    return assembled(frames)
