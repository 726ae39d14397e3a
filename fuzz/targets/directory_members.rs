//! Any bytes are an answer of `GET /teams/directory-groups/:groupId/members`, or an error.
#![no_main]

mod served;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| served::read(body, async |client| client.directory_group_members("team_group_1").await));
