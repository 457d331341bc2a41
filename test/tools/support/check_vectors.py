"""Checks tools/verify.py against the test vectors of the log: check_vectors.py VERIFY VECTORS."""

import base64
import importlib.util
import io
import json
import sys

spec = importlib.util.spec_from_file_location('verify', sys.argv[1])
verify = importlib.util.module_from_spec(spec)
sys.dont_write_bytecode = True
spec.loader.exec_module(verify)
with open(sys.argv[2], encoding='utf-8') as file:
    vectors = json.load(file)


def same(what, found, expected):
    if found != expected:
        sys.exit(f'{what}: {found!r} is not {expected!r}')


keys = {name: verify.Key(entry['vkey']) for name, entry in vectors['keys'].items()}
tree = verify.Tree()
roots = {}
previous = verify.GENESIS
for entry in vectors['records']:
    record = entry['record'].encode()
    event = verify.parse_record(record)
    same('position', event['position'], entry['position'])
    same('chain', verify.previous_hash(record), previous)
    previous = verify.sha256(record).hex()
    same('sha256', previous, entry['sha256'])
    same('leaf', verify.leaf_hash(record).hex(), entry['leaf'])
    tree.append(verify.leaf_hash(record))
    roots[tree.size] = tree.root()
same('head', json.loads(vectors['head']), {'position': tree.size, 'hash': previous})

for entry in vectors['checkpoints']:
    checkpoint = verify.Checkpoint(entry['note'].encode())
    same('root', checkpoint.root.hex(), entry['root'])
    same('root of the tree', roots[checkpoint.size], checkpoint.root)
    signed = {name: checkpoint.check(key) for name, key in keys.items()}
    size = checkpoint.size
    same(
        'signers',
        signed,
        {
            'log': True if size <= 8 else None,
            'rotated': True if size >= 8 else None,
            'witness': 1800000000 if size == 8 else None,
        },
    )

first = vectors['checkpoints'][0]['note'].encode()
for other in (first.replace(b'\n1\n', b'\n2\n'), first[:-9] + b'A' * 6 + first[-3:]):
    same('wrong signature', verify.Checkpoint(other).check(keys['log']), False)

for entry in vectors['inclusion']:
    leaf = bytes.fromhex(vectors['records'][entry['index']]['leaf'])
    proof = [base64.b64decode(text) for text in entry['proof']]
    root = roots[entry['size']]
    same(
        'inclusion', verify.inclusion_holds(leaf, entry['index'], entry['size'], proof, root), True
    )
    wrong = (entry['index'] + 1) % entry['size']
    same('moved', verify.inclusion_holds(leaf, wrong, entry['size'], proof, root), False)

receipt = verify.Receipt(vectors['receipt'].encode())
same(
    'receipt',
    (receipt.record.decode(), receipt.checkpoint.size),
    (vectors['records'][receipt.index]['record'], tree.size),
)

large = vectors['largeTree']
tree = verify.Tree()
roots = {}
for index in range(300):
    tree.append(verify.leaf_hash(large['record'].replace('<index>', str(index)).encode()))
    roots[tree.size] = tree.root().hex()
same('stored subtree', tree.subtrees[8, 0].hex(), large['stored']['tree/08/0000000000000000'])
for entry in large['roots']:
    same('large root', roots[entry['size']], entry['root'])

value = vectors['sealedValue']
identity = verify.parse_identity(value['identity'])
same('identity', identity.hex(), value['secret'])
key = verify.recording_value_key(identity)
same('key of values', key.hex(), value['key'])
sealed = verify.from_base64url(value['sealed'])
same(
    'value', verify.open_gcm(key, sealed, value['associatedData'].encode()), value['plain'].encode()
)
same('value elsewhere', verify.open_gcm(key, sealed, b'elsewhere'), None)

age = vectors['age']
stored = base64.b64decode(age['stored'])
same('stored hash', verify.sha256(stored).hex(), age['storedSha256'])
media = b''.join(verify.age_chunks(io.BytesIO(stored), identity))
same('media', (media.decode(), verify.sha256(media).hex()), (age['media'], age['sha256']))
print('all vectors pass')
