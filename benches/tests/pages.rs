//! The client and its floor are only worth timing while they read the same.

use benches::{PAGE, Pages};

#[test]
fn the_client_and_its_floor_read_the_same_page() {
    let pages = Pages::new(PAGE).unwrap();
    let (read, plain) = (pages.by_client().unwrap(), pages.by_plain_serde().unwrap());
    assert_eq!((read.events.len(), plain.usage_events.len()), (1000, 1000));
    assert_eq!(
        (read.announced, read.has_next),
        (plain.total_usage_events_count, plain.pagination.has_next_page)
    );
    assert_eq!((read.echoed_page, plain.pagination.num_pages), (plain.pagination.current_page, Some(1)));
    assert_eq!((read.unknown_fields.len(), read.bad_rows.len()), (0, 0));
    let mut without_tokens = 0;
    for (event, plain) in read.events.iter().zip(&plain.usage_events) {
        assert_eq!(event.timestamp.timestamp_millis().to_string(), plain.timestamp);
        assert_eq!((&event.user_email, &event.model), (&plain.user_email, &plain.model));
        assert_eq!((&event.conversation_id, &event.kind), (&plain.conversation_id, &plain.kind));
        let float = |cents: cursor_admin_client::Cents| cents.to_string().parse::<f64>().unwrap();
        assert!((float(event.charged_cents.unwrap()) - plain.charged_cents.unwrap()).abs() < 1e-9);
        without_tokens += usize::from(event.token_usage.is_none());
        if let (Some(usage), Some(plain)) = (&event.token_usage, &plain.token_usage) {
            assert_eq!(
                (usage.input_tokens, usage.cache_read_tokens),
                (plain.input_tokens, plain.cache_read_tokens)
            );
        }
    }
    assert!((20..100).contains(&without_tokens), "{without_tokens}");
}

#[test]
fn a_stream_reads_all_pages() {
    assert_eq!(Pages::new(5 * PAGE).unwrap().stream().unwrap(), (5, 5000));
}
