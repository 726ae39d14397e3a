//! The command line.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use cursor_simulator::{Behaviour, Era, KindWords, RateLimits};
use lexopt::{Arg, Parser, ValueExt};

use examples::{Failure, whole_number};

pub const HELP: &str = "\
A Cursor Admin API of a made-up company, to test tools against.

Usage: cursor_simulator [OPTIONS]

It serves until it is ended, with Ctrl-C for instance.

Options:
      --port PORT       The port of 127.0.0.1; 0 is a free one [default: 8080]
      --seed NUMBER     Another seed is another company [default: 7]
      --events COUNT    Usage events in three months, about [default: 40000]
      --developers N    People in teams, at least 1 and at most 10000 [default: 200]
      --until DATE      The server's today, in UTC; the events end where it begins [default: 2026-11-01]
      --key KEY         The API key it accepts [default: crsr_demodemo...]
      --era ERA         The fields of 2025, 2026-02 or 2026-10 [default: 2026-10]
      --kinds WORDS     labels (Usage-based) or enum (USAGE_EVENT_KIND_USAGE_BASED) [default: labels]
      --bugbot COUNT    Bugbot's reviews per weekday, beside the other events [default: 0]
      --rate-limit      Refuse requests beyond the documented limits per minute
  -h, --help            Print this help
";

const DEVELOPERS: std::ops::RangeInclusive<u32> = 1..=10_000;

/// The command line as given.
#[derive(Debug)]
pub struct Arguments {
    pub port: u16,
    pub seed: u64,
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
            events: 40_000,
            developers: 200,
            until: midnight(first_of_november),
            key: None,
            bugbot: 0,
            behaviour: Behaviour::default(),
        };
        let (mut era, mut kinds, mut limited) = (Era::default(), KindWords::default(), false);
        let mut parser = Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("port") => arguments.port = whole_number("--port", &mut parser)?,
                Arg::Long("seed") => arguments.seed = whole_number("--seed", &mut parser)?,
                Arg::Long("events") => arguments.events = whole_number("--events", &mut parser)?,
                Arg::Long("developers") => arguments.developers = whole_number("--developers", &mut parser)?,
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
