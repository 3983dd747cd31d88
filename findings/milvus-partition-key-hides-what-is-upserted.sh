#!/usr/bin/env bash
# Milvus 2.3.5, a collection whose rows are spread by a partition key, and rows that are upserted with the very key they have:
# a guess is that a search for that key finds them as it did before. It does not. The upsert succeeds and a search without a filter
# finds the row with its key; but the server chose the partition by another field, and a search or a query that names the key
# looks into the partition of the key. An insert goes to the right one. Mended upstream in a later version (milvus-io/milvus#30607).
# Prints both and fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check milvus==2.3.5 pymilvus==2.3.7 'setuptools<81' 'marshmallow<4'
cat > trial.py <<'PY'
import math
import sys

from milvus import MilvusServer
from pymilvus import Collection, CollectionSchema, DataType, FieldSchema, connections

DIM, KEYS, ROWS = 8, 6, 120
vector = lambda n: [math.sin(n * 7 + i) for i in range(DIM)]

server = MilvusServer()
try:
    server.set_base_dir(sys.argv[1])
    server.start()
    connections.connect(host="127.0.0.1", port=server.listen_port)
    fields = [
        FieldSchema("id", DataType.INT64, is_primary=True),
        FieldSchema("tenant", DataType.INT64, is_partition_key=True),
        FieldSchema("vector", DataType.FLOAT_VECTOR, dim=DIM),
    ]
    points = Collection("points", CollectionSchema(fields), num_partitions=16, consistency_level="Strong")
    rows = [{"id": n, "tenant": n % KEYS, "vector": vector(n)} for n in range(ROWS)]
    points.insert(rows)
    points.create_index("vector", {"index_type": "FLAT", "metric_type": "L2", "params": {}})
    points.load()

    def found(n, expr):
        hits = points.search([vector(n)], "vector", {"metric_type": "L2"}, limit=1, expr=expr)[0]
        return hits.ids[0] == n

    def count():
        keyed = sum(found(n, f"tenant == {n % KEYS}") for n in range(ROWS))
        return keyed, sum(found(n, None) for n in range(ROWS))

    inserted = count()
    answer = points.upsert(rows)
    upserted = count()
    stored = {row["id"]: row["tenant"] for row in points.query("id >= 0", output_fields=["tenant"])}
finally:
    server.stop()

print("Milvus 2.3.5, pymilvus 2.3.7: the nearest of each row's own vector is that row")
print(f"  inserted: {inserted[0]} of {ROWS} by a search for its key, {inserted[1]} without a filter")
print(f"  upserted, nothing changed ({answer.upsert_count} rows, success): {upserted[0]} by its key, {upserted[1]} without a filter")
print(f"  rows that carry their key: {sum(stored[n] == n % KEYS for n in stored)} of {len(stored)}")
assert inserted == (ROWS, ROWS) and upserted[1] == ROWS and len(stored) == ROWS
assert all(stored[n] == n % KEYS for n in stored)
assert upserted[0] < ROWS / 2, "Milvus has changed: searches for the key find what was upserted"
PY
PYTHONWARNINGS=ignore env/bin/python trial.py "$folder/data"
