#!/usr/bin/env python3
"""Verifies what the Face-to-Face Interaction Recorder has stored: a second opinion.

Python 3.9 or newer and nothing else. Written from docs/log-format.md, which describes every stored
byte, and not from the recorder's own sources. It reads only, and needs no network.
"""

import argparse
import array
import base64
import binascii
import collections
import hashlib
import heapq
import hmac
import json
import os
import re
import struct
import sys
import time
import zipfile
import zlib

try:
    from lzma import LZMAError
except ImportError:  # Python can be built without it; zipfile then refuses such a file by itself.
    LZMAError = zlib.error

HELP = """\
Verifies a bundle, a copied home or a receipt of the recorder, without the recorder.

  verify.py bundle.zip                 a bundle (f2f bundle ID), as a ZIP file or unpacked
  verify.py                            the unpacked bundle in which it lies
  verify.py /path/to/copied-home       a copy of a home; end the recorder before you copy it
  verify.py --receipt a.tlog-proof --key VKEY
                                       a receipt alone

Give the key that you got from elsewhere, long before, with --key: from the owner of the log (`f2f
audit key`), on paper, by telephone. Without it, the key is taken from the log itself. Then you
learn that nothing is damaged, but not that nobody has written the whole log anew and signed it.

Give what you kept with --receipt or --checkpoint, together with a home or a bundle: then you also
learn whether the log was rolled back or rewritten since you got it.
"""

EXAMPLES = """\
examples:
  python3 verify.py bundle.zip --key 'f2f-recorder/0123456789abcdef+89abcdef+A...'
  python3 verify.py copied-home --checkpoint checkpoint-of-march.txt
  python3 verify.py bundle.zip --decrypt --values     opens media and values with identity.txt
  python3 verify.py bundle.zip --json                 the same findings for a program

what it says:
  ok     was checked and is as it should be
  note   you should know this; it is no finding
  WRONG  a finding: what, where, expected and found. docs/log-format.md explains each
  The last line is VERIFIED or NOT VERIFIED.

exit codes: 0 verified, 1 not verified, 2 wrong usage: nothing was verified
"""

FORMAT = 'f2f-bundle/1'
KNOWN_LAYOUTS = ('1', '2')
# A cosignature of a later time has no date.
LAST_SECOND = 253402300799
GENESIS = '0' * 64
MOST_OF_A_KIND = 20
RECORDING_ID = re.compile(r'[0-9A-Za-z_-]{8,64}\Z')
SEGMENT_NAME = re.compile(r'\.(ogg|mp4)(\.age)?\Z')
MEMBERS = ['position', 'recordingId', 'version', 'type', 'at', 'by', 'commandId', 'data']


# What a damaged file or ZIP file raises while it is read.
READ_ERRORS = (
    OSError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
)


class Malformed(Exception):
    """Bytes that do not have their format. The message is a whole sentence."""


def sha256(data):
    return hashlib.sha256(data).digest()


# --- Numbers, checksums and compression of LevelDB ------------------------------------------------


def read_varint(data, at):
    """Returns an unsigned varint and where it ends."""
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise Malformed('There is no varint where one should be.')
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def read_string(data, at):
    length, at = read_varint(data, at)
    if at + length > len(data):
        raise Malformed('A string is longer than what holds it.')
    return data[at : at + length], at + length


def _crc_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ 0x82F63B78 if byte & 1 else byte >> 1
        table.append(byte)
    return table


CRC_TABLE = _crc_table()


def masked_crc32c(data):
    crc = 0xFFFFFFFF
    table = CRC_TABLE
    for byte in data:
        crc = table[(crc ^ byte) & 255] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def snappy(data):
    """Decompresses a block (google/snappy, format_description.txt)."""
    size, at = read_varint(data, 0)
    out = bytearray()
    while at < len(data):
        tag = data[at]
        at += 1
        kind = tag & 3
        if kind == 0:
            length = (tag >> 2) + 1
            if length > 60:
                extra = length - 60
                length = int.from_bytes(data[at : at + extra], 'little') + 1
                at += extra
            if at + length > len(data):
                raise Malformed('A literal reaches beyond its compressed block.')
            out += data[at : at + length]
            at += length
            continue
        if kind == 1:
            length = (tag >> 2 & 7) + 4
            offset = (tag >> 5 << 8) + int.from_bytes(data[at : at + 1], 'little')
            at += 1
        else:
            length = (tag >> 2) + 1
            width = 2 if kind == 2 else 4
            offset = int.from_bytes(data[at : at + width], 'little')
            at += width
        if offset == 0 or offset > len(out) or len(out) + length > size:
            raise Malformed('A copy reaches outside its compressed block.')
        while length > 0:  # A copy may overlap itself.
            piece = out[-offset:][:length] if offset > length else out[-offset:]
            out += piece
            length -= len(piece)
    if len(out) != size:
        raise Malformed('A compressed block has another size than it says.')
    return bytes(out)


# --- LevelDB --------------------------------------------------------------------------------------

BLOCK = 32768
FOOTER = 48
MAGIC = bytes.fromhex('57fb808b247547db')


def log_records(data, damaged):
    """Yields the records of a log file. Calls `damaged(offset, why)` for unsound ones."""
    at = 0
    parts = None
    while at + 7 <= len(data):
        left = BLOCK - at % BLOCK
        if left < 7:
            at += left
            continue
        crc, length, kind = struct.unpack_from('<IHB', data, at)
        end = at + 7 + length
        if kind == 0 and length == 0:
            at += left
            parts = None
            continue
        if 7 + length > left:
            if at - at % BLOCK + BLOCK < len(data):
                damaged(at, 'a record is longer than its block')
            at += left
            parts = None
            continue
        if end > len(data):
            return  # Its writer died. Nobody was told that this record is durable.
        if masked_crc32c(data[at + 6 : end]) != crc:
            damaged(at, 'the checksum of a record does not match')
            at += left
            parts = None
            continue
        piece = data[at + 7 : end]
        if kind == 1:
            parts = None
            yield piece
        elif kind == 2:
            parts = [piece]
        elif kind in (3, 4) and parts is not None:
            parts.append(piece)
            if kind == 4:
                yield b''.join(parts)
                parts = None
        else:
            damaged(at, 'a record has no beginning or an unknown type')
            parts = None
        at = end


class Table:
    """A table of LevelDB: sorted entries in blocks."""

    def __init__(self, path, name, damaged):
        self.path, self.name, self.damaged = path, name, damaged

    def entries(self, prefix):
        """Yields (key, -sequence, type, value, file) in order. Skips blocks that are damaged."""
        try:
            with open(self.path, 'rb') as file:
                size = file.seek(0, 2)
                file.seek(max(0, size - FOOTER))
                footer = file.read(FOOTER)
                if len(footer) < FOOTER or footer[-8:] != MAGIC:
                    raise Malformed('it has no footer of a table')
                at = 0
                handles = []
                for _ in range(4):
                    number, at = read_varint(footer, at)
                    handles.append(number)
                for _, handle in block_entries(self._block(file, handles[0], handles[1])):
                    offset, at = read_varint(handle, 0)
                    self._block(file, offset, read_varint(handle, at)[0])  # A filter of keys.
                index = list(block_entries(self._block(file, handles[2], handles[3])))
                for last, handle in index:
                    if last[:-8] < prefix:
                        continue  # All keys of this block come before.
                    offset, at = read_varint(handle, 0)
                    length, _ = read_varint(handle, at)
                    try:
                        yield from self._entries_of(self._block(file, offset, length))
                    except Malformed as error:
                        self.damaged(self.name, offset, str(error))
        except OSError as error:
            self.damaged(self.name, 0, f'it cannot be read ({error.strerror})')
        except Malformed as error:
            self.damaged(self.name, 0, str(error))

    def _block(self, file, offset, length):
        file.seek(offset)
        data = file.read(length + 5)
        if len(data) < length + 5:
            raise Malformed('a block reaches beyond the file')
        if masked_crc32c(data[: length + 1]) != int.from_bytes(data[length + 1 :], 'little'):
            raise Malformed('the checksum of a block does not match')
        if data[length] == 0:
            return data[:length]
        if data[length] == 1:
            return snappy(data[:length])
        raise Malformed(f'a block has the unknown type {data[length]}')

    def _entries_of(self, block):
        for key, value in block_entries(block):
            if len(key) < 8:
                raise Malformed('a key has no sequence number')
            number = int.from_bytes(key[-8:], 'little')
            yield key[:-8], -(number >> 8), number & 255, value, self.name


def block_entries(block):
    if len(block) < 4:
        raise Malformed('a block is too short')
    end = len(block) - 4 - 4 * int.from_bytes(block[-4:], 'little')
    at = 0
    key = b''
    while at < end:
        shared, at = read_varint(block, at)
        fresh, at = read_varint(block, at)
        length, at = read_varint(block, at)
        if shared > len(key) or at + fresh + length > end:
            raise Malformed('an entry reaches beyond its block')
        key = key[:shared] + block[at : at + fresh]
        at += fresh
        yield key, block[at : at + length]
        at += length


class Database:
    """The newest values in a LevelDB folder. Reads only."""

    def __init__(self, folder, damaged):
        self.folder = folder
        self._damaged = damaged
        self._tables = {}
        self._memory = []
        names = os.listdir(folder)
        oldest, former = self._read_manifest(names)
        logs = sorted(int(name[:-4]) for name in names if re.fullmatch(r'\d+\.log', name))
        for number in logs:
            if number >= oldest or number == former != 0:
                self._read_batches(
                    next(n for n in names if n.endswith('.log') and int(n[:-4]) == number)
                )
        self._memory.sort(key=lambda entry: entry[:2])
        self._names = {
            int(name.split('.')[0]): name for name in names if re.fullmatch(r'\d+\.(ldb|sst)', name)
        }

    def _read(self, name):
        with open(os.path.join(self.folder, name), 'rb') as file:
            return file.read()

    def _read_manifest(self, names):
        if 'CURRENT' not in names:
            raise Malformed('The file CURRENT is missing: this is no database, or not all of it.')
        line = self._read('CURRENT').decode('utf-8', 'replace')
        name = line[:-1]
        if not re.fullmatch(r'MANIFEST-\d+\n', line) or name not in names:
            raise Malformed(f'CURRENT names the manifest {name!r}, which is not there.')
        oldest = former = 0

        def damaged(at, why):
            self._damaged(name, at, why)

        for record in log_records(self._read(name), damaged):
            at = 0
            while at < len(record):
                tag, at = read_varint(record, at)
                if tag == 1:
                    comparator, at = read_string(record, at)
                    if comparator != b'leveldb.BytewiseComparator':
                        raise Malformed('The database has keys in an unknown order.')
                elif tag in (2, 3, 4, 9):
                    value, at = read_varint(record, at)
                    oldest = value if tag == 2 else oldest
                    former = value if tag == 9 else former
                elif tag == 5:
                    _, at = read_varint(record, at)
                    _, at = read_string(record, at)
                elif tag == 6:
                    _, at = read_varint(record, at)
                    number, at = read_varint(record, at)
                    self._tables.pop(number, None)
                elif tag == 7:
                    _, at = read_varint(record, at)
                    number, at = read_varint(record, at)
                    _, at = read_varint(record, at)
                    smallest, at = read_string(record, at)
                    _, at = read_string(record, at)
                    self._tables[number] = smallest[:-8]
                else:
                    raise Malformed(f'The manifest {name} has the unknown tag {tag}.')
        return oldest, former

    def _read_batches(self, name):
        def damaged(at, why):
            self._damaged(name, at, why)

        for batch in log_records(self._read(name), damaged):
            try:
                sequence, count = struct.unpack_from('<QI', batch)
                at = 12
                entries = []
                for number in range(sequence, sequence + count):
                    kind = batch[at]
                    key, at = read_string(batch, at + 1)
                    value, at = read_string(batch, at) if kind == 1 else (b'', at)
                    entries.append((key, -number, kind, value, name))
                self._memory += entries
            except (Malformed, struct.error, IndexError):
                damaged(0, 'a batch cannot be read')

    def entries(self, prefix=b''):
        """Yields (key, value, file) of all keys with a prefix, in their order."""
        heap = []
        sources = {0: iter(self._memory)}
        for number, smallest in self._tables.items():
            name = self._names.get(number)
            if name is None:
                self._damaged(f'{number:06d}.ldb', 0, 'the manifest names it, and it is missing')
                continue
            table = Table(os.path.join(self.folder, name), name, self._damaged)
            # A table is opened when its smallest key is reached: few are open at a time.
            heapq.heappush(heap, (smallest, -(1 << 60), number, None))
            sources[number] = table.entries(prefix)
        heapq.heappush(heap, (b'', -(1 << 60), 0, None))
        last = None
        while heap:
            key, _, number, entry = heapq.heappop(heap)
            following = next(sources[number], None)
            if following is not None:
                heapq.heappush(heap, (following[0], following[1], number, following))
            if key > prefix and not key.startswith(prefix):
                return
            if entry is None or key == last:
                continue
            last = key
            if entry[2] == 1 and key.startswith(prefix):
                yield key, entry[3], entry[4]


# --- Ed25519 (RFC 8032), verification only --------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def _add(a, b):
    x1, y1, z1, t1 = a
    x2, y2, z2, t2 = b
    m = (y1 - x1) * (y2 - x2) % P
    n = (y1 + x1) * (y2 + x2) % P
    c = 2 * t1 * t2 * D % P
    d = 2 * z1 * z2 % P
    e, f, g, h = n - m, d - c, d + c, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def _double(a):
    x1, y1, z1, _ = a
    m = x1 * x1 % P
    n = y1 * y1 % P
    c = 2 * z1 * z1 % P
    h = m + n
    e = h - (x1 + y1) * (x1 + y1) % P
    g = m - n
    f = c + g
    return e * f % P, g * h % P, f * g % P, e * h % P


def _decode_point(data):
    y = int.from_bytes(data, 'little')
    sign = y >> 255
    y &= (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P != 0:
        x = x * ROOT % P
    if (x * x - square) % P != 0 or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = _decode_point(bytes([0x58]) + b'\x66' * 31)


def ed25519_verifies(public_key, message, signature):
    if len(public_key) != 32 or len(signature) != 64:
        return False
    point = _decode_point(public_key)
    s = int.from_bytes(signature[32:], 'little')
    if point is None or s >= L:
        return False
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    k = int.from_bytes(digest, 'little') % L
    x, y, z, t = point
    minus = (P - x, y, z, P - t)
    both = _add(BASE, minus)
    result = (0, 1, 1, 0)
    for bit in range(252, -1, -1):
        result = _double(result)
        which = s >> bit & 1 | (k >> bit & 1) << 1
        if which:
            result = _add(result, (BASE, minus, both)[which - 1])
    x, y, z, _ = result
    inverse = pow(z, P - 2, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, 'little') == signature[:32]


# --- X25519, ChaCha20-Poly1305, HKDF, AES-256-GCM -------------------------------------------------


def x25519(secret, point):
    """RFC 7748."""
    k = int.from_bytes(secret, 'little') & ~7 & (1 << 254) - 1 | 1 << 254
    x1 = int.from_bytes(point, 'little') & (1 << 255) - 1
    x2, z2, x3, z3 = 1, 0, x1, 1
    swap = 0
    for bit in range(254, -1, -1):
        now = k >> bit & 1
        if swap != now:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = now
        a, b = (x2 + z2) % P, (x2 - z2) % P
        aa, bb = a * a % P, b * b % P
        e = (aa - bb) % P
        da, cb = (x3 - z3) * a % P, (x3 + z3) * b % P
        x3, z3 = (da + cb) ** 2 % P, x1 * (da - cb) ** 2 % P
        x2, z2 = aa * bb % P, e * (aa + 121665 * e) % P
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, 'little')


def hkdf(secret, salt, info, length=32):
    """RFC 5869 with SHA-256."""
    key = hmac.new(salt or b'\0' * 32, secret, hashlib.sha256).digest()
    out = block = b''
    number = 1
    while len(out) < length:
        block = hmac.new(key, block + info + bytes([number]), hashlib.sha256).digest()
        out += block
        number += 1
    return out[:length]


_lanes = {}


def _lanes_of(count):
    """A one, and the number of the lane, in each of `count` lanes of 64 bits."""
    if count not in _lanes:
        ones = int.from_bytes(struct.pack('<Q', 1) * count, 'little')
        numbers = int.from_bytes(b''.join(struct.pack('<Q', i) for i in range(count)), 'little')
        _lanes[count] = ones, numbers
    return _lanes[count]


def chacha20_stream(key, nonce, blocks):
    """The key stream from block 0 on. All blocks at once, in the lanes of large integers."""
    ones, numbers = _lanes_of(blocks)
    mask = 0xFFFFFFFF * ones
    words = struct.unpack('<4I', b'expand 32-byte k') + struct.unpack('<8I', key)
    start = [word * ones for word in words] + [numbers]
    start += [word * ones for word in struct.unpack('<3I', nonce)]
    x = list(start)

    def quarter(a, b, c, d):
        for p, q, r, bits in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            x[p] = (x[p] + x[q]) & mask
            mixed = x[r] ^ x[p]
            x[r] = (mixed << bits | mixed >> 32 - bits) & mask

    for _ in range(10):
        for column in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)):
            quarter(*column)
        for diagonal in ((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            quarter(*diagonal)
    code = next(c for c in 'IL' if array.array(c).itemsize == 4)
    out = array.array(code, bytes(64 * blocks))
    for i in range(16):
        word = array.array(code)
        word.frombytes(((x[i] + start[i]) & mask).to_bytes(8 * blocks, 'little'))
        out[i::16] = word[::2] if sys.byteorder == 'little' else word[0::2]
    return out.tobytes()


def poly1305(key, data):
    r = int.from_bytes(key[:16], 'little') & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    modulus = (1 << 130) - 5
    total = 0
    for at in range(0, len(data), 16):
        total = (total + int.from_bytes(data[at : at + 16] + b'\1', 'little')) * r % modulus
    return (total + int.from_bytes(key[16:], 'little') & (1 << 128) - 1).to_bytes(16, 'little')


def open_chacha(key, nonce, sealed):
    """RFC 8439, without associated data. Returns None when key or bytes are not the right ones."""
    if len(sealed) < 16:
        return None
    text, tag = sealed[:-16], sealed[-16:]
    stream = chacha20_stream(key, nonce, 1 + (len(text) + 63) // 64)
    padded = text + b'\0' * (-len(text) % 16) + struct.pack('<QQ', 0, len(text))
    if not hmac.compare_digest(poly1305(stream[:32], padded), tag):
        return None
    pad = stream[64 : 64 + len(text)]
    return (int.from_bytes(text, 'little') ^ int.from_bytes(pad, 'little')).to_bytes(
        len(text), 'little'
    )


def _sbox():
    box = [0x63] * 256
    p = q = 1
    while True:
        p ^= p << 1 & 255 ^ (0x1B if p & 128 else 0)
        q ^= q << 1
        q ^= q << 2
        q ^= q << 4
        q &= 255
        if q & 128:
            q ^= 9
        rotated = q
        for turn in range(1, 5):
            rotated ^= (q << turn | q >> 8 - turn) & 255
        box[p] = rotated ^ 0x63
        if p == 1:
            return box


SBOX = _sbox()
DOUBLE = [byte << 1 & 255 ^ (0x1B if byte & 128 else 0) for byte in range(256)]
SHIFTED = [(i + 4 * (i % 4)) % 16 for i in range(16)]


def aes_round_keys(key):
    words = [list(key[at : at + 4]) for at in range(0, 32, 4)]
    constant = 1
    for i in range(8, 60):
        word = list(words[-1])
        if i % 8 == 0:
            word = [SBOX[b] for b in word[1:] + word[:1]]
            word[0] ^= constant
            constant = DOUBLE[constant]
        elif i % 8 == 4:
            word = [SBOX[b] for b in word]
        words.append([a ^ b for a, b in zip(word, words[-8])])
    return [sum(words[at : at + 4], []) for at in range(0, 60, 4)]


def aes_block(keys, block):
    state = [a ^ b for a, b in zip(block, keys[0])]
    for number in range(1, 15):
        state = [SBOX[state[i]] for i in SHIFTED]
        if number < 14:
            mixed = []
            for at in range(0, 16, 4):
                a, b, c, d = state[at : at + 4]
                every = a ^ b ^ c ^ d
                mixed += [
                    a ^ every ^ DOUBLE[a ^ b],
                    b ^ every ^ DOUBLE[b ^ c],
                    c ^ every ^ DOUBLE[c ^ d],
                    d ^ every ^ DOUBLE[d ^ a],
                ]
            state = mixed
        state = [a ^ b for a, b in zip(state, keys[number])]
    return bytes(state)


def open_gcm(key, sealed, context):
    """Opens nonce, ciphertext and tag (AES-256-GCM). None when they are not the right ones."""
    if len(key) != 32 or len(sealed) < 28:
        return None
    nonce, text, tag = sealed[:12], sealed[12:-16], sealed[-16:]
    keys = aes_round_keys(key)
    h = int.from_bytes(aes_block(keys, bytes(16)), 'big')
    total = 0
    lengths = struct.pack('>QQ', 8 * len(context), 8 * len(text))
    padded = context + bytes(-len(context) % 16) + text + bytes(-len(text) % 16) + lengths
    for at in range(0, len(padded), 16):
        value = total ^ int.from_bytes(padded[at : at + 16], 'big')
        total, factor = 0, h
        for bit in range(127, -1, -1):
            if value >> bit & 1:
                total ^= factor
            factor = factor >> 1 ^ (0xE1 << 120 if factor & 1 else 0)
    mask = aes_block(keys, nonce + b'\0\0\0\1')
    if not hmac.compare_digest((total ^ int.from_bytes(mask, 'big')).to_bytes(16, 'big'), tag):
        return None
    out = b''
    for number in range((len(text) + 15) // 16):
        pad = aes_block(keys, nonce + struct.pack('>I', number + 2))
        out += bytes(a ^ b for a, b in zip(text[16 * number : 16 * number + 16], pad))
    return out


def from_base64url(text):
    try:
        return base64.b64decode(text + '=' * (-len(text) % 4), b'-_', validate=True)
    except (binascii.Error, ValueError):
        return None


# --- age v1 ---------------------------------------------------------------------------------------

BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'


def parse_identity(text):
    """Returns the 32 bytes of the first AGE-SECRET-KEY-1… of a text, or None."""
    for line in text.splitlines():
        line = line.strip().lower()
        if not line.startswith('age-secret-key-1'):
            continue
        values = [BECH32.find(c) for c in line[16:]]
        prefix = 'age-secret-key-'
        check = 1
        expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
        for value in expanded + values:
            top = check >> 25
            check = (check & 0x1FFFFFF) << 5 ^ value
            for i, generator in enumerate(
                (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
            ):
                check ^= generator if top >> i & 1 else 0
        if -1 in values or check != 1 or len(values) != 58:
            return None
        number = 0
        for value in values[:-6]:
            number = number << 5 | value
        return (number >> 4).to_bytes(32, 'big')
    return None


def age_base64(text):
    try:
        data = base64.b64decode(text + '=' * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise Malformed('The header of the age file has a line that is no base64.')
    if base64.b64encode(data).rstrip(b'=') != text.encode():
        raise Malformed('The header of the age file has a line that is no base64.')
    return data


def age_payload_key(file, identity):
    """Reads the header of an age file. Returns the key of its payload."""
    lines = []
    while not (lines and lines[-1].startswith(b'--- ')):
        line = file.readline(1024)
        if not line.endswith(b'\n') or len(lines) > 100:
            raise Malformed('The file has no header of age.')
        lines.append(line)
    if lines[0] != b'age-encryption.org/v1\n':
        raise Malformed('The file is not one of age, version 1.')
    recipient = x25519(identity, b'\x09' + bytes(31))
    for at, line in enumerate(lines[:-1]):
        words = line.decode('ascii', 'replace').split()
        if words[:2] != ['->', 'X25519'] or len(words) != 3:
            continue
        share = age_base64(words[2])
        body = age_base64(lines[at + 1].decode('ascii', 'replace').strip())
        if len(share) != 32 or len(body) != 32:
            continue
        shared = x25519(identity, share)
        key = hkdf(shared, share + recipient, b'age-encryption.org/v1/X25519')
        file_key = open_chacha(key, bytes(12), body)
        if file_key is None:
            continue
        covered = b''.join(lines[:-1]) + b'---'
        mac = hmac.new(hkdf(file_key, b'', b'header'), covered, hashlib.sha256).digest()
        if age_base64(lines[-1][4:].decode('ascii', 'replace').strip()) != mac:
            raise Malformed('The header of the age file was changed.')
        return hkdf(file_key, file.read(16), b'payload')
    raise Malformed('The file is not sealed for this key.')


def age_chunks(file, identity):
    """Yields the plain text of an age file."""
    key = age_payload_key(file, identity)
    number = 0
    sealed = file.read(65552)
    while True:
        following = file.read(65552)
        nonce = number.to_bytes(11, 'big') + (b'\0' if following else b'\1')
        text = open_chacha(key, nonce, sealed)
        if text is None:
            raise Malformed(f'Chunk {number} of the age file was changed, or its end is missing.')
        if text == b'' and number > 0:
            raise Malformed('The last chunk of the age file is empty.')
        yield text
        if not following:
            return
        sealed = following
        number += 1


# --- Merkle tree (RFC 6962) -----------------------------------------------------------------------


def leaf_hash(record):
    return sha256(b'\0' + record)


def node_hash(left, right):
    return sha256(b'\1' + left + right)


class Tree:
    """The right edge of a growing tree."""

    def __init__(self):
        self.size = 0
        self._edge = []
        self.subtrees = {}

    def append(self, leaf):
        """Adds a leaf. Remembers the complete subtrees of height 8, 16, 24 and so on."""
        index = self.size
        height = 0
        while index & 1:
            leaf = node_hash(self._edge.pop(), leaf)
            index >>= 1
            height += 1
            if height % 8 == 0:
                self.subtrees[height, index] = leaf
        self._edge.append(leaf)
        self.size += 1

    def root(self):
        if not self._edge:
            return sha256(b'')
        root = self._edge[-1]
        for left in reversed(self._edge[:-1]):
            root = node_hash(left, root)
        return root


def inclusion_holds(leaf, index, size, proof, root):
    """RFC 9162, section 2.1.3.2."""
    if not 0 <= index < size:
        return False
    node, last = index, size - 1
    for sibling in proof:
        if last == 0 or len(sibling) != 32:
            return False
        if node & 1 or node == last:
            leaf = node_hash(sibling, leaf)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            leaf = node_hash(leaf, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and leaf == root


def begins_with(older, old_root, newer, new_root, proof):
    """RFC 9162, section 2.1.4.2: whether the newer tree begins with the older one."""
    if older == newer:
        return not proof and old_root == new_root
    if not 0 < older < newer or not proof:
        return False
    node, last = older - 1, newer - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    hashes = proof if node else [old_root, *proof]
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0 or len(sibling) != 32:
            return False
        if node & 1 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and (old, new) == (old_root, new_root)


# --- Signed notes and checkpoints (C2SP) ----------------------------------------------------------


def strict_base64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed(f'{text[:60]!r} is no base64.')
    if base64.b64encode(data).decode() != text:
        raise Malformed(f'{text[:60]!r} is no base64.')
    return data


class Key:
    """A verifier key (vkey): type 1 signs checkpoints, type 4 cosigns them."""

    def __init__(self, text):
        self.text = text.strip()
        match = re.fullmatch(r'([^+\s]+)\+([0-9a-f]{8})\+(\S+)', self.text)
        if not match:
            raise Malformed(f'{self.text!r} is no verifier key: <name>+<8 hex digits>+<base64>.')
        self.name = match.group(1)
        data = strict_base64(match.group(3))
        self.kind, self.public = data[:1], data[1:]
        if self.kind not in (b'\1', b'\4') or len(self.public) != 32:
            raise Malformed(f'The key {self.text!r} is not of Ed25519.')
        self.id = sha256(self.name.encode() + b'\n' + data)[:4]
        if self.id.hex() != match.group(2):
            raise Malformed(f'The key {self.text!r} and its id do not belong together.')

    def verifies(self, text, signature):
        """Returns False, True, or for a cosignature its time in seconds."""
        if self.kind == b'\1':
            return ed25519_verifies(self.public, text, signature)
        seconds = int.from_bytes(signature[:8], 'big')
        message = b'cosignature/v1\ntime %d\n' % seconds + text
        return ed25519_verifies(self.public, message, signature[8:]) and seconds


class Checkpoint:
    """A signed note whose text is origin, size and root."""

    file = None

    def __init__(self, data):
        self.data = data
        try:
            note = data.decode('utf-8')
        except UnicodeDecodeError:
            raise Malformed('The checkpoint is not UTF-8.')
        if any(ord(c) < 32 and c != '\n' for c in note) or '\n\n' not in note:
            raise Malformed('The checkpoint is no signed note.')
        split = note.rindex('\n\n')
        text = note[: split + 1]
        self.text = text.encode()
        lines = text[:-1].split('\n')
        if len(lines) < 3 or '' in lines or not re.fullmatch(r'0|[1-9]\d{0,15}', lines[1]):
            raise Malformed('The checkpoint has not the lines origin, size and root.')
        self.origin, self.size, self.root = lines[0], int(lines[1]), strict_base64(lines[2])
        if len(self.root) != 32:
            raise Malformed('The root in the checkpoint has not 32 bytes.')
        self.signatures = []
        if not note.endswith('\n'):
            raise Malformed('The last signature of the checkpoint has no line feed.')
        for line in note[split + 2 : -1].split('\n'):
            match = re.fullmatch(r'— (\S+) (\S+)', line)
            if not match:
                raise Malformed('A signature line of the checkpoint is malformed.')
            self.signatures.append((match.group(1), strict_base64(match.group(2))))

    def check(self, key):
        """None: not signed by this key. Otherwise whether the signature is right."""
        result = None
        for name, signature in self.signatures:
            if name == key.name and signature[:4] == key.id:
                right = key.verifies(self.text, signature[4:])
                if right is False:
                    return False
                result = right
        return result


class Receipt:
    """A C2SP tlog-proof@v1 with the record as its extra data."""

    def __init__(self, data):
        head, blank, note = data.partition(b'\n\n')
        lines = head.decode('utf-8', 'replace').split('\n')
        if lines[0] != 'c2sp.org/tlog-proof@v1' or not blank:
            raise Malformed('The receipt does not begin with c2sp.org/tlog-proof@v1.')
        lines.pop(0)
        self.record = None
        if lines and lines[0].startswith('extra '):
            self.record = strict_base64(lines.pop(0)[6:])
        match = re.fullmatch(r'index (0|[1-9]\d{0,15})', lines.pop(0) if lines else '')
        if not match:
            raise Malformed('The receipt has no line "index <number>".')
        self.index = int(match.group(1))
        self.proof = [strict_base64(line) for line in lines]
        self.checkpoint = Checkpoint(note)


# --- Timestamps (RFC 3161): what they are about ---------------------------------------------------

SHA256 = bytes.fromhex('608648016503040201')
SIGNED_DATA = bytes.fromhex('2a864886f70d010702')
TST_INFO = bytes.fromhex('2a864886f70d0109100104')
INTEGER, OCTETS, OBJECT, TIME, SEQUENCE, EXPLICIT = 2, 4, 6, 0x18, 0x30, 0xA0


def der(data, at=0):
    """Returns tag, content and end of the value at an offset."""
    if at + 2 > len(data):
        raise Malformed('The timestamp ends early.')
    tag, length, at = data[at], data[at + 1], at + 2
    if length & 128:
        width = length & 127
        if not 0 < width < 5:
            raise Malformed('A length in the timestamp has a form that is not read here.')
        length, at = int.from_bytes(data[at : at + width], 'big'), at + width
    if at + length > len(data):
        raise Malformed('The timestamp ends early.')
    return tag, data[at : at + length], at + length


def der_values(data, *tags):
    """Returns the contents of the first values in a series, which must have these tags."""
    at, contents = 0, []
    for expected in tags:
        tag, content, at = der(data, at)
        if tag != expected:
            raise Malformed('The timestamp has not the form of RFC 3161.')
        contents.append(content)
    return contents


def timestamp_of(data):
    """Returns the SHA-256 and the time in a response. Its signature is not looked at."""
    tag, response, end = der(data)
    if tag != SEQUENCE or end != len(data):
        raise Malformed('It is no RFC 3161 response.')
    status, token = der_values(response, SEQUENCE, SEQUENCE)
    if der_values(status, INTEGER)[0] not in (b'\0', b'\1'):
        raise Malformed('The authority has granted no timestamp.')
    kind, content = der_values(token, OBJECT, EXPLICIT)
    (signed,) = der_values(content, SEQUENCE)
    _, _, at = der(signed)
    _, _, at = der(signed, at)
    of, info = der_values(der_values(signed[at:], SEQUENCE)[0], OBJECT, EXPLICIT)
    if (kind, of) != (SIGNED_DATA, TST_INFO):
        raise Malformed('It is no RFC 3161 timestamp.')
    (info,) = der_values(der_values(info, OCTETS)[0], SEQUENCE)
    _, _, imprint, _, at = der_values(info, INTEGER, OBJECT, SEQUENCE, INTEGER, TIME)
    algorithm, digest = der_values(imprint, SEQUENCE, OCTETS)
    if der_values(algorithm, OBJECT)[0] != SHA256:
        raise Malformed('Its hash is not SHA-256.')
    if not re.fullmatch(rb'\d{14}(\.\d{1,9})?Z', at):
        raise Malformed('It names no time.')
    return digest, at.decode('ascii')


# --- The report -----------------------------------------------------------------------------------


OBEYED = re.compile('[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]')


def printable(text):
    """Shows as escapes what a terminal would obey: names in a bundle come from others."""
    return OBEYED.sub(
        lambda one: f'\\x{ord(one[0]):02x}' if one[0] < '\u0100' else f'\\u{ord(one[0]):04x}',
        str(text),
    )


class Report:
    """Collects what was found, for people and for programs."""

    def __init__(self, quiet):
        self.findings, self.notes, self.good = [], [], []
        self.counts = {}
        self._quiet = quiet or not sys.stderr.isatty()
        self._shown = 0

    def wrong(self, code, message, position=None, file=None, expected=None, found=None):
        self.counts[code] = self.counts.get(code, 0) + 1
        if self.counts[code] <= MOST_OF_A_KIND:
            self.findings.append(
                {
                    'code': code,
                    'message': message,
                    'position': position,
                    'file': file,
                    'expected': expected,
                    'found': found,
                }
            )

    def note(self, message):
        self.notes.append(message)

    def ok(self, message):
        self.good.append(message)

    def progress(self, text):
        if not self._quiet and time.monotonic() - self._shown > 0.2:
            self._shown = time.monotonic()
            sys.stderr.write(f'\r\x1b[K{printable(text)}')
            sys.stderr.flush()

    def end_progress(self):
        if not self._quiet and self._shown:
            sys.stderr.write('\r\x1b[K')

    @property
    def verified(self):
        return not self.counts

    def print(self, subject):
        print(f'verify.py: {printable(subject)}\n')
        for message in self.good:
            print(f'ok     {printable(message)}')
        for message in self.notes:
            print(f'note   {printable(message)}')
        for one in self.findings:
            print(f"\nWRONG  {printable(one['message'])}  [{one['code']}]")
            for name in ('position', 'file', 'expected', 'found'):
                if one[name] is not None:
                    print(f'         {name:<9} {printable(one[name])}')
        for code, count in self.counts.items():
            if count > MOST_OF_A_KIND:
                print(f'\nWRONG  and {count - MOST_OF_A_KIND} more of the kind [{code}]')
        total = sum(self.counts.values())
        if total:
            print(
                f"\n{total} {'finding' if total == 1 else 'findings'}. "
                "docs/log-format.md says what each means."
            )
        print('\nVERIFIED' if self.verified else '\nNOT VERIFIED')

    def as_json(self, subject, more):
        total = sum(self.counts.values())
        return {
            'subject': subject,
            'verdict': 'verified' if self.verified else 'notVerified',
            'count': total,
            'findings': self.findings,
            'notes': self.notes,
            'good': self.good,
            **more,
        }


def several(count, one, many=None):
    return f'{count:,} {one if count == 1 else many or one + "s"}'


# --- What events say ------------------------------------------------------------------------------


def no_constant(name):
    # Python reads NaN and Infinity, which are not JSON.
    raise ValueError(name)


def parse_record(record):
    """Returns the event of a record, or raises Malformed."""
    if not re.match(rb'\{"prev":"[0-9a-f]{64}","event":\{', record) or record[-2:] != b'}}':
        raise Malformed('It does not have the shape of a record.')
    try:
        event = json.loads(record[83:-1].decode('utf-8'), parse_constant=no_constant)
    except (ValueError, RecursionError):
        raise Malformed('It is not JSON.')
    if (
        not isinstance(event, dict)
        or list(event)[:8] != MEMBERS
        or not isinstance(event['data'], dict)
        or not isinstance(event['by'], dict)
        or type(event['position']) is not int
        or not isinstance(event['type'], str)
        or not isinstance(event['recordingId'], (str, type(None)))
    ):
        raise Malformed('It does not have the members of an event.')
    return event


def previous_hash(record):
    return record[9:73].decode('ascii', 'replace')


def sealed_values(event):
    """Yields member and value of everything that is sealed in an event."""
    for name, value in event['data'].items():
        if isinstance(value, dict) and '$sealed' in value:
            yield name, value
        elif name == 'tags' and isinstance(value, (dict, list)):
            for tag, one in value.items() if isinstance(value, dict) else enumerate(value):
                if isinstance(one, dict) and '$sealed' in one:
                    yield f'tags.{tag}', one


class Recording:
    def __init__(self):
        self.version = 0
        self.segments = {}
        self.opened = {}
        self.remnants = []
        self.closed = self.erasing = self.erased = self.failed = False


class Facts:
    """Folds events into what a verifier must know of each recording."""

    def __init__(self, report):
        self.report = report
        self.recordings = {}
        self.keys = []  # (position, Key, cause)
        self.witnessed_at = None

    def observe(self, event, file=None):
        position, kind, data = event['position'], event['type'], event['data']
        for member, value in sealed_values(event):
            if value.get('at') != position:
                self.report.wrong(
                    'valueWrong',
                    f'Event {position} holds a sealed value of another event in {member}.',
                    position,
                    file,
                    position,
                    value.get('at'),
                )
        if kind == 'daemon.started' and data.get('witness') is True:
            self.witnessed_at = position
        elif kind == 'log.witnessLost':
            self.witnessed_at = None
        elif kind == 'signingKey.changed':
            self._key(position, data, file)
        if event['recordingId'] is not None:
            self._recording(event, file)
        elif kind == 'segment.closed':
            self.report.wrong(
                'segmentMissing',
                f'Event {position} names a segment of no recording.',
                position,
                file,
            )

    def _key(self, position, data, file):
        former = self.keys[-1][1].text if self.keys else None
        try:
            self.keys.append((position, Key(str(data.get('key'))), data.get('cause')))
        except Malformed as error:
            self.report.wrong(
                'keyChangeWrong',
                f'Event {position} names a key that is none. {error}',
                position,
                file,
            )
            return
        if data.get('former') != former:
            self.report.wrong(
                'keyChangeWrong',
                f'Event {position} replaces a key that did not sign the log before.',
                position,
                file,
                former,
                data.get('former'),
            )

    def key_at(self, size):
        """The key that signs a checkpoint of this size, or None."""
        found = None
        for position, key, _ in self.keys:
            if position <= size:
                found = key
        return found

    def _recording(self, event, file):
        position, kind, data = event['position'], event['type'], event['data']
        one = self.recordings.setdefault(event['recordingId'], Recording())
        if kind == 'recording.accessed':
            expected = None
        elif kind == 'command.refused':
            expected = one.version
        else:
            expected = one.version + 1
        if event['version'] != expected or isinstance(event['version'], bool):
            self.report.wrong(
                'factMissing',
                f'Event {position} ({kind}) does not continue the facts of '
                f'recording {event["recordingId"]}.',
                position,
                file,
                f'version {expected}',
                f'version {event["version"]}',
            )
        if isinstance(event['version'], int):
            one.version = event['version']
        place = data.get('medium'), data.get('number')
        remnant = data.get('remnant')
        if kind in ('segment.closed', 'segment.discarded') and isinstance(remnant, dict):
            kept = str(remnant.get('file'))
            one.remnants.append((position, kept, None, remnant.get('sha256'), None))
        if kind == 'segment.closed':
            one.opened.pop(place, None)
            # A number that is closed twice describes two files.
            one.segments[(*place, position)] = (
                position,
                str(data.get('file')),
                data.get('storedSha256'),
                data.get('sha256'),
                data.get('bytes'),
            )
        elif kind == 'segment.opened':
            one.opened[place] = str(data.get('file'))
        elif kind == 'segment.discarded':
            for key in [key for key in one.segments if key[:2] == place]:
                del one.segments[key]
            one.opened.pop(place, None)
        elif kind == 'recording.closed':
            one.closed = True
        elif kind == 'recording.erasing':
            one.erasing = True
        elif kind == 'recording.erased':
            one.erased = True
        elif kind == 'recording.startFailed':
            one.failed = True


def is_safe(path):
    parts = path.split('/')
    return bool(path) and not any(
        p in ('', '.', '..') or '\\' in p or ':' in p or '\0' in p for p in parts
    )


class Media:
    """Checks stored segments: their bytes, and with a key what is in them."""

    def __init__(self, report, decrypt):
        self.report, self.decrypt = report, decrypt
        self.whole = self.opened = self.unopened = self.bytes = 0

    def check(self, segment, name, open_file, identity):
        """`open_file` returns the opened file, or None when it is missing."""
        position, _, stored, media, length = segment
        what = f'The segment file {name}'
        file = open_file()
        if file is None:
            self.report.wrong(
                'segmentMissing',
                f'{what} is missing, but event {position} names it.',
                position,
                name,
                stored or media,
                'no file',
            )
            return
        digest = hashlib.sha256()
        try:
            with file:
                for piece in iter(lambda: file.read(1 << 20), b''):
                    digest.update(piece)
                    self.bytes += len(piece)
                    self.report.progress(f'segments: {self.bytes >> 20} MB')
        except READ_ERRORS as error:
            self.report.wrong(
                'segmentChanged',
                f'{what} cannot be read. {error}',
                position,
                name,
                stored or media,
                'an unreadable file',
            )
            return
        if digest.hexdigest() != (stored or media):
            self.report.wrong(
                'segmentChanged',
                f'{what} was changed: it is not the one that event {position} describes.',
                position,
                name,
                stored or media,
                digest.hexdigest(),
            )
            return
        self.whole += 1
        if self.decrypt and stored is not None:
            self._open(position, name, open_file, identity, media, length)

    def _open(self, position, name, open_file, identity, media, length):
        if identity is None:
            self.unopened += 1
            return
        digest = hashlib.sha256()
        total = 0
        try:
            with open_file() as file:
                for text in age_chunks(file, identity):
                    digest.update(text)
                    total += len(text)
                    self.report.progress(f'opening {name}: {100 * total // max(1, length or 1)} %')
        except Malformed as error:
            self.report.wrong('mediaWrong', f'{name} cannot be opened. {error}', position, name)
            return
        if digest.hexdigest() != media:
            self.report.wrong(
                'mediaWrong',
                f'{name} opens to other media than event {position} describes.',
                position,
                name,
                media,
                digest.hexdigest(),
            )
            return
        self.opened += 1

    def summarise(self, asked):
        if asked == 0:
            return
        self.report.ok(
            f'{several(self.whole, "segment file")} of {asked} '
            f'{"has" if self.whole == 1 else "have"} the bytes that the log describes '
            f'({self.bytes:,} bytes read).'
        )
        if self.unopened:
            self.report.note(
                f'{several(self.unopened, "sealed segment")} could not be opened: there is '
                'no key for them here.'
            )
        if self.opened:
            self.report.ok(
                f'{several(self.opened, "sealed segment")} opened to the media that the '
                'log describes.'
            )


class Values:
    """Opens sealed values, to see that they belong where they are."""

    def __init__(self, report):
        self.report = report
        self.opened = self.unopened = 0

    def check(self, event, own_key, home_key):
        for member, value in sealed_values(event):
            key = home_key if value.get('of') == 'home' else own_key
            if key is None:
                self.unopened += 1
                continue
            position = event['position']
            context = ['f2f value', event['recordingId'], position, member]
            data = json.dumps(context, separators=(',', ':'), ensure_ascii=False).encode()
            text = open_gcm(key, from_base64url(str(value['$sealed'])) or b'', data)
            if text is None:
                self.report.wrong(
                    'valueWrong',
                    f'The value of {member} in event {position} cannot be opened in its place.',
                    position,
                )
            else:
                self.opened += 1

    def summarise(self):
        if self.opened:
            self.report.ok(
                f'{several(self.opened, "sealed value")} opened in '
                f'{"its" if self.opened == 1 else "their"} place.'
            )
        if self.unopened:
            self.report.note(
                f'{several(self.unopened, "sealed value")} could not be opened: there '
                'is no key for them here.'
            )


def recording_value_key(identity):
    return identity and hkdf(identity, b'', b'f2f values of a recording')


# --- Signatures -----------------------------------------------------------------------------------


class Signatures:
    """Decides whose checkpoints are believed."""

    def __init__(self, report, keys, witnesses):
        self.report, self.given, self.witnesses = report, keys, witnesses

    def by_log(self, checkpoint, key, what, file=None):
        """Checks the signature of the log's own key. Returns whether it is right."""
        if key is None:
            self.report.wrong(
                'checkpointForged',
                f'{what} is signed by a key that the log does not name.',
                file=file,
            )
            return False
        result = checkpoint.check(key)
        if result:
            return True
        found = (
            'a wrong signature'
            if result is False
            else ', '.join(sorted({name for name, _ in checkpoint.signatures}))
        )
        self.report.wrong(
            'checkpointForged',
            f'{what} is not signed by the key of the log.',
            file=file,
            expected=key.text,
            found=found,
        )
        return False

    def by_given(self, checkpoint, what, trusted=()):
        """Whether a key of the auditor has signed, or one that such a key has made trusted."""
        for key in list(self.given) + list(trusted):
            result = checkpoint.check(key)
            if result is False:
                self.report.wrong(
                    'checkpointForged',
                    f'{what} has a wrong signature of the key that you gave.',
                    expected=key.text,
                )
                return False
            if result:
                return True
        return False

    def cosignatures(self, checkpoint, what):
        """Of each witness that was given, this checkpoint must have a cosignature."""
        for witness in self.witnesses:
            seconds = self._cosigned_at(checkpoint, witness, what)
            if seconds is None:
                self.report.wrong(
                    'checkpointForged',
                    f'{what} is not cosigned by the witness {witness.name}.',
                    file=checkpoint.file,
                    expected=witness.text,
                )

    def stored_cosignatures(self, checkpoints):
        """Every stored cosignature must be right, and of each witness there must be one."""
        ones = sorted(checkpoints, key=lambda one: -one.size)
        known = {(witness.name, witness.id) for witness in self.witnesses}
        for witness in self.witnesses:
            signed = [one for one in ones if one.check(witness) is not None]
            # The newest right one is told, and each wrong one.
            told = False
            for one in signed:
                right = one.check(witness)
                if not right or not told:
                    what = f'The checkpoint over {several(one.size, "event")}'
                    told = bool(self._cosigned_at(one, witness, what)) or told
            if not signed:
                self.report.wrong(
                    'checkpointForged',
                    f'No checkpoint here is cosigned by the witness {witness.name}.',
                    expected=witness.text,
                )
        strangers = {}
        for one in reversed(ones):
            for name, signature in one.signatures:
                if name != one.origin and (name, signature[:4]) not in known:
                    strangers[name] = one.size
        for name, size in sorted(strangers.items()):
            self.report.note(
                f'The checkpoint over {several(size, "event")} has a cosignature of {name}. Give '
                'the key that you got from the witness with --witness: then it is checked.'
            )

    def _cosigned_at(self, checkpoint, witness, what):
        """None: there is no cosignature. 0: it is wrong, which is told. Otherwise its time."""
        seconds = checkpoint.check(witness)
        if seconds is None:
            return None
        if not seconds or seconds > LAST_SECOND:
            self.report.wrong(
                'checkpointForged',
                f'{what} has a wrong cosignature of the witness {witness.name}.',
                file=checkpoint.file,
                expected=witness.text,
            )
            return 0
        at = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(seconds))
        self.report.ok(f'{what} was cosigned by the witness {witness.name} at {at}.')
        return seconds

    def no_key(self, names):
        if not self.given:
            self.report.note(
                'The key was taken from the log itself: '
                + ', '.join(names)
                + '. Somebody who can '
                'write the home could have written a new log with a key of their own. Give the key '
                'that you got from elsewhere with --key.'
            )


def check_timestamp(report, data, about, name, of='CHECKPOINT'):
    """`about`: the bytes that the timestamp may be of."""
    try:
        digest, at = timestamp_of(data)
    except (Malformed, IndexError) as error:
        report.wrong('timestampWrong', f'The timestamp {name} cannot be read. {error}', file=name)
        return
    if digest in [sha256(one) for one in about]:
        report.ok(
            f'The timestamp {name} is about this checkpoint and says {at}. Its signature is '
            f'not checked here: openssl ts -verify -in {name} -data {of} -CAfile CA.pem does that.'
        )
    else:
        report.wrong(
            'timestampWrong',
            f'The timestamp {name} is about something else than the checkpoint beside it.',
            file=name,
            found=digest.hex(),
        )


def as_signed(checkpoint):
    """The bytes of a checkpoint as the log has signed it: without the cosignatures of others."""
    note = checkpoint.text + b'\n'
    lines = checkpoint.data[len(note) :].splitlines(keepends=True)
    own = '— '.encode() + checkpoint.origin.encode() + b' '
    return note + b''.join(line for line in lines if line.startswith(own))


# --- A copied home --------------------------------------------------------------------------------


class HomeCheck:
    def __init__(self, folder, report, options):
        self.folder, self.report, self.options = folder, report, options
        self.facts = Facts(report)
        self.signatures = Signatures(report, options.keys, options.witnesses)
        self.tree = Tree()
        self.position = 0
        self.hash = GENESIS
        self.head = self.witness = None
        self.newest = None
        self.kept = {}
        self.stamps = {}
        self.roots = {}
        self.stored_subtrees = {}
        self.is_broken = False
        self.damages = set()
        self.gap_at = None
        self.chained = 0
        self.views = 0
        self.meta = {}
        self.values = Values(report) if options.values else None
        self.home_keys = None
        self.value_keys = {}

    def run(self):
        report = self.report
        self._read_witness()
        log = os.path.join(self.folder, 'log')
        if not os.path.isdir(log):
            report.wrong('databaseDamaged', 'The folder log of the home is missing.', file='log')
            if self.witness and self.witness['position'] > 0:
                self._missing_tail(0, self.witness['position'], 'witnessWrong', 'log.witness')
            return {}
        for name in sorted(os.listdir(self.folder)):
            if re.match(r'log\.(opening|rewritten)', name):
                report.note(
                    f'{name} is there: a start of the recorder was killed. log.opening holds '
                    'the log as it was before that.'
                )
        if self.options.values or self.options.decrypt:
            self.home_keys = HomeKeys(self.folder, report)
        try:
            database = Database(log, self._damaged)
            self._find_sizes(database)
            for key, value, file in database.entries():
                self._entry(key, value, 'log/' + file)
        except (Malformed, OSError) as error:
            report.wrong('databaseDamaged', f'The database cannot be read. {error}', file='log')
        report.end_progress()
        self._check_layout()
        self._check_end()
        self._check_tree()
        covered = self._check_checkpoints()
        self._summarise_events()
        self._check_segments()
        if self.values:
            self.values.summarise()
        return {'events': self.position, 'head': self.hash, 'signedUpTo': covered}

    def _damaged(self, name, at, why):
        if (name, at) in self.damages:
            return
        self.damages.add((name, at))
        self.report.wrong(
            'databaseDamaged',
            f'The file log/{name} is damaged: {why}. What it held may be missing below.',
            file=f'log/{name}',
            found=f'offset {at}',
        )

    def _read_witness(self):
        path = os.path.join(self.folder, 'log.witness')
        try:
            with open(path, 'rb') as file:
                witness = json.loads(file.read().decode('utf-8'))
            if (
                type(witness.get('position')) is not int
                or witness['position'] < 0
                or not re.fullmatch(r'[0-9a-f]{64}', str(witness.get('hash')))
            ):
                raise ValueError
            self.witness = witness
        except FileNotFoundError:
            pass
        except (OSError, ValueError, AttributeError):
            self.witness = False
            self.report.wrong(
                'witnessWrong', 'The witness file does not name an event.', file='log.witness'
            )

    def _find_sizes(self, database):
        """The sizes at which the tree's root is wanted must be known before the events are read."""
        for prefix in (b'checkpoint/', b'meta/checkpoint'):
            for key, value, _ in database.entries(prefix):
                self._add_checkpoint(key, value)
        self._find_confirmed()
        for one in self.options.brought:
            self.roots[one.size] = None

    def _find_confirmed(self):
        """Checkpoints that outsiders have confirmed lie in files beside the database."""
        for folder, ending in (('cosignatures', '.txt'), ('timestamps', '.checkpoint')):
            path = os.path.join(self.folder, folder)
            for file in self._names(folder):
                size, dot = os.path.splitext(file)
                if dot != ending or not re.fullmatch(r'[1-9]\d{0,15}', size):
                    continue
                name = f'{folder}/{file}'
                data = self._confirmation(name, 'checkpointForged')
                if data is not None:
                    self._add_confirmed(name, int(size), data)
        for file in self._names('timestamps'):
            if re.fullmatch(r'[1-9]\d{0,15}\.tsr', file):
                name = f'timestamps/{file}'
                data = self._confirmation(name, 'timestampWrong')
                if data is not None:
                    self.stamps[name] = (f'{name[:-4]}.checkpoint', data)

    def _names(self, folder):
        path = os.path.join(self.folder, folder)
        return sorted(os.listdir(path)) if os.path.isdir(path) else []

    def _confirmation(self, name, code):
        """Reads a file of what outsiders have confirmed. None when it cannot be read: a finding."""
        try:
            with open(os.path.join(self.folder, *name.split('/')), 'rb') as opened:
                return opened.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            self.report.wrong(code, f'The file {name} cannot be read. {error.strerror}', file=name)
            return None

    def _add_confirmed(self, name, size, value):
        try:
            checkpoint = Checkpoint(value)
            if checkpoint.size != size:
                raise Malformed(f'It is over {several(checkpoint.size, "event")}.')
        except Malformed as error:
            self.report.wrong(
                'checkpointForged', f'The file {name} is no checkpoint. {error}', file=name
            )
            return
        self.roots[size] = None
        checkpoint.file = name
        self.kept[name] = checkpoint

    def _add_checkpoint(self, key, value):
        name = key.decode('utf-8', 'replace')
        try:
            checkpoint = Checkpoint(value)
        except Malformed as error:
            self.report.wrong(
                'checkpointForged', f'The entry {name} is no checkpoint. {error}', file=name
            )
            return
        self.roots[checkpoint.size] = None
        if key == b'meta/checkpoint':
            self.newest = checkpoint
            return
        checkpoint.file = name
        self.kept[name] = checkpoint
        if name != f'checkpoint/{checkpoint.size:016d}':
            self.report.wrong(
                'checkpointForged',
                f'The entry {name} has a checkpoint of another size.',
                file=name,
                found=checkpoint.size,
            )

    def _entry(self, key, value, file):
        if key.startswith(b'event/'):
            self._event(key, value, file)
        elif key.startswith(b'meta/'):
            self.meta[key.decode('utf-8', 'replace')] = value
        elif key.startswith(b'tree/'):
            match = re.fullmatch(rb'tree/(\d\d)/(\d{16})', key)
            place = (int(match.group(1)), int(match.group(2))) if match else None
            self.stored_subtrees[place] = value.decode('utf-8', 'replace')
        elif key.startswith(b'view/recording/') or (key.startswith(b'view/list/') and value):
            self.views += 1
            digest = hashlib.sha256(key + b'\0' + value[13:]).hexdigest()[:13]
            if value[:13] != digest.encode():
                self.report.wrong(
                    'viewWrong',
                    f'The stored view {key.decode("utf-8", "replace")} is '
                    'damaged. The events are what counts.',
                    file=file,
                    expected=digest,
                    found=value[:13].decode('utf-8', 'replace'),
                )

    def _event(self, key, record, file):
        report = self.report
        if not re.fullmatch(rb'event/\d{16}', key):
            report.wrong(
                'eventForeign',
                f'The database has a foreign entry {key!r} among the events.',
                file=file,
            )
            return
        position = int(key[6:])
        if position != self.position + 1:
            self._gap(position, file)
        digest = hashlib.sha256(record).hexdigest()
        previous = previous_hash(record)
        follows = position == self.position + 1
        if follows and previous != self.hash:
            self.is_broken = True
            report.wrong(
                'chainBroken',
                f'Event {max(1, position - 1)} is not the one to which event '
                f'{position} is chained: one of them was changed, or is not in its place.',
                max(1, position - 1),
                file,
                f'{previous} (prev in event {position})',
                f'{self.hash} (hash of event {position - 1})',
            )
        self.position, self.hash = position, digest
        self.tree.append(leaf_hash(record))
        if self.tree.size in self.roots and self.gap_at is None:
            self.roots[self.tree.size] = self.tree.root()
        if self.witness and self.witness['position'] == position and self.witness['hash'] != digest:
            report.wrong(
                'witnessWrong',
                f'Event {position} is not the one that the witness file names.',
                position,
                'log.witness',
                self.witness['hash'],
                digest,
            )
        if not self.is_broken and self.gap_at is None:
            self.chained = position
        report.progress(f'events: {position:,}')
        try:
            event = parse_record(record)
        except Malformed as error:
            report.wrong(
                'eventUnreadable', f'Event {position} cannot be read. {error}', position, file
            )
            return
        if event['position'] != position:
            report.wrong(
                'eventForeign',
                f'In the place of event {position} is another one.',
                position,
                file,
                position,
                event['position'],
            )
        self.facts.observe(event, file)
        if self.values:
            own = event['recordingId']
            self.values.check(event, own and self._value_key(own), self.home_keys.home_value_key())

    def _value_key(self, recording_id):
        if recording_id not in self.value_keys:
            self.value_keys[recording_id] = recording_value_key(self._identity(recording_id))
        return self.value_keys[recording_id]

    def _identity(self, recording_id):
        return self.options.identity or (self.home_keys and self.home_keys.identity(recording_id))

    def _gap(self, position, file):
        expected = self.position + 1
        count = position - expected
        self.gap_at = self.gap_at or expected
        self.report.wrong(
            'eventMissing',
            (
                f'Event {expected} is missing.'
                if count == 1
                else f'The events {expected} to {position - 1} are missing.'
            ),
            expected,
            file,
            f'event {expected}',
            f'event {position}',
        )

    def _check_layout(self):
        layout = self.meta.get('meta/schema', b'').decode('utf-8', 'replace')
        if self.position and layout not in KNOWN_LAYOUTS:
            self.report.wrong(
                'layoutUnknown',
                'The log has a layout that this program does not know. Use '
                'the verify.py of the recorder that wrote it.',
                file='meta/schema',
                expected=' or '.join(KNOWN_LAYOUTS),
                found=layout or 'nothing',
            )
        if layout == '1':
            self.report.note(
                'The home has the format of version 0.1: media and values are not sealed.'
            )

    def _missing_tail(self, last, expected, code, file):
        count = expected - last
        self.report.wrong(
            code,
            f'The log ends at position {last}, but event {expected} was on disk: '
            f'{several(count, "event")} at the end '
            f'{"is" if count == 1 else "are"} missing.',
            last + 1,
            file,
            f'event {expected}',
            f'the last event is {last}',
        )

    def _check_end(self):
        report, last = self.report, self.position
        text = self.meta.get('meta/head')
        if text is None:
            if last:
                report.wrong(
                    'headWrong',
                    'The database does not name the last event (meta/head).',
                    last,
                    'meta/head',
                )
        else:
            try:
                head = json.loads(text.decode('utf-8'))
                if head['position'] > last:
                    self._missing_tail(last, head['position'], 'eventMissing', 'meta/head')
                elif (head['position'], head['hash']) != (last, self.hash):
                    report.wrong(
                        'headWrong',
                        f'Event {last} is not the one that was written last.',
                        last,
                        'meta/head',
                        f'{head["position"]} {head["hash"]}',
                        f'{last} {self.hash}',
                    )
                else:
                    self.head = head
            except (ValueError, KeyError, TypeError):
                report.wrong(
                    'headWrong',
                    'The name of the last event (meta/head) cannot be read.',
                    last,
                    'meta/head',
                )
        if self.witness and self.witness['position'] > last:
            self._missing_tail(last, self.witness['position'], 'witnessWrong', 'log.witness')
        elif self.witness and self.witness['position'] > 0:
            (
                report.ok(
                    f'The log contains event {self.witness["position"]}, which the witness file '
                    'names.'
                )
                if 'witnessWrong' not in report.counts
                else None
            )
        elif self.witness is None and self.facts.witnessed_at is not None:
            report.wrong(
                'witnessWrong',
                'The witness file is missing, although event '
                f'{self.facts.witnessed_at} says that it existed. The end of the log may '
                'have been removed, or the log replaced.',
                self.facts.witnessed_at,
                'log.witness',
            )

    def _check_tree(self):
        wrong = 0
        for place, stored in self.stored_subtrees.items():
            computed = self.tree.subtrees.get(place) if place else None
            if self.gap_at is not None or (computed and computed.hex() == stored):
                continue
            wrong += 1
            height, index = place or (0, 0)
            first = (index << height) + 1
            self.report.wrong(
                'treeWrong',
                (
                    f'The stored hash over the events {first} to '
                    f'{(index + 1) << height} is not that of these events: '
                    'one of them was changed, or the stored hash is damaged.'
                    if computed
                    else 'The database has a stored subtree that the events do not have.'
                ),
                first if computed else None,
                f'tree/{height:02d}/{index:016d}',
                computed.hex() if computed else None,
                stored,
            )
        if self.newest and self.gap_at is None:
            lacking = [p for p in self.tree.subtrees if p not in self.stored_subtrees]
            for height, index in lacking:
                first = (index << height) + 1
                self.report.wrong(
                    'treeWrong',
                    f'The stored hash over the events {first} to '
                    f'{(index + 1) << height} is missing. The next start of the '
                    'recorder makes it again.',
                    first,
                    f'tree/{height:02d}/{index:016d}',
                )

    def _root_matches(self, checkpoint, what, file, brought):
        """Compares a checkpoint with the log. None: that is impossible after a gap."""
        if checkpoint.size > self.position:
            code = 'logRolledBack' if brought else 'eventMissing'
            self._missing_tail(self.position, checkpoint.size, code, file)
            return False
        if self.gap_at is not None and checkpoint.size >= self.gap_at:
            return None
        root = self.roots.get(checkpoint.size)
        if checkpoint.size == 0:
            root = sha256(b'')
        if root == checkpoint.root:
            return True
        self.report.wrong(
            'rootWrong',
            f'The events up to {checkpoint.size} are not those that '
            f'{what} signs. At least one of them was changed, added or removed.',
            checkpoint.size,
            file,
            base64.b64encode(checkpoint.root).decode(),
            base64.b64encode(root or b'').decode(),
        )
        return False

    def _check_checkpoints(self):
        """Returns up to which position the log is as it was signed by whom the auditor trusts."""
        report, facts, given = self.report, self.facts, self.signatures.given
        if self.newest is None:
            if facts.keys:
                report.wrong(
                    'checkpointMissing',
                    'The log has a key, but no checkpoint (meta/checkpoint).',
                    file='meta/checkpoint',
                )
            elif given or self.options.brought:
                report.wrong(
                    'keyUnknown',
                    'The log is not signed, although you have a key or a receipt of it.',
                    file='meta/checkpoint',
                    expected=given[0].text if given else None,
                    found='no checkpoint',
                )
            else:
                report.note(
                    'The log is not signed: its format is older. It is whole in itself, but '
                    'somebody who can write the home could have written it anew.'
                )
        origin = self.newest.origin if self.newest else None
        if origin is None and facts.keys:
            origin = facts.keys[0][1].name
        checked = [
            (one.size, 0, one, f'the kept checkpoint {name}', name)
            for name, one in self.kept.items()
        ]
        if self.newest:
            checked.append(
                (self.newest.size, 2, self.newest, 'the newest checkpoint', 'meta/checkpoint')
            )
        checked += [
            (one.size, 1, one, f'the checkpoint in {one.file}', one.file)
            for one in self.options.brought
        ]
        trusted = []
        covered = 0
        for size, kind, one, what, file in sorted(checked, key=lambda c: c[:2]):
            What = what[0].upper() + what[1:]
            if kind == 1 and not facts.keys:
                # That the log is not signed is told above.
                continue
            if origin is not None and one.origin != origin:
                report.wrong(
                    'checkpointForged',
                    f'{What} is of another log.',
                    file=file,
                    expected=origin,
                    found=one.origin,
                )
                continue
            is_root = self._root_matches(one, what, file, kind == 1)
            key = facts.key_at(size)
            if key is None and kind == 1 and size > self.position:
                key = facts.keys[-1][1] if facts.keys else None
            is_signed = self.signatures.by_log(one, key, What, file)
            is_trusted = bool(given) and self.signatures.by_given(one, What, trusted)
            if is_root and is_signed and (is_trusted or not given):
                covered = size
                trusted = [key for position, key, _ in facts.keys if position <= size]
            if kind == 1 and is_root and is_signed:
                report.ok(f'The log still begins with the {several(size, "event")} of {what}.')
            if kind == 2:
                self._check_newest(is_trusted, covered)
        self._check_outsiders()
        if self.newest and covered == self.newest.size == self.position:
            names = 'by the key that you gave' if given else 'by the key that it names'
            report.ok(
                f'All {several(covered, "event")} are those of the newest checkpoint, which is '
                f'signed {names}.'
            )
        elif covered:
            report.ok(f'The events 1 to {covered} are exactly those of a signed checkpoint.')
        if len(self.kept):
            report.ok(f'{several(len(self.kept), "kept checkpoint")} compared with the log.')
        self.signatures.no_key([facts.keys[-1][1].text] if facts.keys else [])
        return covered

    def _check_newest(self, is_trusted, covered):
        report, size = self.report, self.newest.size
        if size < self.position:
            report.wrong(
                'checkpointMissing',
                f'The events {size + 1} to {self.position} are not signed. Either '
                'somebody added them who could not sign, or the recorder ended while its '
                'key was lost or after an older version had written: then its next start '
                'signs them.',
                size + 1,
                'meta/checkpoint',
                self.position,
                size,
            )
        for position, key, cause in self.facts.keys:
            if cause == 'lost' and not is_trusted:
                report.wrong(
                    'keyChangeWrong',
                    f'The key before event {position} was lost: nothing but '
                    'the log itself vouches for the one from there on. Give that key, got from '
                    'elsewhere, with --key.',
                    position,
                    found=key.text,
                )
            if key.name != self.newest.origin:
                report.wrong(
                    'keyChangeWrong',
                    'The log names a key that has another name than the log.',
                    expected=self.newest.origin,
                    found=key.name,
                )
        if self.signatures.given and not is_trusted:
            signer = self.facts.key_at(size)
            good = f' Up to position {covered} it is.' if covered else ''
            after = next(
                (position for position, key, cause in self.facts.keys[1:] if cause == 'rotated'),
                None,
            )
            former = {key.text for _, key, _ in self.facts.keys[:-1]}
            if after and any(key.text in former for key in self.signatures.given):
                good += (
                    f' The log says that it was replaced (event {after}). Get the newer key from '
                    'elsewhere, too, or the checkpoint of that event, which both have signed '
                    '(--checkpoint).'
                )
            report.wrong(
                'keyUnknown',
                f'The log is not signed by the key that you gave.{good}',
                file='meta/checkpoint',
                expected=self.signatures.given[0].text,
                found=signer.text if signer else None,
            )

    def _check_outsiders(self):
        """What outsiders have confirmed, whether the log is signed now or not."""
        self.signatures.stored_cosignatures(self.kept.values())
        for name, (of, data) in self.stamps.items():
            if of in self.kept:
                check_timestamp(self.report, data, [self.kept[of].data], name, of)
            elif not os.path.exists(os.path.join(self.folder, *of.split('/'))):
                self.report.wrong(
                    'timestampWrong',
                    f'The checkpoint of the timestamp {name} is missing: it proves nothing.',
                    file=name,
                )

    def _summarise_events(self):
        report, last = self.report, self.position
        if last and 'eventMissing' not in report.counts:
            report.ok(f'{several(last, "event")}, from position 1 to {last} without a gap.')
        if self.chained == last and last:
            report.ok('Each event is chained to the one before by its hash.')
        elif self.chained > 1:
            report.ok(f'The events 1 to {self.chained - 1} are chained without a fault.')
        if self.head:
            report.ok('The database names the last event as such.')
        if self.views and 'viewWrong' not in report.counts:
            report.ok(
                f'{several(self.views, "stored view")} with matching checksums. Views are no '
                'evidence, and were not compared with the events.'
            )
        recordings = self.facts.recordings.values()
        erased = sum(1 for one in recordings if one.erasing)
        if erased:
            report.note(
                f'{several(erased, "recording")} of {len(recordings)} '
                f'{"was" if erased == 1 else "were"} erased: the events are there, media and '
                'values are not.'
            )

    def _check_segments(self):
        report, options = self.report, self.options
        root = os.path.join(self.folder, 'recordings')
        if not options.media:
            report.note('The segment files were not checked (--no-media).')
            return
        media = Media(report, options.decrypt)
        asked = 0
        for recording_id, one in self.facts.recordings.items():
            if one.failed or one.erasing:
                continue
            for segment in [*one.segments.values(), *one.remnants]:
                asked += 1
                path = f'recordings/{recording_id}/{segment[1]}'
                if not RECORDING_ID.match(recording_id) or not is_safe(segment[1]):
                    report.wrong(
                        'segmentMissing',
                        f'Event {segment[0]} names a file outside of its recording.',
                        segment[0],
                        path,
                    )
                    continue
                identity = options.decrypt and self._identity(recording_id)
                media.check(segment, path, lambda: self._open(path), identity or None)
        report.end_progress()
        media.summarise(asked)
        self._look_for_others(root)

    def _open(self, path):
        full = os.path.join(self.folder, *path.split('/'))
        try:
            # A pipe in the place of a file would be waited for.
            return open(full, 'rb') if os.path.isfile(full) else None
        except (OSError, ValueError):
            return None

    def _look_for_others(self, root):
        report = self.report
        strangers = unknown = 0
        for name in sorted(os.listdir(root)) if os.path.isdir(root) else []:
            folder = os.path.join(root, name)
            files = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
            files = [file for file in files if SEGMENT_NAME.search(file)]
            one = self.facts.recordings.get(name)
            if one is None:
                strangers += bool(files)
                continue
            if one.erased and files:
                report.note(
                    f'Recording {name} was erased, but {several(len(files), "file")} of it '
                    'came back: perhaps from a backup.'
                )
                continue
            known = {s[1] for s in one.segments.values()}
            for file in files:
                if file in one.opened.values():
                    report.note(
                        f'recordings/{name}/{file} was being written when the recorder '
                        'ended. Its next start closes it.'
                    )
                elif file not in known and not one.erasing:
                    unknown += 1
        if unknown:
            report.note(f'{several(unknown, "segment file")} that no event describes: no evidence.')
        if strangers:
            text = f'{several(strangers, "recording")} with files that the log does not know'
            if not self.witness or self.witness['position'] == 0:
                report.wrong(
                    'witnessWrong',
                    f'There {"is" if strangers == 1 else "are"} {text}, and no '
                    'witness file: the log may have been replaced.',
                    file='recordings',
                )
            else:
                report.note(f'{text}: from a backup, or of a start that was killed.')


class HomeKeys:
    """The keys of a copied home, if its master key is in a file."""

    def __init__(self, folder, report):
        self.folder = os.path.join(folder, 'keys')
        self.masters = {}
        self._home = None
        for name in os.listdir(self.folder) if os.path.isdir(self.folder) else []:
            match = re.fullmatch(r'master-([0-9a-f]{16})\.key', name)
            if match:
                with open(os.path.join(self.folder, name), encoding='ascii') as file:
                    self.masters[match.group(1)] = from_base64url(file.read().strip())
        if not self.masters:
            report.note(
                'The master key of this home is not in a file, so nothing of it can be opened here.'
            )

    def _unwrap(self, name, context):
        try:
            with open(os.path.join(self.folder, name), encoding='utf-8') as file:
                wrapped = json.load(file)
            master = self.masters.get(wrapped['masterKey'])
            return master and open_gcm(master, from_base64url(wrapped['wrapped']), context.encode())
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def identity(self, recording_id):
        if not RECORDING_ID.match(recording_id):
            return None
        return self._unwrap(f'{recording_id}.key.json', recording_id)

    def home_value_key(self):
        if self._home is None:
            secret = self._unwrap('home.key', 'home')
            self._home = (secret and hkdf(secret, b'', b'f2f values of a home'),)
        return self._home[0]


# --- A bundle -------------------------------------------------------------------------------------


class Files:
    """The files of a bundle, in a ZIP file or unpacked."""

    def __init__(self, path):
        self.zip = None if os.path.isdir(path) else zipfile.ZipFile(path)
        if self.zip:
            self.names = [i.filename for i in self.zip.infolist() if not i.is_dir()]
            self.known = set(self.names)
            return
        self.root = path
        self.names = []
        for folder, _, files in os.walk(path):
            for name in files:
                relative = os.path.relpath(os.path.join(folder, name), path)
                self.names.append(relative.replace(os.sep, '/'))
        self.known = set(self.names)

    def open(self, name):
        if name not in self.known:
            return None
        if self.zip:
            return self.zip.open(name)
        full = os.path.join(self.root, *name.split('/'))
        # A pipe in the place of a file would be waited for.
        return open(full, 'rb') if os.path.isfile(full) else None

    def read(self, name):
        """None when the file is missing or cannot be read. The manifest has told which."""
        try:
            file = self.open(name)
            if file is None:
                return None
            with file:
                return file.read()
        except READ_ERRORS:
            return None


class BundleCheck:
    def __init__(self, files, report, options):
        self.files, self.report, self.options = files, report, options
        self.facts = Facts(report)
        self.signatures = Signatures(report, options.keys, options.witnesses)
        self.events = self.proven = 0
        self.confirmed = []
        self.positions = []
        self.last_type = None

    def run(self):
        report = self.report
        manifest = self._manifest()
        if manifest is None:
            return {}
        recording_id = manifest.get('recordingId')
        checkpoint = self._checkpoint(manifest)
        text = (self.files.read('identity.txt') or b'').decode('utf-8', 'replace')
        identity = self.options.identity or parse_identity(text)
        if 'identity.txt' in self.files.names and identity is None:
            report.wrong(
                'mediaWrong',
                'identity.txt has no key: nothing that is sealed can be opened with it.',
                file='identity.txt',
            )
        values = Values(report) if self.options.values else None
        self._events(recording_id, checkpoint, values, recording_value_key(identity))
        for name, size in self.confirmed:
            covered = sum(position <= size for position in self.positions)
            report.ok(
                f'{covered} of {several(self.events, "event")} of the recording are among the first '
                f'{size} of the log, over which {name} is.'
            )
        one = self.facts.recordings.get(recording_id, Recording())
        self._completeness(one)
        self._segments(one, identity)
        if values:
            values.summarise()
        report.note(
            'The composed file, report.html, README.txt and verify.py in a bundle are made '
            'for people: no signature covers them. Take verify.py from elsewhere.'
        )
        return {'recordingId': recording_id, 'events': self.events, 'proven': self.proven}

    def _manifest(self):
        report = self.report
        try:
            manifest = json.loads(self.files.read('manifest.json').decode('utf-8'))
            listed = {str(f['name']): dict(f) for f in manifest['files']}
            if not isinstance(manifest['recordingId'], str):
                raise ValueError
        except (ValueError, KeyError, TypeError, AttributeError):
            report.wrong('manifestWrong', 'manifest.json cannot be read.', file='manifest.json')
            return None
        if manifest.get('format') != FORMAT:
            report.wrong(
                'manifestWrong',
                'The bundle has a format that this program does not know.',
                file='manifest.json',
                expected=FORMAT,
                found=manifest.get('format'),
            )
        count_of = collections.Counter(self.files.names)
        for name in sorted(name for name, count in count_of.items() if count > 1):
            report.wrong('manifestWrong', f'The file {name} is there twice.', file=name)
        for name in sorted(set(self.files.names) - set(listed) - {'manifest.json'}):
            if self.files.zip or name.startswith('segments/'):
                report.wrong(
                    'manifestWrong', f'The manifest does not list the file {name}.', file=name
                )
            else:
                report.note(f'The file {name} in the folder does not belong to the bundle.')
        whole = 0
        for name, entry in listed.items():
            digest = hashlib.sha256()
            size = 0
            try:
                file = self.files.open(name)
                if file is None:
                    report.wrong('manifestWrong', f'The file {name} is missing.', file=name)
                    continue
                with file:
                    for piece in iter(lambda: file.read(1 << 20), b''):
                        digest.update(piece)
                        size += len(piece)
                        report.progress(f'{name}: {size >> 20} MB')
            except READ_ERRORS as error:
                report.wrong('manifestWrong', f'The file {name} cannot be read. {error}', file=name)
                continue
            if (digest.hexdigest(), size) != (entry.get('sha256'), entry.get('bytes')):
                report.wrong(
                    'manifestWrong',
                    f'The file {name} is not the one that the manifest lists.',
                    file=name,
                    expected=f'{entry.get("sha256")}, {entry.get("bytes")} bytes',
                    found=f'{digest.hexdigest()}, {size} bytes',
                )
            else:
                whole += 1
        report.end_progress()
        report.ok(
            f'{several(whole, "file")} of {len(listed)} as the manifest lists them. (The '
            'manifest finds damage; it is not signed.)'
        )
        return manifest

    def _checkpoint(self, manifest):
        report = self.report
        data = self.files.read('checkpoint.txt')
        try:
            if data is None:
                raise Malformed('It is missing.')
            checkpoint = Checkpoint(data)
        except Malformed as error:
            report.wrong(
                'checkpointForged',
                f'checkpoint.txt is no checkpoint. {error}',
                file='checkpoint.txt',
            )
            return None
        found = checkpoint.origin, checkpoint.size
        if found != (manifest.get('origin'), manifest.get('size')):
            report.wrong(
                'manifestWrong',
                'The manifest names another checkpoint.',
                file='manifest.json',
                expected=f'{found[0]}, {found[1]}',
                found=f'{manifest.get("origin")}, {manifest.get("size")}',
            )
        key = self._log_key(checkpoint)
        what = 'The checkpoint'
        if key is not None and self.signatures.by_log(checkpoint, key, what, 'checkpoint.txt'):
            if not self.options.keys:
                report.ok(
                    f'The checkpoint over {several(checkpoint.size, "event")} is signed by the '
                    'key in keys.txt.'
                )
        if self.options.keys:
            if self.signatures.by_given(checkpoint, what):
                report.ok(
                    f'The checkpoint over {several(checkpoint.size, "event")} is signed by the '
                    'key that you gave.'
                )
            else:
                report.wrong(
                    'keyUnknown',
                    'The checkpoint is not signed by the key that you gave. If the '
                    'key of the log was rotated since, ask for the newer one.',
                    file='checkpoint.txt',
                    expected=self.options.keys[0].text,
                    found=key.text if key else None,
                )
        self.signatures.no_key([key.text] if key else [])
        checkpoint.file = 'checkpoint.txt'
        cosigned = [checkpoint]
        for name in self.files.names:
            match = re.fullmatch(r'(cosigned|timestamps)/([1-9]\d{0,15})\.(txt|tsr)', name)
            if not match:
                continue
            size = int(match.group(2))
            if match.group(1) == 'timestamps':
                self._timestamp(name, size, checkpoint)
            else:
                confirmed = self._confirmed(name, size, checkpoint)
                if confirmed is not None:
                    cosigned.append(confirmed)
        self.signatures.stored_cosignatures(cosigned)
        for one in self.options.brought:
            if (one.origin, one.size) == found and one.root != checkpoint.root:
                report.wrong(
                    'rootWrong',
                    f'{one.file} has another root for the same size: there are '
                    'two versions of this log.',
                    file=one.file,
                    expected=base64.b64encode(one.root).decode(),
                    found=base64.b64encode(checkpoint.root).decode(),
                )
            elif one.origin != checkpoint.origin:
                report.wrong(
                    'checkpointForged',
                    f'{one.file} is of another log.',
                    file=one.file,
                    expected=one.origin,
                    found=checkpoint.origin,
                )
            elif one.size != checkpoint.size:
                report.note(
                    f'{one.file} has another size than the checkpoint of the bundle. Only the '
                    'whole log can show that they are consistent.'
                )
        return checkpoint

    def _confirmed(self, name, size, newest):
        """A checkpoint that outsiders have confirmed: the one of the bundle must begin with it."""
        report = self.report
        try:
            one = Checkpoint(self.files.read(name) or b'')
            proof = []
            if size != newest.size:
                lines = self.files.read(f'consistency/{size}.txt') or b''
                proof = [strict_base64(line) for line in lines.decode('ascii').splitlines()]
        except (Malformed, UnicodeDecodeError) as error:
            report.wrong(
                'checkpointForged', f'{name} or its proof cannot be read. {error}', file=name
            )
            return None
        if (one.origin, one.size) != (newest.origin, size):
            report.wrong(
                'checkpointForged',
                f'{name} is of another log or size.',
                file=name,
                expected=f'{newest.origin}, {size}',
                found=f'{one.origin}, {one.size}',
            )
            return None
        if not self.signatures.by_log(one, self._log_key(one), name, name):
            return None
        if not begins_with(one.size, one.root, newest.size, newest.root, proof):
            report.wrong(
                'rootWrong',
                f'The checkpoint of the bundle does not begin with {name}, which outsiders have '
                'confirmed: there are two versions of this log.',
                file=name,
                expected=base64.b64encode(one.root).decode(),
                found=base64.b64encode(newest.root).decode(),
            )
            return None
        self.confirmed.append((name, size))
        return one

    def _timestamp(self, name, size, checkpoint):
        """A timestamp is about the file beside it, or in former bundles about checkpoint.txt."""
        of = f'timestamps/{size}.checkpoint'
        if of in self.files.names:
            about = self._confirmed(of, size, checkpoint)
        elif size == checkpoint.size:
            of, about = 'checkpoint.txt', checkpoint
        else:
            self.report.note(f'{name} is about another checkpoint than checkpoint.txt.')
            return
        if about is not None:
            # Former bundles have a timestamp of checkpoint.txt, to which cosignatures came later.
            former = [] if of != 'checkpoint.txt' else [about.text, as_signed(about)]
            data = self.files.read(name) or b''
            check_timestamp(self.report, data, [about.data, *former], name, of)

    def _log_key(self, checkpoint):
        text = (self.files.read('keys.txt') or b'').decode('utf-8', 'replace')
        found = None
        try:
            for line in text.splitlines():
                position, _, vkey = line.partition(' ')
                key = Key(vkey)
                if not position.isdigit():
                    raise Malformed('A line has no position.')
                if key.name != checkpoint.origin:
                    raise Malformed(f'The key {vkey} has another name than the log.')
                if int(position) <= max(1, checkpoint.size):
                    found = key
        except Malformed as error:
            self.report.wrong(
                'checkpointForged', f'keys.txt cannot be read. {error}', file='keys.txt'
            )
            return None
        if found is None:
            self.report.wrong(
                'checkpointForged', 'keys.txt names no key for the checkpoint.', file='keys.txt'
            )
        return found

    def _events(self, recording_id, checkpoint, values, value_key):
        report = self.report
        before, before_hash = 0, None
        lines = (self.files.read('events.jsonl') or b'').split(b'\n')
        for number, line in enumerate(lines, 1):
            if line == b'':
                if number < len(lines):
                    report.wrong(
                        'eventUnreadable',
                        f'Line {number} of events.jsonl is empty.',
                        file='events.jsonl',
                    )
                continue
            file = f'events.jsonl, line {number}'
            try:
                entry = json.loads(line.decode('utf-8'))
                position, record = entry['position'], entry['record'].encode('utf-8')
                proof = [strict_base64(one) for one in entry['proof']]
                event = parse_record(record)
            except (ValueError, KeyError, TypeError, AttributeError, Malformed) as error:
                report.wrong(
                    'eventUnreadable',
                    f'Line {number} of events.jsonl cannot be read. {error}',
                    file=file,
                )
                continue
            self.events += 1
            if event['position'] != position:
                report.wrong(
                    'eventForeign',
                    f'A line says that it is event {position}, and its record is another.',
                    position,
                    file,
                    position,
                    event['position'],
                )
            if event['recordingId'] != recording_id:
                report.wrong(
                    'eventForeign',
                    f'Event {position} is of another recording.',
                    position,
                    file,
                    recording_id,
                    event['recordingId'],
                )
            if position <= before:
                report.wrong(
                    'eventForeign', f'Event {position} comes after event {before}.', position, file
                )
            elif position == before + 1 and before_hash not in (None, previous_hash(record)):
                report.wrong(
                    'chainBroken',
                    f'Event {position} is not chained to event {before}.',
                    position,
                    file,
                    before_hash,
                    previous_hash(record),
                )
            before, before_hash = position, hashlib.sha256(record).hexdigest()
            self.positions.append(position)
            if checkpoint is not None:
                if inclusion_holds(
                    leaf_hash(record), position - 1, checkpoint.size, proof, checkpoint.root
                ):
                    self.proven += 1
                else:
                    report.wrong(
                        'notProven',
                        f'Event {position} is not proven: its proof does not lead '
                        'to the root that was signed.',
                        position,
                        file,
                        base64.b64encode(checkpoint.root).decode(),
                    )
            self.facts.observe(event, file)
            self.last_type = event['type']
            if values:
                values.check(event, value_key, None)
        report.ok(
            f'{several(self.proven, "event")} of {self.events} proven to be in the log, at '
            'exactly their positions.'
        )
        for one in self.options.receipts:
            if one.record is not None and checkpoint is not None:
                event = parse_record(one.record)
                if event['recordingId'] != recording_id:
                    report.note(
                        f'{one.file} is about an event that does not belong to this recording.'
                    )

    def _completeness(self, one):
        report = self.report
        if self.events == 0 or not one.closed:
            report.wrong(
                'notClosed',
                'The end of the recording (recording.closed) is missing: it was '
                'cut off, or the bundle was made before the recording was closed.',
                file='events.jsonl',
            )
        elif 'factMissing' not in report.counts:
            report.ok(
                f'The facts of the recording are complete: versions 1 to {one.version}, and it '
                'is closed.'
            )

    def _segments(self, one, identity):
        report = self.report
        if not self.options.media:
            report.note('The segment files were not checked (--no-media).')
            return
        media = Media(report, self.options.decrypt)
        wanted = {}
        for segment in one.segments.values():
            if not one.erasing:
                wanted[f'segments/{segment[1]}'] = segment
        for name, segment in wanted.items():
            media.check(segment, name, lambda: self._open(name), identity)
            if identity and segment[2] and not self.options.decrypt:
                self._check_header(segment, name, identity)
        report.end_progress()
        media.summarise(len(wanted))
        for name in self.files.names:
            if name.startswith('segments/') and name not in wanted:
                report.wrong('segmentForeign', f'No event describes the file {name}.', file=name)

    def _check_header(self, segment, name, identity):
        """Whether the identity is the one for which a whole segment is sealed: that is quick."""
        if any(one['file'] == name for one in self.report.findings):
            return
        try:
            with self._open(name) as file:
                age_payload_key(file, identity)
        except Malformed as error:
            self.report.wrong(
                'mediaWrong', f'{name} cannot be opened. {error}', segment[0], 'identity.txt'
            )

    def _open(self, name):
        try:
            return self.files.open(name)
        except READ_ERRORS:
            return None


# --- A receipt alone ------------------------------------------------------------------------------


def check_receipt(receipt, report, options):
    """Checks that the record in a receipt is in the log that its checkpoint signs."""
    name, checkpoint = receipt.file, receipt.checkpoint
    if receipt.record is None:
        report.wrong('receiptWrong', f'{name} has no record in its line "extra".', file=name)
        return
    try:
        event = parse_record(receipt.record)
    except Malformed as error:
        report.wrong('receiptWrong', f'The record in {name} cannot be read. {error}', file=name)
        return
    if event['position'] != receipt.index + 1:
        report.wrong(
            'receiptWrong',
            f'{name} is about another position than its record.',
            event['position'],
            name,
            receipt.index + 1,
            event['position'],
        )
    if inclusion_holds(
        leaf_hash(receipt.record), receipt.index, checkpoint.size, receipt.proof, checkpoint.root
    ):
        report.ok(
            f'{name}: event {event["position"]}, {event["type"]}, recorded at {event["at"]} by '
            f'{event["by"].get("side")} ({event["by"].get("client")}), is in the log of '
            f'{several(checkpoint.size, "event")}.'
        )
    else:
        report.wrong(
            'receiptWrong',
            f'{name} does not prove its event: the proof does not lead to the root '
            'that was signed.',
            event['position'],
            name,
            base64.b64encode(checkpoint.root).decode(),
        )
    signatures = Signatures(report, options.keys, options.witnesses)
    # Together with a home, the key that its events name for this size counts: perhaps a former one.
    if options.keys and not (options.path and is_home(options.path)):
        if signatures.by_given(checkpoint, f'The checkpoint in {name}'):
            report.ok(f'{name}: its checkpoint is signed by the key that you gave.')
        else:
            report.wrong(
                'keyUnknown',
                f'The checkpoint in {name} is not signed by the key that you gave.',
                file=name,
                expected=options.keys[0].text,
                found=', '.join(n for n, _ in checkpoint.signatures),
            )
    if options.path is None:
        signatures.cosignatures(checkpoint, f'The checkpoint in {name}')


# --- The command line -----------------------------------------------------------------------------


class Usage(Exception):
    pass


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(
        prog='verify.py',
        description=HELP,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('path', nargs='?', metavar='PATH', help='a bundle or a copied home')
    parser.add_argument(
        '--key',
        action='append',
        default=[],
        metavar='VKEY',
        help='the key of the log, got from elsewhere; may be given several times',
    )
    parser.add_argument(
        '--witness',
        action='append',
        default=[],
        metavar='VKEY',
        help='the key of a witness that must have cosigned',
    )
    parser.add_argument(
        '--receipt',
        action='append',
        default=[],
        metavar='FILE',
        help='a receipt that you kept (C2SP tlog-proof@v1)',
    )
    parser.add_argument(
        '--checkpoint',
        action='append',
        default=[],
        metavar='FILE',
        help='a checkpoint that you kept: the log must still contain it',
    )
    parser.add_argument(
        '--identity',
        metavar='FILE',
        help='the age identity for a bundle; default: its identity.txt',
    )
    parser.add_argument(
        '--decrypt',
        action='store_true',
        help='open the segments, too, and compare the hashes of their media (slow)',
    )
    parser.add_argument(
        '--values', action='store_true', help='open the sealed values, too; none of them is shown'
    )
    parser.add_argument(
        '--no-media', dest='media', action='store_false', help='do not read the segment files'
    )
    parser.add_argument('--json', action='store_true', help='print one JSON document')
    return parser.parse_args(arguments)


def read_file(path):
    try:
        with open(path, 'rb') as file:
            return file.read()
    except OSError as error:
        raise Usage(f'{path} cannot be read: {error.strerror}.')


def prepare(options):
    """Reads keys, receipts and checkpoints of the command line."""
    try:
        options.keys = [Key(text) for text in options.key]
        options.witnesses = [Key(text) for text in options.witness]
        if any(key.kind != b'\1' for key in options.keys):
            raise Malformed('--key takes a key of the log, not of a witness.')
        if any(key.kind != b'\4' for key in options.witnesses):
            raise Malformed('--witness takes a key for cosignatures, not of a log.')
    except Malformed as error:
        raise Usage(str(error))
    if options.identity:
        options.identity = parse_identity(read_file(options.identity).decode('utf-8', 'replace'))
        if options.identity is None:
            raise Usage('The file of --identity has no AGE-SECRET-KEY-1….')


def own_bundle():
    """Returns the unpacked bundle in which this program lies, or in which it was started."""
    for folder in ('.', os.path.dirname(os.path.abspath(__file__))):
        if os.path.isfile(os.path.join(folder, 'manifest.json')):
            return folder
    raise Usage('Name a bundle, a home or a receipt. --help explains more.')


def read_brought(options, report):
    options.receipts, options.brought = [], []
    for path in options.receipt:
        try:
            receipt = Receipt(read_file(path))
            receipt.file = receipt.checkpoint.file = path
            options.receipts.append(receipt)
            options.brought.append(receipt.checkpoint)
        except Malformed as error:
            report.wrong('receiptWrong', f'{path} is no receipt. {error}', file=path)
    for path in options.checkpoint:
        try:
            checkpoint = Checkpoint(read_file(path))
            checkpoint.file = path
            options.brought.append(checkpoint)
        except Malformed as error:
            report.wrong('checkpointForged', f'{path} is no checkpoint. {error}', file=path)


def is_home(path):
    return not os.path.isfile(os.path.join(path, 'manifest.json')) and any(
        os.path.exists(os.path.join(path, name)) for name in ('log', 'log.witness')
    )


def check_path(options, report):
    """Returns what was verified, and its figures."""
    path = options.path
    if os.path.isdir(path):
        if os.path.isfile(os.path.join(path, 'manifest.json')):
            return (
                f'bundle {os.path.abspath(path)}',
                BundleCheck(Files(path), report, options).run(),
            )
        if is_home(path):
            if options.identity:
                raise Usage(
                    '--identity is for bundles. A home has the keys of its recordings itself.'
                )
            return f'home {os.path.abspath(path)}', HomeCheck(path, report, options).run()
        raise Usage(f'{path} is neither an unpacked bundle (manifest.json) nor a home (log).')
    if not os.path.isfile(path):
        raise Usage(f'{path} does not exist.')
    try:
        files = Files(path)
    except zipfile.BadZipFile:
        report.wrong('manifestWrong', f'{path} is no ZIP file, or its end is missing.', file=path)
        return f'bundle {path}', {}
    return f'bundle {path}', BundleCheck(files, report, options).run()


def main(arguments):
    options = parse_arguments(arguments)
    if hasattr(sys.stdout, 'reconfigure'):
        sys.stdout.reconfigure(errors='replace')
    report = Report(options.json)
    subject, more = 'receipt' if options.path is None else options.path, {}
    try:
        prepare(options)
        if options.path is None and not options.receipt:
            options.path = own_bundle()
        if options.path is None and not options.keys:
            raise Usage('A receipt alone needs --key: nothing else says whose log it is of.')
        read_brought(options, report)
        for receipt in options.receipts:
            check_receipt(receipt, report, options)
        if options.path is not None:
            subject, more = check_path(options, report)
    except Usage as error:
        sys.stderr.write(f'verify.py: {error}\n')
        return 2
    except Exception as error:
        # Whatever it is that was given: there is always a verdict.
        report.end_progress()
        report.wrong(
            'unreadable',
            'Something has a form that this program cannot handle, and what '
            f'comes after it was not checked ({type(error).__name__}: {error}).',
        )
    if options.json:
        print(json.dumps(report.as_json(subject, more), indent=2, ensure_ascii=False))
    else:
        report.print(subject)
    return 0 if report.verified else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
