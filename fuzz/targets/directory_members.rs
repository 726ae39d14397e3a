//! Any bytes are an answer of `GET /teams/directory-groups/:groupId/members`, or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| cost_fuzz::read(body, async |client| client
    .directory_group_members("team_group_1")
    .await));
