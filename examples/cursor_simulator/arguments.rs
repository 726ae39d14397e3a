//! The command line.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use cursor_simulator::behaviour::{KindWords, RateLimits};
use cursor_simulator::{Behaviour, Era};
use lexopt::{Arg, Parser, ValueExt};

use examples::{Failure, whole_number};

pub const HELP: &str = "\
A Cursor Admin API of a made-up company, to test tools against.

Usage: cursor_simulator [OPTIONS]

It serves until it is ended, with Ctrl-C for instance.

Options:
      --port PORT       The port of 127.0.0.1; 0 is a free one [default: 8080]
      --seed NUMBER     Another seed is another company [default: 7]
      --company KIND    demo: three months of twelve models; large: sixty days of thirty models, every kind and flag,
                        people by Zipf's law with three to eight models each; wide: the same, and everybody uses
                        every model [default: demo; large from 1000 developers on]
      --events COUNT    Usage events in all, about [default: 40000; large and wide: 1000000]
      --developers N    People in teams, at least 1 and at most 10000 [default: 200; large and wide: 5000]
      --until DATE      The server's today, in UTC; the events end where it begins [default: 2026-11-01]
      --key KEY         The API key it accepts [default: crsr_demodemo...]
      --era ERA         The fields of 2025, 2026-02 or 2026-10 [default: 2026-10]
      --kinds WORDS     labels (Usage-based) or enum (USAGE_EVENT_KIND_USAGE_BASED) [default: labels]
      --bugbot COUNT    Bugbot's reviews per weekday, beside the other events [default: 0]
      --rate-limit      Refuse requests beyond the documented limits per minute
  -h, --help            Print this help
";

/// From so many developers on a company is a large one, unless the command line says otherwise.
const LARGE: u32 = 1000;
const DEVELOPERS: std::ops::RangeInclusive<u32> = 1..=10_000;

/// Which of the simulator's companies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Company {
    Demo,
    Large,
    Wide,
}

/// The command line as given.
#[derive(Debug)]
pub struct Arguments {
    pub port: u16,
    pub seed: u64,
    pub company: Company,
    pub events: u32,
    pub developers: u32,
    pub until: DateTime<Utc>,
    pub key: Option<String>,
    pub bugbot: u32,
    pub behaviour: Behaviour,
}

impl Arguments {
    /// Reads the command line; `None` when it asks for help.
    pub fn parse() -> Result<Option<Self>, Failure> {
        let first_of_november = NaiveDate::from_ymd_opt(2026, 11, 1).unwrap_or_default();
        let mut arguments = Self {
            port: 8080,
            seed: 7,
            company: Company::Demo,
            events: 0,
            developers: 0,
            until: midnight(first_of_november),
            key: None,
            bugbot: 0,
            behaviour: Behaviour::default(),
        };
        let (mut company, mut events, mut developers) = (None, None, None);
        let (mut era, mut kinds, mut limited) = (Era::default(), KindWords::default(), false);
        let mut parser = Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("port") => arguments.port = whole_number("--port", &mut parser)?,
                Arg::Long("seed") => arguments.seed = whole_number("--seed", &mut parser)?,
                Arg::Long("company") => company = Some(company_of(&parser.value()?.string()?)?),
                Arg::Long("events") => events = Some(whole_number("--events", &mut parser)?),
                Arg::Long("developers") => developers = Some(whole_number("--developers", &mut parser)?),
                Arg::Long("bugbot") => arguments.bugbot = whole_number("--bugbot", &mut parser)?,
                Arg::Long("until") => arguments.until = midnight(date(&parser.value()?.string()?)?),
                Arg::Long("key") => arguments.key = Some(key(parser.value()?.string()?)?),
                Arg::Long("era") => era = era_of(&parser.value()?.string()?)?,
                Arg::Long("kinds") => kinds = kinds_of(&parser.value()?.string()?)?,
                Arg::Long("rate-limit") => limited = true,
                Arg::Short('h') | Arg::Long("help") => return Ok(None),
                other => return Err(format!("{}; --help lists the options", other.unexpected()).into()),
            }
        }
        let many = developers.is_some_and(|developers| developers >= LARGE);
        arguments.company = company.unwrap_or(if many { Company::Large } else { Company::Demo });
        let (usual_developers, usual_events) = match arguments.company {
            Company::Demo => (200, 40_000),
            Company::Large | Company::Wide => (5000, 1_000_000),
        };
        arguments.developers = developers.unwrap_or(usual_developers);
        arguments.events = events.unwrap_or(usual_events);
        if !DEVELOPERS.contains(&arguments.developers) {
            let given = arguments.developers;
            return Err(format!("--developers {given}: write a number from 1 to 10000").into());
        }
        arguments.behaviour = Behaviour::of(era);
        arguments.behaviour.kinds = kinds;
        arguments.behaviour.rate_limits = limited.then(|| limits(era));
        Ok(Some(arguments))
    }
}

fn date(text: &str) -> Result<NaiveDate, Failure> {
    text.parse().map_err(|_| format!("--until {text}: write a date, YYYY-MM-DD").into())
}

fn midnight(date: NaiveDate) -> DateTime<Utc> {
    date.and_time(NaiveTime::MIN).and_utc()
}

fn key(text: String) -> Result<String, Failure> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
    if plain { Ok(text) } else { Err("--key: write printable ASCII without a space or colon".into()) }
}

fn company_of(text: &str) -> Result<Company, Failure> {
    match text {
        "demo" => Ok(Company::Demo),
        "large" => Ok(Company::Large),
        "wide" => Ok(Company::Wide),
        _ => Err(format!("--company {text}: write demo, large or wide").into()),
    }
}

fn era_of(text: &str) -> Result<Era, Failure> {
    match text {
        "2025" => Ok(Era::Year2025),
        "2026-02" => Ok(Era::February2026),
        "2026-10" => Ok(Era::October2026),
        _ => Err(format!("--era {text}: write 2025, 2026-02 or 2026-10").into()),
    }
}

fn kinds_of(text: &str) -> Result<KindWords, Failure> {
    match text {
        "labels" => Ok(KindWords::Labels),
        "enum" => Ok(KindWords::EnumNames),
        _ => Err(format!("--kinds {text}: write labels or enum").into()),
    }
}

fn limits(era: Era) -> RateLimits {
    if era == Era::October2026 { RateLimits::documented() } else { RateLimits::older() }
}
