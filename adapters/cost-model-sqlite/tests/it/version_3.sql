-- A file as version 3 left it: two reads of one team, a person who was forgotten, one under a pseudonym, two imports of
-- files. Written by that version; `migrations.rs` says what the source of it stated.
CREATE TABLE connection (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, first_read INTEGER NOT NULL DEFAULT 0)
    STRICT;
CREATE TABLE coverage (connection INTEGER NOT NULL, start INTEGER NOT NULL, until INTEGER NOT NULL, read INTEGER NOT
    NULL DEFAULT 0, read_at INTEGER, PRIMARY KEY (connection, start)) STRICT, WITHOUT ROWID;
CREATE TABLE run (number INTEGER PRIMARY KEY, connection INTEGER NOT NULL, id TEXT NOT NULL, UNIQUE (connection, id))
    STRICT;
CREATE TABLE tuple (number INTEGER PRIMARY KEY, connection INTEGER NOT NULL, digest BLOB NOT NULL, currency TEXT NOT
    NULL, provider TEXT NOT NULL, billing_account TEXT, account TEXT, service TEXT, service_id TEXT, category TEXT,
    subcategory TEXT, resource TEXT, charge_type TEXT, region TEXT, usage_unit TEXT, stated_kind TEXT, stated_model TEXT,
    discount_percent TEXT, tags TEXT, attributes TEXT, UNIQUE (connection, digest)) STRICT;
CREATE TABLE record (connection INTEGER NOT NULL, at INTEGER NOT NULL, id BLOB NOT NULL, tuple INTEGER NOT NULL,
    identity BLOB NOT NULL, first_seen INTEGER NOT NULL, run INTEGER NOT NULL, until INTEGER, input INTEGER NOT NULL,
    output INTEGER NOT NULL, cache_write INTEGER NOT NULL, cache_read INTEGER NOT NULL, requests ANY, quantity ANY,
    effective ANY, billed ANY, list ANY, contracted ANY, derived INTEGER NOT NULL, charged ANY, model_cost ANY, fee ANY,
    rounded INTEGER NOT NULL, conversation ANY, person INTEGER NOT NULL DEFAULT 0, unconfirmed INTEGER NOT NULL DEFAULT 0,
    imported INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (connection, at, id)) STRICT, WITHOUT ROWID;
CREATE TABLE restatement (connection INTEGER NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, seen INTEGER NOT
    NULL, record_id BLOB NOT NULL, identity BLOB NOT NULL, old_effective ANY, old_billed ANY, old_list ANY, old_contracted
    ANY, old_derived INTEGER, new_effective ANY, new_billed ANY, new_list ANY, new_contracted ANY, new_derived INTEGER,
    PRIMARY KEY (connection, number)) STRICT, WITHOUT ROWID;
CREATE TABLE observation (connection INTEGER NOT NULL, at INTEGER NOT NULL, cycle_start INTEGER, cycle_end INTEGER,
    requests INTEGER NOT NULL, PRIMARY KEY (connection, at)) STRICT, WITHOUT ROWID;
CREATE TABLE observed_spend (connection INTEGER NOT NULL, at INTEGER NOT NULL, place INTEGER NOT NULL, person TEXT NOT
    NULL, spend ANY, overall ANY, included ANY, PRIMARY KEY (connection, at, place)) STRICT, WITHOUT ROWID;
CREATE TABLE observed_member (connection INTEGER NOT NULL, at INTEGER NOT NULL, place INTEGER NOT NULL, person TEXT
    NOT NULL, role TEXT, removed INTEGER NOT NULL, PRIMARY KEY (connection, at, place)) STRICT, WITHOUT ROWID;
CREATE TABLE observed_group (connection INTEGER NOT NULL, at INTEGER NOT NULL, place INTEGER NOT NULL, id TEXT NOT
    NULL, name TEXT NOT NULL, spend ANY, PRIMARY KEY (connection, at, place)) STRICT, WITHOUT ROWID;
CREATE TABLE observed_group_member (connection INTEGER NOT NULL, at INTEGER NOT NULL, place INTEGER NOT NULL, member
    INTEGER NOT NULL, person TEXT NOT NULL, PRIMARY KEY (connection, at, place, member)) STRICT, WITHOUT ROWID;
CREATE TABLE store (one INTEGER PRIMARY KEY CHECK (one = 1), last_read INTEGER NOT NULL, demo INTEGER NOT NULL)
    STRICT;
CREATE TABLE import (connection INTEGER NOT NULL, number INTEGER NOT NULL, id BLOB NOT NULL, person TEXT, start
    INTEGER NOT NULL, until INTEGER NOT NULL, exported_at INTEGER NOT NULL, imported_at INTEGER NOT NULL, rows INTEGER NOT
    NULL, PRIMARY KEY (connection, number), UNIQUE (connection, id)) STRICT, WITHOUT ROWID;
CREATE TABLE statement (connection INTEGER NOT NULL, at INTEGER NOT NULL, record BLOB NOT NULL, import BLOB NOT NULL,
    PRIMARY KEY (connection, at, record, import)) STRICT, WITHOUT ROWID;
INSERT INTO connection VALUES (1, 'acme', 1);
INSERT INTO coverage VALUES (1, 0, 10, 2, 200);
INSERT INTO run VALUES (1, 1, '1970-01-01T00:00:00.100Z');
INSERT INTO run VALUES (2, 1, '1970-01-01T00:00:00.200Z');
INSERT INTO run VALUES (3, 1, 'import 4bf5122f344554c5');
INSERT INTO tuple VALUES (1, 1, x'633dde9721099dc049fb2210cbfcb17a', 'USD', 'cursor', NULL, 'Acme', 'Auto', 'auto',
    NULL, NULL, 'iris@acme.test', NULL, NULL, NULL, NULL, NULL, NULL,
    '{"cursor:model":"auto","cursor:user":"iris@acme.test"}', NULL);
INSERT INTO tuple VALUES (3, 1, x'a040d9e452d0042e80661e6235706489', 'USD', 'cursor', NULL, 'Acme', 'Auto', 'auto',
    NULL, NULL, 'iris@acme.test', NULL, NULL, NULL, NULL, NULL, NULL,
    '{"cursor:cloud_agent":"bc-1","cursor:model":"auto","cursor:user":"iris@acme.test"}', NULL);
INSERT INTO tuple VALUES (4, 1, x'021a9695be6384b7a3bba1f8c8ac1ba2', 'USD', 'cursor', NULL, 'Acme', 'Auto', 'auto',
    NULL, NULL, 'iris@acme.test', NULL, NULL, NULL, NULL, NULL, NULL,
    '{"cursor:cloud_agent":"bc-2","cursor:model":"auto","cursor:user":"iris@acme.test"}', NULL);
INSERT INTO tuple VALUES (5, 1, x'3f9c44dba5f8e2bd6b38b635104bc4df', 'USD', 'cursor', NULL, 'Acme', 'Auto', 'auto',
    NULL, NULL, 'iris@acme.test', NULL, NULL, NULL, 'Usage-based', 'auto', '12.5',
    '{"cursor:model":"auto","cursor:user":"iris@acme.test"}', '{"note":"naïve, ''quoted''\n"}');
INSERT INTO tuple VALUES (6, 1, x'8cff93c955672021c966870f9e887fd9', 'USD', 'cursor', NULL, 'Acme', 'Auto', 'auto',
    NULL, NULL, '(no user)', NULL, NULL, NULL, NULL, NULL, NULL, '{"cursor:model":"auto"}', NULL);
INSERT INTO tuple VALUES (7, 1, x'5027e06fcbf0883acae96d7eb4871247', 'USD', 'cursor', NULL, 'Acme', 'Auto', 'auto',
    NULL, NULL, 'p-1', NULL, NULL, NULL, NULL, NULL, NULL, '{"cursor:model":"auto","cursor:user":"p-1"}', NULL);
INSERT INTO record VALUES (1, 0, x'87550f51d21c6127fbd0717df3ce8f9f', 1, x'6d89ed70f5356511ca57975f22b29547', 100, 1,
    NULL, 0, 0, 0, 0, NULL, NULL, 310, x'', x'', x'', 0, x'', NULL, NULL, 0, NULL, 0, 1, 0);
INSERT INTO record VALUES (1, 1, x'b40c96e800ac2404e5c6063a79d54652', 1, x'dbe7fc1aa518f2eec76995a7e161dd24', 200, 2,
    NULL, 0, 0, 0, 0, NULL, NULL, 182, x'', x'', x'', 0, x'', NULL, NULL, 0, NULL, 0, 0, 0);
INSERT INTO record VALUES (1, 1, x'e639ac486f56908b0f8bf03d0c875286', 1, x'dbe7fc1aa518f2eec76995a7e161dd24', 100, 1,
    NULL, 0, 0, 0, 0, NULL, NULL, 182, x'', x'', x'', 0, x'', NULL, NULL, 0, NULL, 0, 0, 0);
INSERT INTO record VALUES (1, 2, x'43d346160fd73d94e2ae6d3061271889', 1, x'ced2b44e4eae4167fd90be0e852e87ab', 100, 2,
    NULL, 0, 0, 0, 0, NULL, NULL, 182, x'', x'', x'', 0, x'', NULL, NULL, 0, NULL, 1, 0, 0);
INSERT INTO record VALUES (1, 3, x'a4e4acda15fac1f47a59fd3c214d21e9', 7, x'328909134c2132d87f5a48c54d2e6297', 100, 1,
    NULL, 0, 0, 0, 0, NULL, NULL, 278, x'', x'', x'', 0, x'', NULL, NULL, 0, NULL, 2, 0, 0);
INSERT INTO record VALUES (1, 3, x'ba7840f5fa51370c3bf4953e888f9691', 7, x'328909134c2132d87f5a48c54d2e6297', 100, 1,
    NULL, 0, 0, 0, 0, NULL, NULL, 182, x'', x'', x'', 0, x'', NULL, NULL, 0, NULL, 2, 0, 0);
INSERT INTO record VALUES (1, 3, x'cbe1d225ee44ccae643ebba229e47717', 1, x'328909134c2132d87f5a48c54d2e6297', 100, 1,
    NULL, 0, 0, 0, 0, NULL, NULL, 214, x'', x'', x'', 0, x'', NULL, NULL, 0, NULL, 0, 0, 0);
INSERT INTO record VALUES (1, 4, x'1123bae0a3e99752a9de5bc182d14146', 4, x'2adf374e0a2a7186321d2b4469fba642', 200, 2,
    NULL, 0, 0, 0, 0, NULL, NULL, 246, x'', x'', x'', 0, x'', NULL, NULL, 0, x'6b0b1f4e83c54a539f0e0123456789ab', 0, 0,
    0);
INSERT INTO record VALUES (1, 4, x'7b4664217c7dc41309e0a58b4b42e526', 3, x'2adf374e0a2a7186321d2b4469fba642', 100, 1,
    NULL, 0, 0, 0, 0, NULL, NULL, 246, x'', x'', x'', 0, x'', NULL, NULL, 0, x'6b0b1f4e83c54a539f0e0123456789ab', 0, 0,
    0);
INSERT INTO record VALUES (1, 4, x'ec407902347924784d1aa6e5c1be175e', 4, x'2adf374e0a2a7186321d2b4469fba642', 100, 1,
    NULL, 0, 0, 0, 0, NULL, NULL, 246, x'', x'', x'', 0, x'', NULL, NULL, 0, x'6b0b1f4e83c54a539f0e0123456789ab', 0, 0,
    0);
INSERT INTO record VALUES (1, 5, x'cded8dca49748dc0e5f6a4bce4715e98', 5, x'c8282110dc312efaa46bb5cf48c639ab', 100, 1,
    8, 1200, -1, 0, 0, 503, -32, 118, x'', x'', x'', 1, x'', x'80000000000000000000000000000000', 820, 2, NULL, 0, 0, 0);
INSERT INTO record VALUES (1, 8, x'4d9f644587864be05f8fe29977e7c924', 6, x'794348b360485750186ceee0b9955c2a', 100, 2,
    NULL, 0, 0, 0, 0, NULL, NULL, 86, x'', x'', x'', 0, x'', NULL, NULL, 0, NULL, 0, 0, 0);
INSERT INTO record VALUES (1, 21, x'08ed3e4b76ce99202923ca0918fe46e9', 1, x'd51d47dee51e195979f5c2a9f2e92a3f', 50, 3,
    NULL, 0, 0, 0, 0, NULL, NULL, 150, x'', x'', x'', 0, x'', NULL, NULL, 0, NULL, 0, 0, 1);
INSERT INTO record VALUES (1, 21, x'b2cc9bf80478c559a4683e46902a06d6', 1, x'd51d47dee51e195979f5c2a9f2e92a3f', 50, 3,
    NULL, 0, 0, 0, 0, NULL, NULL, 150, x'', x'', x'', 0, x'', NULL, NULL, 0, NULL, 0, 0, 1);
INSERT INTO record VALUES (1, 22, x'd8a61fba57d77538e9eaa8465056dbd9', 6, x'8a7582d4136e3249b57869e47f675fa3', 50, 3,
    NULL, 0, 0, 0, 0, NULL, NULL, 182, x'', x'', x'', 0, x'', NULL, NULL, 0, NULL, 0, 0, 1);
INSERT INTO restatement VALUES (1, 1, 8, 100, x'2c0c4c1bb0c95ab7e10d960a8f4e54f8',
    x'794348b360485750186ceee0b9955c2a', NULL, NULL, NULL, NULL, NULL, 54, x'', x'', x'', 0);
INSERT INTO restatement VALUES (1, 2, 9, 100, x'aa016a0025f2c8f7e53de8f8c4da884d',
    x'982003bd377cbca3ea16b2ba7ab71dae', NULL, NULL, NULL, NULL, NULL, 54, x'', x'', x'', 0);
INSERT INTO restatement VALUES (1, 3, 8, 200, x'4d9f644587864be05f8fe29977e7c924',
    x'794348b360485750186ceee0b9955c2a', 54, x'', x'', x'', 0, 86, x'', x'', x'', 0);
INSERT INTO restatement VALUES (1, 4, 9, 200, x'aa016a0025f2c8f7e53de8f8c4da884d',
    x'982003bd377cbca3ea16b2ba7ab71dae', 54, x'', x'', x'', 0, NULL, NULL, NULL, NULL, NULL);
INSERT INTO observation VALUES (1, 60, NULL, NULL, 0);
INSERT INTO store VALUES (1, 2, 0);
INSERT INTO import VALUES (1, 1, x'4bf5122f344554c5', NULL, 20, 30, 40, 50, 3);
INSERT INTO import VALUES (1, 2, x'dbc1b4c900ffe48d', NULL, 20, 30, 40, 50, 1);
INSERT INTO statement VALUES (1, 21, x'08ed3e4b76ce99202923ca0918fe46e9', x'4bf5122f344554c5');
INSERT INTO statement VALUES (1, 21, x'08ed3e4b76ce99202923ca0918fe46e9', x'dbc1b4c900ffe48d');
INSERT INTO statement VALUES (1, 21, x'b2cc9bf80478c559a4683e46902a06d6', x'4bf5122f344554c5');
INSERT INTO statement VALUES (1, 22, x'd8a61fba57d77538e9eaa8465056dbd9', x'4bf5122f344554c5');
PRAGMA application_id = 1668248436;
PRAGMA user_version = 3;
PRAGMA journal_mode = WAL;
