//! `GET /teams/model-access/configuration` and `GET /teams/model-access/providers`.
//!
//! The settings are fixed: nothing else of the simulator depends on them.

use crate::wire::{Object, array, string};

/// The team's id in these answers.
const TEAM: u32 = 4711;

/// The id and the display name of a provider or a model. The ids of the catalogue differ from those in
/// events.
type Entry = (&'static str, &'static str);

/// Providers and their models.
const CATALOGUE: [(Entry, &[Entry]); 5] = [
    (
        ("anthropic", "Anthropic"),
        &[
            ("claude-sonnet-4-5", "Sonnet 4.5"),
            ("claude-opus-4-5", "Opus 4.5"),
            ("claude-sonnet-5", "Sonnet 5"),
            ("claude-haiku-4-5", "Haiku 4.5"),
        ],
    ),
    (
        ("openai", "OpenAI"),
        &[("gpt-5.1-codex", "GPT-5.1 Codex"), ("gpt-5.2", "GPT-5.2"), ("gpt-5.4", "GPT-5.4")],
    ),
    (("google", "Google"), &[("gemini-3.1-pro", "Gemini 3.1 Pro")]),
    (("xai", "xAI"), &[("grok-4.5", "Grok 4.5")]),
    (("cursor", "Cursor"), &[("composer-2.5", "Composer 2.5"), ("composer-1", "Composer 1")]),
];

/// Answers the settings without the models. Source: <https://cursor.com/docs/account/teams/admin-api>, "Model
/// Access".
pub(crate) fn configuration() -> String {
    let mut json = String::new();
    let mut body = Object::open(&mut json);
    state(&mut body);
    body.text("newProviderDefault", "enabled");
    body.text("newModelDefault", "enabled");
    body.close();
    json
}

/// Answers the settings with the providers and their models. The last model of the last provider is switched
/// off.
pub(crate) fn providers() -> String {
    let mut json = String::new();
    let mut body = Object::open(&mut json);
    state(&mut body);
    array(body.key("providers"), CATALOGUE.iter(), |out, ((id, name), models)| {
        let mut provider = Object::open(out);
        provider.text("id", id);
        provider.text("displayName", name);
        provider.raw("enabled", true);
        array(provider.key("models"), models.iter(), model);
        provider.close();
    });
    body.close();
    json
}

/// Writes the fields that both answers begin with.
fn state(body: &mut Object<'_>) {
    body.raw("teamId", TEAM);
    body.text("state", "custom");
}

/// Writes a model; some have a parameter that can be set.
fn model(out: &mut String, (id, name): &Entry) {
    let mut model = Object::open(out);
    model.text("id", id);
    model.text("displayName", name);
    model.raw("enabled", *id != "composer-1");
    let efforts = id.starts_with("claude-opus").then_some("effort");
    array(model.key("parameters"), efforts.into_iter(), |out, id| {
        let mut parameter = Object::open(out);
        parameter.text("id", id);
        parameter.text("displayName", "Effort");
        array(parameter.key("supportedValues"), ["low", "medium", "high"].iter(), |out, text| {
            string(out, text);
        });
        array(parameter.key("allowedValues"), ["low", "medium"].iter(), |out, text| string(out, text));
        parameter.nullable_text("configuredDefaultValue", None);
        parameter.text("catalogDefaultValue", "medium");
        parameter.close();
    });
    model.close();
}
