//! What a request asks for.
//!
//! Each endpoint has a query type whose `read` checks a body and fills in defaults. Names, limits and page sizes follow
//! Cursor's Admin API; what it does not document is marked. A field that is `null` counts as absent, one of another
//! type is refused, and unknown fields are ignored.

use chrono::DateTime;
use serde_json::{Map, Value};

use crate::behaviour::{Behaviour, Ids, Oversize};
use crate::calendar::DAY;
use crate::endpoints::view::View;
use crate::events::TrueEvent;

/// The values of `hostingType`.
const HOSTING: [&str; 4] = ["CLOUD", "SELF_HOSTED", "SELF_HOSTED_POOL", "SELF_HOSTED_MACHINE"];

/// The text of a 400, which says what is wrong with a request.
pub(crate) type Refusal = String;

/// Returns the body as an object; no body is an empty one.
pub(crate) fn object(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    if body.trim_ascii().is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_slice(body).map_err(|_| "Request body must be a JSON object".to_owned())
}

/// A page by its number, counted from 1, and its size in rows; neither is ever 0.
///
/// A page behind the last one is empty, unless the endpoint refuses it.
#[derive(Debug)]
pub(crate) struct Paging {
    pub(crate) page: usize,
    pub(crate) size: usize,
}

/// Page sizes of one endpoint.
///
/// `usual` is for requests that ask for none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    pub(crate) usual: usize,
    pub(crate) largest: usize,
    pub(crate) oversize: Oversize,
}

impl Sizes {
    /// Of spend; the largest is not documented.
    const SPEND: Self = Self { usual: 100, largest: 1000, oversize: Oversize::Clamp };
    /// Of directory groups and their members.
    pub(crate) const DIRECTORY: Self = Self { usual: 50, largest: 200, oversize: Oversize::Clamp };
    /// Of daily usage, in people; no largest is documented.
    const DAILY: Self = Self { usual: 100, largest: 1000, oversize: Oversize::Clamp };

    /// Returns the sizes of usage events, which a test can set. None is less than 1.
    fn of_events(behaviour: &Behaviour) -> Self {
        let [largest, usual] = [behaviour.largest_page, behaviour.usual_page]
            .map(|rows| usize::try_from(rows).unwrap_or(usize::MAX).max(1));
        Self { usual: usual.min(largest), largest, oversize: behaviour.oversize }
    }
}

impl Paging {
    /// Reads `page` and `pageSize`.
    fn read(body: &Map<String, Value>, sizes: Sizes) -> Result<Self, Refusal> {
        Self::of((whole(body, "page")?, whole(body, "pageSize")?), sizes)
    }

    /// Makes a page number and a page size as asked.
    /// A size beyond the largest is refused or reduced, as the endpoint does.
    pub(crate) fn of((page, size): (Option<i64>, Option<i64>), sizes: Sizes) -> Result<Self, Refusal> {
        let size = count("pageSize", size, sizes.usual)?;
        if size > sizes.largest && sizes.oversize == Oversize::Refuse {
            return Err(format!("pageSize must not be greater than {}", sizes.largest));
        }
        Ok(Self { page: count("page", page, 1)?, size: size.min(sizes.largest) })
    }

    /// Returns how many rows come before the page.
    pub(crate) const fn skip(&self) -> usize {
        (self.page - 1).saturating_mul(self.size)
    }

    /// Returns the number of pages that so many rows fill; no rows fill none.
    pub(crate) const fn pages(&self, rows: usize) -> usize {
        rows.div_ceil(self.size)
    }
}

/// Returns the number that was asked for, or the usual one; refuses what is below 1.
fn count(name: &str, asked: Option<i64>, usual: usize) -> Result<usize, Refusal> {
    match asked.map(usize::try_from) {
        None => Ok(usual),
        Some(Ok(count)) if count > 0 => Ok(count),
        Some(_) => Err(format!("{name} must be a positive integer")),
    }
}

/// `POST /teams/filtered-usage-events`.
/// Instants are milliseconds; filters that are absent let everything through, and all that are set must hold.
#[derive(Debug)]
pub(crate) struct EventQuery {
    /// The first millisecond, and below the last one; both are included.
    pub(crate) start: Option<i64>,
    pub(crate) end: Option<i64>,
    pub(crate) paging: Paging,
    /// The company's email of the person whose `userId` is wanted; nobody's, if nobody has it.
    person: Option<String>,
    email: Option<String>,
    service_account: Option<String>,
    cloud_agent: Option<String>,
    automation: Option<String>,
    hosting: Option<String>,
}

impl EventQuery {
    /// Reads a body; a person's id is looked up at once, as events name people by email.
    pub(crate) fn read(body: &Map<String, Value>, view: &View<'_>) -> Result<Self, Refusal> {
        let hosting = text(body, "hostingType")?;
        if hosting.as_deref().is_some_and(|hosting| !HOSTING.contains(&hosting)) {
            return Err("Invalid hostingType".to_owned());
        }
        Ok(Self {
            start: whole(body, "startDate")?,
            end: whole(body, "endDate")?,
            paging: Paging::read(body, Sizes::of_events(&view.behaviour))?,
            person: person(body, view)?,
            email: text(body, "email")?,
            service_account: text(body, "serviceAccountId")?,
            cloud_agent: text(body, "cloudAgentId")?,
            automation: text(body, "automationId")?,
            hosting,
        })
    }

    /// Returns whether no filter is set, dates aside.
    pub(crate) const fn finds_all(&self) -> bool {
        self.person.is_none()
            && self.email.is_none()
            && self.service_account.is_none()
            && self.cloud_agent.is_none()
            && self.automation.is_none()
            && self.hosting.is_none()
    }

    /// Returns whether the filters let an event through; the dates are applied elsewhere.
    pub(crate) fn admits(&self, event: &TrueEvent) -> bool {
        let sent = event.email.as_deref();
        let is_cloud = event.cloud_agent_id.is_some();
        // By the person behind it first: the email of somebody who was removed is no longer sent.
        self.person.as_deref().is_none_or(|person| event.person.as_deref().or(sent) == Some(person))
            && self
                .email
                .as_ref()
                .is_none_or(|email: &String| sent.is_some_and(|sent| sent.eq_ignore_ascii_case(email)))
            && (self.service_account.is_none() || self.service_account == event.service_account_id)
            && admits_id(self.cloud_agent.as_deref(), event.cloud_agent_id.as_deref())
            && admits_id(self.automation.as_deref(), event.automation_id.as_deref())
            // All agents of the simulator run in Cursor's cloud.
            && self.hosting.as_deref().is_none_or(|hosting| hosting == "CLOUD" && is_cloud)
    }
}

/// Returns whether a filter by an id lets an event through: `*` any that has one.
fn admits_id(filter: Option<&str>, id: Option<&str>) -> bool {
    filter.is_none_or(|wanted| id.is_some_and(|id| wanted == "*" || wanted == id))
}

/// Reads the filter by person: the documented one is a number, and only numeric ids fit it.
fn person(body: &Map<String, Value>, view: &View<'_>) -> Result<Option<String>, Refusal> {
    match body.get("userId").filter(|id| !id.is_null()) {
        None => Ok(None),
        Some(_) if view.behaviour.ids == Ids::Text => {
            Err("userId is not known here, filter by email".to_owned())
        }
        Some(_) => {
            let wanted = whole(body, "userId")?.and_then(|id| u64::try_from(id).ok());
            let found = view.company.people.iter().find(|person| Some(person.number) == wanted);
            // Nobody has an empty email, so that an unknown id finds no event.
            Ok(Some(found.map(|person| person.email.clone()).unwrap_or_default()))
        }
    }
}

/// What rows of spend are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SpendOrder {
    Amount,
    Date,
    User,
}

/// `POST /teams/spend`.
#[derive(Debug)]
pub(crate) struct SpendQuery {
    pub(crate) paging: Paging,
    pub(crate) search: String,
    pub(crate) order: SpendOrder,
    pub(crate) ascending: bool,
}

impl SpendQuery {
    /// Reads a body. Without `sortBy` the order is that of the company's list, and without `sortDirection` it
    /// is reversed.
    pub(crate) fn read(body: &Map<String, Value>) -> Result<Self, Refusal> {
        let order = match text(body, "sortBy")?.as_deref() {
            Some("amount") => SpendOrder::Amount,
            Some("user") => SpendOrder::User,
            Some("date") | None => SpendOrder::Date,
            Some(_) => return Err("Invalid sortBy".to_owned()),
        };
        let ascending = match text(body, "sortDirection")?.as_deref() {
            Some("asc") => true,
            Some("desc") | None => false,
            Some(_) => return Err("Invalid sortDirection".to_owned()),
        };
        let search = text(body, "searchTerm")?.unwrap_or_default().to_lowercase();
        Ok(Self { paging: Paging::read(body, Sizes::SPEND)?, search, order, ascending })
    }
}

/// `POST /teams/daily-usage-data`.
///
/// Both ends are milliseconds and included; `paging` is missing where the request asks for no page.
#[derive(Debug)]
pub(crate) struct DailyQuery {
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) paging: Option<Paging>,
}

impl DailyQuery {
    /// Reads a body, and refuses a span of more than so many days.
    pub(crate) fn read(body: &Map<String, Value>, span_days: u32) -> Result<Self, Refusal> {
        let (start, end) = (bound(body, "startDate")?, bound(body, "endDate")?);
        let longest = i64::from(span_days).saturating_mul(DAY);
        if !(0..=longest).contains(&end.saturating_sub(start)) {
            return Err(format!("Date range must be between 0 and {span_days} days"));
        }
        let paging = match (whole(body, "page")?, whole(body, "pageSize")?) {
            (None, None) => None,
            (page @ Some(_), size @ Some(_)) => Some(Paging::of((page, size), Sizes::DAILY)?),
            _ => return Err("page and pageSize must be given together".to_owned()),
        };
        Ok(Self { start, end, paging })
    }
}

/// Reads an end of a span, which has to be there and to be a date.
fn bound(body: &Map<String, Value>, name: &str) -> Result<i64, Refusal> {
    let ms = whole(body, name)?.ok_or_else(|| format!("{name} is required"))?;
    let known = DateTime::from_timestamp_millis(ms).map(|_| ms);
    known.ok_or_else(|| format!("{name} is out of range"))
}

/// Returns the value of a parameter of the query, as it stands there.
///
/// Escapes are not read: no parameter of this API needs any.
pub(crate) fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// Reads an optional integer.
fn whole(body: &Map<String, Value>, name: &str) -> Result<Option<i64>, Refusal> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_i64().map(Some).ok_or_else(|| format!("{name} must be an integer")),
    }
}

/// Reads an optional string.
fn text(body: &Map<String, Value>, name: &str) -> Result<Option<String>, Refusal> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!("{name} must be a string")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::TrueEvent;
    use crate::simulator::Simulator;

    fn query_of(simulator: &Simulator, body: &str) -> Result<EventQuery, Refusal> {
        EventQuery::read(&object(body.as_bytes())?, &simulator.view(None).0)
    }

    fn query(body: &str) -> Result<EventQuery, Refusal> {
        query_of(&Simulator::of_events(Vec::new()), body)
    }

    #[test]
    fn pages_have_defaults_and_limits() {
        let plain = query("").unwrap();
        assert_eq!((plain.paging.page, plain.paging.size), (1, 100));
        assert_eq!(query(r#"{"pageSize":5000}"#).unwrap().paging.size, 1000);
        let last = query(r#"{"page":9223372036854775807,"pageSize":1000}"#).unwrap();
        assert_eq!(last.paging.skip(), usize::MAX);
        for bad in [r#"{"page":0}"#, r#"{"pageSize":-1}"#, r#"{"page":1.5}"#, r#"{"startDate":"x"}"#] {
            assert!(query(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn bodies_must_be_objects() {
        for bad in ["[]", "{", "3", r#"{"email":3}"#, r#"{"hostingType":"MOON"}"#, r#"{"userId":7}"#] {
            assert!(query(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn filters_are_joined() {
        let mut event = TrueEvent::new(0, "default", TrueEvent::FREE);
        event.email = Some("zoe@acme.test".to_owned());
        event.cloud_agent_id = Some("bc-1".to_owned());
        let simulator = Simulator::of_events(vec![event]);
        simulator.adjust(|behaviour| behaviour.ids = Ids::Numbers);
        let snapshot = simulator.snapshot();
        let number = simulator.view(None).0.company.people[0].number;
        for (body, admitted) in [
            ("{}", true),
            (r#"{"email":"Zoe@acme.test"}"#, true),
            (r#"{"email":"noor@acme.test"}"#, false),
            (r#"{"cloudAgentId":"*"}"#, true),
            (r#"{"cloudAgentId":"bc-1"}"#, true),
            (r#"{"cloudAgentId":"bc-2"}"#, false),
            (r#"{"email":"zoe@acme.test","automationId":"*"}"#, false),
            (r#"{"serviceAccountId":"sa_1"}"#, false),
            (r#"{"hostingType":"CLOUD"}"#, true),
            (r#"{"hostingType":"SELF_HOSTED"}"#, false),
            (&format!(r#"{{"userId":{number}}}"#), true),
            (r#"{"userId":7}"#, false),
            (r#"{"userId":-7}"#, false),
        ] {
            let query = query_of(&simulator, body).unwrap();
            assert_eq!(query.admits(snapshot.list.get(0).unwrap()), admitted, "{body}");
            assert_eq!(query.finds_all(), body == "{}");
        }
    }
}
