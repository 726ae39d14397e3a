//! What a request asks for.

use serde_json::{Map, Value};

use crate::event::TrueEvent;

const HOSTING: [&str; 4] = ["CLOUD", "SELF_HOSTED", "SELF_HOSTED_POOL", "SELF_HOSTED_MACHINE"];
const LARGEST_PAGE: usize = 1000;
const USUAL_PAGE: usize = 100;

/// The text of a 400.
pub(crate) type Refusal = String;

/// The body as an object; no body is an empty one.
pub(crate) fn object(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    if body.trim_ascii().is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_slice(body).map_err(|_| "Request body must be a JSON object".to_owned())
}

#[derive(Debug)]
pub(crate) struct Paging {
    pub(crate) page: usize,
    pub(crate) size: usize,
}

impl Paging {
    fn read(body: &Map<String, Value>) -> Result<Self, Refusal> {
        let count = |name: &str, usual: usize| match whole(body, name)? {
            None => Ok(usual),
            Some(value) => match usize::try_from(value) {
                Ok(count) if count > 0 => Ok(count),
                _ => Err(format!("{name} must be a positive integer")),
            },
        };
        Ok(Self { page: count("page", 1)?, size: count("pageSize", USUAL_PAGE)?.min(LARGEST_PAGE) })
    }

    pub(crate) const fn skip(&self) -> usize {
        (self.page - 1).saturating_mul(self.size)
    }

    pub(crate) const fn pages(&self, rows: usize) -> usize {
        rows.div_ceil(self.size)
    }
}

/// `POST /teams/filtered-usage-events`.
#[derive(Debug)]
pub(crate) struct EventQuery {
    pub(crate) start: Option<i64>,
    pub(crate) end: Option<i64>,
    pub(crate) paging: Paging,
    email: Option<String>,
    service_account: Option<String>,
    cloud_agent: Option<String>,
    automation: Option<String>,
    hosting: Option<String>,
}

impl EventQuery {
    pub(crate) fn read(body: &Map<String, Value>) -> Result<Self, Refusal> {
        if body.get("userId").is_some_and(|id| !id.is_null()) {
            return Err("userId is not known here, filter by email".to_owned());
        }
        let hosting = text(body, "hostingType")?;
        if hosting.as_deref().is_some_and(|hosting| !HOSTING.contains(&hosting)) {
            return Err("Invalid hostingType".to_owned());
        }
        Ok(Self {
            start: whole(body, "startDate")?,
            end: whole(body, "endDate")?,
            paging: Paging::read(body)?,
            email: text(body, "email")?,
            service_account: text(body, "serviceAccountId")?,
            cloud_agent: text(body, "cloudAgentId")?,
            automation: text(body, "automationId")?,
            hosting,
        })
    }

    /// Whether the filters let an event through; the dates are applied elsewhere.
    pub(crate) fn admits(&self, event: &TrueEvent) -> bool {
        let same_email =
            |email: &String| event.email.as_ref().is_some_and(|sent| sent.eq_ignore_ascii_case(email));
        let one_of = |filter: &Option<String>, id: &Option<String>| {
            filter.as_ref().is_none_or(|wanted| id.as_ref().is_some_and(|id| wanted == "*" || wanted == id))
        };
        self.email.as_ref().is_none_or(same_email)
            && (self.service_account.is_none() || self.service_account == event.service_account_id)
            && one_of(&self.cloud_agent, &event.cloud_agent_id)
            && one_of(&self.automation, &event.automation_id)
            && self
                .hosting
                .as_deref()
                .is_none_or(|hosting| hosting == "CLOUD" && event.cloud_agent_id.is_some())
    }
}

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
        Ok(Self { paging: Paging::read(body)?, search, order, ascending })
    }
}

fn whole(body: &Map<String, Value>, name: &str) -> Result<Option<i64>, Refusal> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_i64().map(Some).ok_or_else(|| format!("{name} must be an integer")),
    }
}

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

    fn query(body: &str) -> Result<EventQuery, Refusal> {
        EventQuery::read(&object(body.as_bytes())?)
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
        for (body, admitted) in [
            ("{}", true),
            (r#"{"email":"Zoe@acme.test"}"#, true),
            (r#"{"email":"noor@acme.test"}"#, false),
            (r#"{"cloudAgentId":"*"}"#, true),
            (r#"{"cloudAgentId":"bc-2"}"#, false),
            (r#"{"email":"zoe@acme.test","automationId":"*"}"#, false),
            (r#"{"serviceAccountId":"sa_1"}"#, false),
            (r#"{"hostingType":"CLOUD"}"#, true),
            (r#"{"hostingType":"SELF_HOSTED"}"#, false),
        ] {
            assert_eq!(query(body).unwrap().admits(&event), admitted, "{body}");
        }
    }
}
