//! The client and its floor are only worth timing while they read the same.

use benches::{AllPages, DataSet, PAGE, Pages};

#[test]
fn the_client_and_its_floor_read_the_same_pages() {
    let simulator = DataSet::Wide.simulator(Some(5_000)).unwrap().build();
    let pages = Pages::newest(&simulator, 3).unwrap();
    let (mut read, mut plain) = (Vec::new(), Vec::new());
    pages.by_client(&mut |page| read.push(page)).unwrap();
    pages.by_plain_serde(&mut |page| plain.push(page)).unwrap();
    assert_eq!((pages.count(), read.len(), plain.len()), (3, 3, 3));
    assert_eq!(pages.by_client_borrowed().unwrap(), 3 * PAGE);
    let (mut without_tokens, mut agents, mut accounts) = (0, 0, 0);
    for (read, plain) in read.iter().zip(&plain) {
        assert_eq!((read.events.len(), plain.usage_events.len()), (PAGE, PAGE));
        assert_eq!(
            (read.announced, read.has_next),
            (plain.total_usage_events_count, plain.pagination.has_next_page)
        );
        assert_eq!(read.echoed_page, plain.pagination.current_page);
        assert_eq!((read.unknown_fields.len(), read.bad_rows.len()), (0, 0));
        for (event, plain) in read.events.iter().zip(&plain.usage_events) {
            assert_eq!(event.timestamp.timestamp_millis().to_string(), plain.timestamp);
            assert_eq!((&event.user_email, &event.model), (&plain.user_email, &plain.model));
            assert_eq!((&event.conversation_id, &event.kind), (&plain.conversation_id, &plain.kind));
            assert_eq!(
                (&event.cloud_agent_id, &event.automation_id),
                (&plain.cloud_agent_id, &plain.automation_id)
            );
            let float = |cents: cursor_admin_client::Cents| cents.to_string().parse::<f64>().unwrap();
            assert!((float(event.charged_cents.unwrap()) - plain.charged_cents.unwrap()).abs() < 1e-9);
            agents += usize::from(event.cloud_agent_id.is_some());
            accounts += usize::from(event.service_account_id.is_some());
            without_tokens += usize::from(event.token_usage.is_none());
            if let (Some(usage), Some(plain)) = (&event.token_usage, &plain.token_usage) {
                assert_eq!(
                    (usage.input_tokens, usage.cache_read_tokens),
                    (plain.input_tokens, plain.cache_read_tokens)
                );
            }
        }
    }
    assert!(without_tokens > 60 && agents > 60 && accounts > 20, "{without_tokens} {agents} {accounts}");
}

#[test]
fn a_stream_and_a_snapshot_read_all_pages() {
    let simulator = DataSet::Company.simulator(Some(5_000)).unwrap().build();
    let (held, all) = (simulator.snapshot().len(), AllPages::new(&simulator).unwrap());
    assert_eq!(all.stream().unwrap(), (held.div_ceil(PAGE), held));
    assert_eq!(all.snapshot().unwrap().events.len(), held);
}
