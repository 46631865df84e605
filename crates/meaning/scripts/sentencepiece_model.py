"""Reads a SentencePiece model in the legacy layout of its protobuf: pieces in field 1 (text 1, score 2), character map in field 3's field 2."""

import struct
from typing import NamedTuple


class Model(NamedTuple):
    pieces: list  # of str, by id
    scores: list  # of float, by id
    character_trie: bytes  # units of a darts-clone double array; its values are places in `replacements`
    replacements: bytes  # each ended by a zero byte


def read(data):
    pieces, scores, character_map = [], [], b""
    for field, value in fields(data):
        if field == 1:
            piece = dict(fields(value))
            pieces.append(piece[1].decode())
            scores.append(struct.unpack("<f", piece[2])[0] if 2 in piece else 0.0)
        elif field == 3:
            character_map = dict(fields(value)).get(2, character_map)
    size = struct.unpack_from("<I", character_map)[0]
    return Model(pieces, scores, character_map[4 : 4 + size], character_map[4 + size :])


def fields(data):
    """Numbers and values (bytes; an int for a varint) of a message."""
    place = 0
    while place < len(data):
        tag, place = varint(data, place)
        if tag & 7 == 0:
            value, place = varint(data, place)
        else:
            length, place = {1: (8, place), 5: (4, place)}.get(tag & 7) or varint(data, place)
            value, place = data[place : place + length], place + length
        yield tag >> 3, value


def varint(data, place):
    value = shift = 0
    while True:
        byte = data[place]
        value, place, shift = value | (byte & 127) << shift, place + 1, shift + 7
        if byte < 128:
            return value, place
