//! Pages of the lists that count them in one way: daily usage, directory groups and their members.

use crate::endpoints::request::{Paging, Refusal, Sizes, parameter};
use crate::wire::Object;

/// Returns the pages of directory groups: 50 rows unless asked otherwise, never more than 200.
pub(crate) fn of_query(query: &str) -> Result<Paging, Refusal> {
    Paging::of((number(query, "page")?, number(query, "pageSize")?), Sizes::DIRECTORY)
}

/// Reads a number of the query; `None` where it is missing.
fn number(query: &str, name: &str) -> Result<Option<i64>, Refusal> {
    parameter(query, name)
        .map(|text| text.parse().map_err(|_| format!("{name} must be a positive integer")))
        .transpose()
}

/// Writes the `pagination` of an answer; the count of all rows is under the name that the endpoint has for
/// it.
pub(crate) fn write(body: &mut Object<'_>, paging: &Paging, total_name: &str, total: usize) {
    let pages = paging.pages(total);
    let mut pagination = Object::open(body.key("pagination"));
    pagination.raw("page", paging.page);
    pagination.raw("pageSize", paging.size);
    pagination.raw(total_name, total);
    pagination.raw("totalPages", pages);
    pagination.raw("hasNextPage", paging.page < pages);
    pagination.raw("hasPreviousPage", paging.page > 1);
    pagination.close();
}
