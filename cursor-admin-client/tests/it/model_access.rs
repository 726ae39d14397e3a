//! The models that a team may use.

use cursor_admin_client::ErrorKind;

use crate::groups::shown;
use crate::support::{ok, stage, status};

#[tokio::test]
async fn every_field_of_model_access() {
    let stage = stage([ok(include_str!("fixtures/model-providers.json"))]);
    let read = stage.client.model_access().await.unwrap();
    assert_eq!((read.team_id.as_deref(), read.state.as_deref()), (Some("9007199254740993"), Some("custom")));
    let provider = &read.providers[0];
    assert_eq!(
        (provider.id.as_deref(), provider.display_name.as_deref(), provider.enabled),
        (Some("anthropic"), Some("Anthropic"), Some(true))
    );
    let models: Vec<_> =
        provider.models.iter().map(|m| (m.id.as_deref(), m.display_name.as_deref(), m.enabled)).collect();
    assert_eq!(
        models,
        [
            (Some("claude-opus-4-6"), Some("Claude Opus 4.6"), Some(true)),
            (Some("claude-haiku-4-5"), None, Some(false)),
        ]
    );
    assert_eq!((read.providers[1].enabled, read.providers[1].models.len()), (None, 0));
    assert_eq!(
        shown(&read.unknown_fields),
        [("providers[].models[].tier", "number", 1), ("providers[].region", "string", 1)]
    );
    let sent = &stage.script.sent()[0];
    assert_eq!(
        (sent.method.as_str(), sent.uri.as_str()),
        ("GET", "https://api.cursor.com/teams/model-access/providers")
    );
}

#[tokio::test]
async fn a_team_without_custom_access_and_what_is_no_list() {
    let stage1 = stage([status(409, r#"{"code":"error","message":"Model access is not custom"}"#)]);
    let error = stage1.client.model_access().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Rejected, Some(409)));
    assert_eq!(error.server_message(), Some("Model access is not custom"));
    for (body, field) in [
        ("{}", "`providers`"),
        (r#"{"providers":[{"models":[{},{"enabled":2}]}]}"#, "`providers[0].models[1].enabled`"),
    ] {
        let stage = stage([ok(body)]);
        let error = stage.client.model_access().await.unwrap_err();
        assert!(error.is_decode() && error.to_string().contains(field), "{error}");
    }
}
