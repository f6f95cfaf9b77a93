"""Colour profiles for the tests of logos, made of numbers (ICC.1:2001-04)."""

import struct


def profile(device, space, connection, tags):
    """A profile (bytes) of `tags` ({signature: data}): §6.1 its header, §6.2 the table of tags."""
    table, data = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for signature, content in tags.items():
        table += struct.pack(">4sII", signature, start + len(data), len(content))
        data += content + b"\0" * (-len(content) % 4)
    header = struct.pack(">I4xI4s4s4s12x4s28x", start + len(data), 0x02400000, device, space,
                         connection, b"acsp")  # fmt: skip
    header += xyz_numbers(0.9642, 1, 0.8249)
    return header.ljust(128, b"\0") + table + data


def xyz_numbers(*values):
    return struct.pack(">3i", *(round(value * 65536) for value in values))


def xyz(*values):
    return b"XYZ \0\0\0\0" + xyz_numbers(*values)


def adobe_rgb():
    """Adobe RGB (1998), §4.3 of its specification: adapted to D50, with a gamma of 563/256."""
    gamma = b"curv\0\0\0\0" + struct.pack(">IH", 1, 563)
    colours = {
        b"rXYZ": xyz(0.60974, 0.31111, 0.01947),
        b"gXYZ": xyz(0.20528, 0.62567, 0.06087),
        b"bXYZ": xyz(0.14919, 0.06322, 0.74457),
    }
    curves = dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), gamma)
    return profile(b"mntr", b"RGB ", b"XYZ ", {b"wtpt": xyz(0.9642, 1, 0.8249)} | colours | curves)


def grey_inks():
    """Four inks that are all the same middle grey: no picture without this profile comes so."""
    straight = bytes(range(256))
    corners = b"".join(bytes([255 if not inks else 128, 128, 128]) for inks in range(16))
    table = struct.pack(">4s4x4B", b"mft1", 4, 3, 2, 0)
    unchanged = struct.pack(">9i", *(65536 if each % 4 == 0 else 0 for each in range(9)))
    table += unchanged + straight * 4 + corners + straight * 3
    return profile(b"prtr", b"CMYK", b"Lab ", {b"wtpt": xyz(0.9642, 1, 0.8249), b"A2B0": table})
