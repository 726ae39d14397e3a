-- A file as version 4 left it: that of `version_3.sql`, brought on by that version, which then read the same charges twice
-- more.
CREATE TABLE connection (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, first_read INTEGER NOT NULL DEFAULT
    0) STRICT;
INSERT INTO connection VALUES (1, 'acme', 1);
CREATE TABLE coverage (connection INTEGER NOT NULL, start INTEGER NOT NULL, until INTEGER NOT NULL, read INTEGER NOT
    NULL DEFAULT 0, read_at INTEGER, PRIMARY KEY (connection, start)) STRICT, WITHOUT ROWID;
INSERT INTO coverage VALUES (1, 0, 10, 4, 10);
CREATE TABLE restatement (connection INTEGER NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, seen INTEGER NOT
    NULL, record_id BLOB NOT NULL, identity BLOB NOT NULL, old_effective ANY, old_billed ANY, old_list ANY,
    old_contracted ANY, old_derived INTEGER, new_effective ANY, new_billed ANY, new_list ANY, new_contracted ANY,
    new_derived INTEGER, PRIMARY KEY (connection, number)) STRICT, WITHOUT ROWID;
INSERT INTO restatement VALUES (1, 1, 8, 100, x'2c0c4c1bb0c95ab7e10d960a8f4e54f8',
    x'794348b360485750186ceee0b9955c2a', NULL, NULL, NULL, NULL, NULL, 54, x'', x'', x'', 0);
INSERT INTO restatement VALUES (1, 2, 9, 100, x'aa016a0025f2c8f7e53de8f8c4da884d',
    x'982003bd377cbca3ea16b2ba7ab71dae', NULL, NULL, NULL, NULL, NULL, 54, x'', x'', x'', 0);
INSERT INTO restatement VALUES (1, 3, 8, 200, x'1461e2acef79fd57057fd452b721549e',
    x'479275c0be3ff888444cff1c70ba8db3', 54, x'', x'', x'', 0, 86, x'', x'', x'', 0);
INSERT INTO restatement VALUES (1, 4, 9, 200, x'aa016a0025f2c8f7e53de8f8c4da884d',
    x'982003bd377cbca3ea16b2ba7ab71dae', 54, x'', x'', x'', 0, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE observation (connection INTEGER NOT NULL, at INTEGER NOT NULL, cycle_start INTEGER, cycle_end INTEGER,
    requests INTEGER NOT NULL, PRIMARY KEY (connection, at)) STRICT, WITHOUT ROWID;
INSERT INTO observation VALUES (1, 60, NULL, NULL, 0);
CREATE TABLE observed_spend (connection INTEGER NOT NULL, at INTEGER NOT NULL, place INTEGER NOT NULL, person TEXT
    NOT NULL, spend ANY, overall ANY, included ANY, PRIMARY KEY (connection, at, place)) STRICT, WITHOUT ROWID;
CREATE TABLE observed_member (connection INTEGER NOT NULL, at INTEGER NOT NULL, place INTEGER NOT NULL, person TEXT
    NOT NULL, role TEXT, removed INTEGER NOT NULL, PRIMARY KEY (connection, at, place)) STRICT, WITHOUT ROWID;
CREATE TABLE observed_group (connection INTEGER NOT NULL, at INTEGER NOT NULL, place INTEGER NOT NULL, id TEXT NOT
    NULL, name TEXT NOT NULL, spend ANY, PRIMARY KEY (connection, at, place)) STRICT, WITHOUT ROWID;
CREATE TABLE observed_group_member (connection INTEGER NOT NULL, at INTEGER NOT NULL, place INTEGER NOT NULL, member
    INTEGER NOT NULL, person TEXT NOT NULL, PRIMARY KEY (connection, at, place, member)) STRICT, WITHOUT ROWID;
CREATE TABLE store (one INTEGER PRIMARY KEY CHECK (one = 1), last_read INTEGER NOT NULL, demo INTEGER NOT NULL)
    STRICT;
INSERT INTO store VALUES (1, 4, 0);
CREATE TABLE import (connection INTEGER NOT NULL, number INTEGER NOT NULL, id BLOB NOT NULL, person TEXT, start
    INTEGER NOT NULL, until INTEGER NOT NULL, exported_at INTEGER NOT NULL, imported_at INTEGER NOT NULL, rows
    INTEGER NOT NULL, PRIMARY KEY (connection, number), UNIQUE (connection, id)) STRICT, WITHOUT ROWID;
INSERT INTO import VALUES (1, 1, x'4bf5122f344554c5', NULL, 20, 30, 40, 50, 3);
INSERT INTO import VALUES (1, 2, x'dbc1b4c900ffe48d', NULL, 20, 30, 40, 50, 1);
CREATE TABLE statement (connection INTEGER NOT NULL, at INTEGER NOT NULL, record BLOB NOT NULL, import BLOB NOT NULL,
    PRIMARY KEY (connection, at, record, import)) STRICT, WITHOUT ROWID;
INSERT INTO statement VALUES (1, 21, x'ba72cc31eab5b5735fe1864bd32917d3', x'4bf5122f344554c5');
INSERT INTO statement VALUES (1, 21, x'ea7d825b0bf96e66b32e8e3497cc9fd2', x'4bf5122f344554c5');
INSERT INTO statement VALUES (1, 21, x'ea7d825b0bf96e66b32e8e3497cc9fd2', x'dbc1b4c900ffe48d');
INSERT INTO statement VALUES (1, 22, x'24209fba55e3313382de3c5e39b2e745', x'4bf5122f344554c5');
CREATE TABLE text (number INTEGER PRIMARY KEY, connection INTEGER NOT NULL, text TEXT NOT NULL, UNIQUE (connection,
    text)) STRICT;
INSERT INTO text VALUES (1, 1, 'USD');
INSERT INTO text VALUES (2, 1, 'cursor');
INSERT INTO text VALUES (3, 1, 'Acme');
INSERT INTO text VALUES (4, 1, 'Auto');
INSERT INTO text VALUES (5, 1, 'auto');
INSERT INTO text VALUES (6, 1, 'iris@acme.test');
INSERT INTO text VALUES (7, 1, 'cursor:model');
INSERT INTO text VALUES (8, 1, 'cursor:user');
INSERT INTO text VALUES (9, 1, 'p-1');
INSERT INTO text VALUES (10, 1, 'cursor:cloud_agent');
INSERT INTO text VALUES (11, 1, 'true');
INSERT INTO text VALUES (12, 1, 'Usage-based');
INSERT INTO text VALUES (13, 1, '12.5');
INSERT INTO text VALUES (14, 1, 'note');
INSERT INTO text VALUES (15, 1, 'naïve, ''quoted''' || char(10) || '');
INSERT INTO text VALUES (16, 1, '(no user)');
CREATE TABLE dimension_set (number INTEGER PRIMARY KEY, connection INTEGER NOT NULL, hash INTEGER NOT NULL, currency
    INTEGER NOT NULL, provider INTEGER NOT NULL, billing_account INTEGER, account INTEGER, service INTEGER,
    service_id INTEGER, category INTEGER, subcategory INTEGER, resource INTEGER, charge_type INTEGER, region INTEGER,
    usage_unit INTEGER, stated_kind INTEGER, stated_model INTEGER, discount_percent INTEGER, tags TEXT, attributes
    TEXT) STRICT;
INSERT INTO dimension_set VALUES (1, 1, -4213843225957704123, 1, 2, NULL, 3, 4, 5, NULL, NULL, 6, NULL, NULL, NULL,
    NULL, NULL, NULL, '[7,5,8,6]', NULL);
INSERT INTO dimension_set VALUES (2, 1, -8680200361807059764, 1, 2, NULL, 3, 4, 5, NULL, NULL, 9, NULL, NULL, NULL,
    NULL, NULL, NULL, '[7,5,8,9]', NULL);
INSERT INTO dimension_set VALUES (3, 1, -5656193141392244707, 1, 2, NULL, 3, 4, 5, NULL, NULL, 6, NULL, NULL, NULL,
    NULL, NULL, NULL, '[10,11,7,5,8,6]', NULL);
INSERT INTO dimension_set VALUES (4, 1, -8969938928791413042, 1, 2, NULL, 3, 4, 5, NULL, NULL, 6, NULL, NULL, NULL,
    12, 5, 13, '[7,5,8,6]', '[14,15]');
INSERT INTO dimension_set VALUES (5, 1, 6608959042150323020, 1, 2, NULL, 3, 4, 5, NULL, NULL, 16, NULL, NULL, NULL,
    NULL, NULL, NULL, '[7,5]', NULL);
CREATE TABLE run (number INTEGER PRIMARY KEY, connection INTEGER NOT NULL, id TEXT NOT NULL, first_seen INTEGER NOT
    NULL, UNIQUE (connection, id, first_seen)) STRICT;
INSERT INTO run VALUES (1, 1, '1970-01-01T00:00:00.100Z', 100);
INSERT INTO run VALUES (2, 1, '1970-01-01T00:00:00.200Z', 200);
INSERT INTO run VALUES (3, 1, '1970-01-01T00:00:00.200Z', 100);
INSERT INTO run VALUES (4, 1, 'import 4bf5122f344554c5', 50);
INSERT INTO run VALUES (5, 1, '1970-01-01T00:00:00.300Z', 100);
CREATE TABLE record (connection INTEGER NOT NULL, at INTEGER NOT NULL, id BLOB NOT NULL, dimensions INTEGER NOT NULL,
    flags INTEGER NOT NULL, input INTEGER NOT NULL, output INTEGER NOT NULL, cache_write INTEGER NOT NULL, cache_read
    INTEGER NOT NULL, effective ANY, billed ANY, list ANY, contracted ANY, fee ANY, requests ANY, quantity ANY, run
    INTEGER NOT NULL, until INTEGER, charged ANY, model_cost ANY, conversation ANY, agent ANY, PRIMARY KEY
    (connection, at, id)) STRICT, WITHOUT ROWID;
INSERT INTO record VALUES (1, 0, x'40b0e5442e72f559d88350310a07b05b', 1, 8, 0, 0, 0, 0, 310, x'', x'', x'', NULL,
    NULL, NULL, 1, NULL, x'', NULL, NULL, NULL);
INSERT INTO record VALUES (1, 1, x'4196b144296e03ae674c49557d23ad7c', 1, 0, 0, 0, 0, 0, 182, x'', x'', x'', NULL,
    NULL, NULL, 1, NULL, x'', NULL, NULL, NULL);
INSERT INTO record VALUES (1, 1, x'5f2e3c977d194705dc34068365c05b32', 1, 0, 0, 0, 0, 0, 182, x'', x'', x'', NULL,
    NULL, NULL, 2, NULL, x'', NULL, NULL, NULL);
INSERT INTO record VALUES (1, 2, x'ace70584c7972e27e40bb67fb6b608c4', 1, 1, 0, 0, 0, 0, 182, x'', x'', x'', NULL,
    NULL, NULL, 5, NULL, x'', NULL, NULL, NULL);
INSERT INTO record VALUES (1, 3, x'03b004ef1e4adde132214d1f94611ffc', 2, 2, 0, 0, 0, 0, 182, x'', x'', x'', NULL,
    NULL, NULL, 5, NULL, x'', NULL, NULL, NULL);
INSERT INTO record VALUES (1, 3, x'62c842a10e19dd4b283a295a287c8d12', 1, 0, 0, 0, 0, 0, 214, x'', x'', x'', NULL,
    NULL, NULL, 1, NULL, x'', NULL, NULL, NULL);
INSERT INTO record VALUES (1, 3, x'd639054c46932cdc8c029ccc28e872a1', 2, 2, 0, 0, 0, 0, 278, x'', x'', x'', NULL,
    NULL, NULL, 5, NULL, x'', NULL, NULL, NULL);
INSERT INTO record VALUES (1, 4, x'4ab402ee3a6609fb9bfde720f93a8c5a', 3, 0, 0, 0, 0, 0, 246, x'', x'', x'', NULL,
    NULL, NULL, 1, NULL, x'', NULL, x'6b0b1f4e83c54a539f0e0123456789ab', 'bc-1');
INSERT INTO record VALUES (1, 4, x'853850320584f5aea2ba91e96a961fc2', 3, 0, 0, 0, 0, 0, 246, x'', x'', x'', NULL,
    NULL, NULL, 2, NULL, x'', NULL, x'6b0b1f4e83c54a539f0e0123456789ab', 'bc-2');
INSERT INTO record VALUES (1, 4, x'b2cfeac3404f137727dfb6f0cd92e193', 3, 0, 0, 0, 0, 0, 246, x'', x'', x'', NULL,
    NULL, NULL, 1, NULL, x'', NULL, x'6b0b1f4e83c54a539f0e0123456789ab', 'bc-2');
INSERT INTO record VALUES (1, 5, x'ad798e3fd5f52e28a096d0f26f1cbde3', 4, 68, 1200, -1, 0, 0, 118, x'', x'', x'', 820,
    503, -32, 1, 8, x'', x'80000000000000000000000000000000', NULL, NULL);
INSERT INTO record VALUES (1, 8, x'1461e2acef79fd57057fd452b721549e', 5, 0, 0, 0, 0, 0, 86, x'', x'', x'', NULL,
    NULL, NULL, 3, NULL, x'', NULL, NULL, NULL);
INSERT INTO record VALUES (1, 21, x'ba72cc31eab5b5735fe1864bd32917d3', 1, 16, 0, 0, 0, 0, 150, x'', x'', x'', NULL,
    NULL, NULL, 4, NULL, x'', NULL, NULL, NULL);
INSERT INTO record VALUES (1, 21, x'ea7d825b0bf96e66b32e8e3497cc9fd2', 1, 16, 0, 0, 0, 0, 150, x'', x'', x'', NULL,
    NULL, NULL, 4, NULL, x'', NULL, NULL, NULL);
INSERT INTO record VALUES (1, 22, x'24209fba55e3313382de3c5e39b2e745', 5, 16, 0, 0, 0, 0, 182, x'', x'', x'', NULL,
    NULL, NULL, 4, NULL, x'', NULL, NULL, NULL);
PRAGMA application_id = 1668248436;
PRAGMA user_version = 4;
PRAGMA journal_mode = WAL;
