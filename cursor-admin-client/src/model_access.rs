//! `GET /teams/model-access/providers`.

use crate::call::Call;
use crate::client::Client;
use crate::error::Result;
use crate::gate::Route;
use crate::unknown::{UnknownField, UnknownFields};
use crate::wire::{Decoded, Fields};

/// The models that a team may use, with the names that people know them by.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModelAccess {
    /// The team's number.
    pub team_id: Option<String>,
    /// `unrestricted`, `custom`, `legacy` or another word.
    pub state: Option<String>,
    /// Who provides models.
    pub providers: Vec<ModelProvider>,
    /// Fields that this release does not read.
    pub unknown_fields: Vec<UnknownField>,
}

/// A provider of models. Everything may be missing; a list that is not sent is empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ModelProvider {
    /// The name in addresses.
    pub id: Option<String>,
    /// The name for people.
    pub display_name: Option<String>,
    /// Whether the team may use it.
    pub enabled: Option<bool>,
    /// Its models.
    pub models: Vec<CatalogModel>,
}

/// A model of the catalog. Everything may be missing. Its parameters are not read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CatalogModel {
    /// The catalog's id, such as `claude-opus-4-6`. Events name the same model in another way, such
    /// as `claude-4.6-opus-high`.
    pub id: Option<String>,
    /// The name for people.
    pub display_name: Option<String>,
    /// Whether the team may use it.
    pub enabled: Option<bool>,
}

pub(crate) async fn read(client: &Client) -> Result<ModelAccess> {
    let call = Call::new(Route::ModelProviders);
    let read = client.call(&call, decode).await?.value;
    client.page_read(&call, &read.providers, None);
    Ok(read)
}

fn decode(body: &[u8]) -> Decoded<ModelAccess> {
    let mut unknown = UnknownFields::default();
    let mut fields = Fields::of_answer(body)?;
    let list = fields.take("providers")?;
    list.required(list.raw)?;
    let providers = list.rows(|fields| provider(fields, &mut unknown))?;
    let team_id = fields.take("teamId")?.id()?;
    let state = fields.take("state")?.id()?;
    unknown.note("", &fields);
    Ok(ModelAccess { team_id, state, providers, unknown_fields: unknown.into_list() })
}

fn provider(mut fields: Fields<'_>, unknown: &mut UnknownFields) -> Decoded<ModelProvider> {
    let provider = ModelProvider {
        id: fields.take("id")?.id()?,
        display_name: fields.take("displayName")?.id()?,
        enabled: fields.take("enabled")?.flag()?,
        models: fields.take("models")?.rows(|fields| model(fields, unknown))?,
    };
    unknown.note("providers[].", &fields);
    Ok(provider)
}

fn model(mut fields: Fields<'_>, unknown: &mut UnknownFields) -> Decoded<CatalogModel> {
    fields.take("parameters")?;
    let model = CatalogModel {
        id: fields.take("id")?.id()?,
        display_name: fields.take("displayName")?.id()?,
        enabled: fields.take("enabled")?.flag()?,
    };
    unknown.note("providers[].models[].", &fields);
    Ok(model)
}
