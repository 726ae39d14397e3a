CREATE TABLE connection (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE coverage (
    connection INTEGER NOT NULL,
    start INTEGER NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (connection, start)
) STRICT, WITHOUT ROWID;
CREATE TABLE run (
    number INTEGER PRIMARY KEY,
    connection INTEGER NOT NULL,
    id TEXT NOT NULL,
    UNIQUE (connection, id)
) STRICT;
CREATE TABLE tuple (
    number INTEGER PRIMARY KEY,
    connection INTEGER NOT NULL,
    digest BLOB NOT NULL,
    currency TEXT NOT NULL,
    provider TEXT NOT NULL,
    billing_account TEXT,
    account TEXT,
    service TEXT,
    service_id TEXT,
    category TEXT,
    subcategory TEXT,
    resource TEXT,
    charge_type TEXT,
    region TEXT,
    usage_unit TEXT,
    stated_kind TEXT,
    stated_model TEXT,
    discount_percent TEXT,
    tags TEXT,
    attributes TEXT,
    UNIQUE (connection, digest)
) STRICT;
CREATE TABLE record (
    connection INTEGER NOT NULL,
    at INTEGER NOT NULL,
    id BLOB NOT NULL,
    tuple INTEGER NOT NULL,
    identity BLOB NOT NULL,
    first_seen INTEGER NOT NULL,
    run INTEGER NOT NULL,
    until INTEGER,
    input INTEGER NOT NULL,
    output INTEGER NOT NULL,
    cache_write INTEGER NOT NULL,
    cache_read INTEGER NOT NULL,
    requests ANY,
    quantity ANY,
    effective ANY,
    billed ANY,
    list ANY,
    contracted ANY,
    derived INTEGER NOT NULL,
    charged ANY,
    model_cost ANY,
    fee ANY,
    rounded INTEGER NOT NULL,
    conversation ANY,
    PRIMARY KEY (connection, at, id)
) STRICT, WITHOUT ROWID;
INSERT INTO connection VALUES (1, 'acme');
INSERT INTO coverage VALUES (1, 0, 10);
INSERT INTO run VALUES (1, 1, 'run 1');
INSERT INTO tuple VALUES (1, 1, x'000102030405060708090a0b0c0d0e0f', 'USD', 'cursor', NULL, 'Acme', 'Auto', 'auto',
    'tokens', 'Usage-based', 'ana@acme.test', 'Usage', NULL, 'tokens', 'Usage-based', 'auto', '12.5',
    '{"cursor:user":"ana@acme.test"}', NULL);
-- 4 cents: the digit 4 with 22 zeros, as 4 * 32 + 22.
INSERT INTO record VALUES (1, 3, x'00000000000000000000000000000001', 1, x'00000000000000000000000000000002', 5, 1,
    NULL, 1200, 900, 0, 0, NULL, NULL, 150, x'', x'', x'', 0, x'', NULL, 150, 0, 'c0ffee');
-- The least amount that there is, in 16 bytes.
INSERT INTO record VALUES (1, 4, x'00000000000000000000000000000003', 1, x'00000000000000000000000000000004', 5, 1,
    9, -1, 0, 0, 0, 64, 0, NULL, x'80000000000000000000000000000000', NULL, NULL, 1, NULL, NULL, NULL, 2, NULL);
PRAGMA application_id = 1668248436;
PRAGMA user_version = 1;
PRAGMA journal_mode = WAL;
