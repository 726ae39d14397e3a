//! `GET /teams/model-access/providers`.

use crate::decode::{self, BadRow, Decoded, Notes, UnknownField, object};
use crate::http::call::Call;
use crate::http::gate::Route;

/// The models that a team may use, with their display names.
///
/// It is the only answer of the API with display names of models. Reading it needs the scope `models:read` or
/// `admin:*`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModelAccess {
    /// The team's number.
    pub team_id: Option<String>,
    /// `unrestricted`, `custom`, `legacy` or another word.
    pub state: Option<String>,
    /// The providers of models.
    pub providers: Vec<ModelProvider>,
    /// Fields that this release does not read.
    pub unknown_fields: Vec<UnknownField>,
    /// Providers that could not be read; always none unless the client is
    /// [lenient](crate::Client::lenient).
    pub bad_rows: Vec<BadRow>,
}

/// A provider of models, such as the company that trains them.
///
/// Everything may be missing; a list that is not sent is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ModelProvider {
    /// The provider's id, as Cursor's URLs have it.
    pub id: Option<String>,
    /// The name for people.
    pub display_name: Option<String>,
    /// Whether the team may use it.
    pub enabled: Option<bool>,
    /// Its models.
    pub models: Vec<CatalogModel>,
}

/// A model of the catalog.
///
/// Everything may be missing. Its parameters are not read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
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

/// Returns the request, which has no parts.
pub(crate) fn request() -> Call {
    Call::new(Route::ModelProviders)
}

/// Reads the answer, which has all providers at once.
pub(crate) fn decode(body: &[u8], notes: &mut Notes) -> Decoded<ModelAccess> {
    decode::read_answer(body, notes)
}

object! { ModelAccess {
    required { "providers" => providers: list, }
    "teamId" => team_id: id,
    "state" => state: id,
}}

object! { ModelProvider {
    "id" => id: id,
    "displayName" => display_name: id,
    "enabled" => enabled: flag,
    "models" => models: rows,
}}

object! { CatalogModel {
    "id" => id: id,
    "displayName" => display_name: id,
    "enabled" => enabled: flag,
    ignored: "parameters";
}}
