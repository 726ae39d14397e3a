//! `GET /teams/model-access/providers`.

use crate::call::Call;
use crate::client::Client;
use crate::error::Result;
use crate::fault::Decoded;
use crate::gate::Route;
use crate::notes::{BadRow, Notes};
use crate::rows;
use crate::unknown::UnknownField;
use crate::wire::Fields;

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
    /// Providers that could not be read; always none unless the client is
    /// [lenient](crate::Client::lenient).
    pub bad_rows: Vec<BadRow>,
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
    let answer = client.call(&call, decode).await?;
    client.page_read(&call, &answer.value.providers, None);
    let (unknown_fields, bad_rows) = (answer.notes.unknown.into_list(), answer.notes.bad_rows);
    Ok(ModelAccess { unknown_fields, bad_rows, ..answer.value })
}

fn decode(body: &[u8], notes: &mut Notes) -> Decoded<ModelAccess> {
    let (providers, mut fields) = rows::required(body, "providers", notes, provider)?;
    let team_id = fields.take("teamId")?.id()?;
    let state = fields.take("state")?.id()?;
    notes.unknown.note("", &fields);
    Ok(ModelAccess { team_id, state, providers, unknown_fields: Vec::new(), bad_rows: Vec::new() })
}

fn provider(fields: &mut Fields<'_>, notes: &mut Notes) -> Decoded<ModelProvider> {
    Ok(ModelProvider {
        id: fields.take("id")?.id()?,
        display_name: fields.take("displayName")?.id()?,
        enabled: fields.take("enabled")?.flag()?,
        models: fields.take("models")?.rows(|fields| model(fields, notes))?,
    })
}

fn model(mut fields: Fields<'_>, notes: &mut Notes) -> Decoded<CatalogModel> {
    fields.ignore(&["parameters"])?;
    let model = CatalogModel {
        id: fields.take("id")?.id()?,
        display_name: fields.take("displayName")?.id()?,
        enabled: fields.take("enabled")?.flag()?,
    };
    notes.unknown.note("providers[].models[].", &fields);
    Ok(model)
}
