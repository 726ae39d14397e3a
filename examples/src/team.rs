//! The team whose costs a program reads.

use std::sync::Arc;

use chrono::Utc;
use cost_model::Timestamp;
use cursor_admin_client::Client;
use cursor_cost_source::CursorCostSource;
use cursor_simulator::{Server, Simulator};

use crate::{Failure, Waits};

/// The environment variable that holds the API key where no other is named.
const KEY_VARIABLE: &str = "CURSOR_API_KEY";

fn key(variable: &str) -> Option<String> {
    std::env::var(variable).ok().map(|key| key.trim().to_owned()).filter(|key| !key.is_empty())
}

/// Which team to read, and with what: a real one, or the simulator's.
pub struct Team {
    base_url: Option<String>,
    api_key: String,
    /// Where the key comes from.
    pub key_reference: String,
    /// The simulator, which stops when this is dropped.
    server: Option<Server>,
}

impl Team {
    /// The team of the key in that environment variable, by default `CURSOR_API_KEY`, at that address.
    ///
    /// # Errors
    /// When no key is there: nothing falls back to the simulator by itself.
    pub fn of_key(base_url: Option<&str>, api_key_env: Option<&str>) -> Result<Self, Failure> {
        let variable = api_key_env.unwrap_or(KEY_VARIABLE);
        let Some(api_key) = key(variable) else {
            return Err(format!(
                "no API key: set the environment variable {variable}, or name another with --api-key-env; --demo reads the \
                 made-up charges of a built-in simulator"
            )
            .into());
        };
        let key_reference = format!("environment variable {variable}");
        Ok(Self { base_url: base_url.map(str::to_owned), api_key, key_reference, server: None })
    }

    /// Whether the usual environment variable holds a key.
    pub fn has_key() -> bool {
        key(KEY_VARIABLE).is_some()
    }

    /// The team of a simulator.
    ///
    /// # Errors
    /// When it cannot listen.
    pub async fn simulated(simulator: Simulator) -> Result<Self, Failure> {
        let server = Server::start(simulator).await?;
        Ok(Self {
            base_url: Some(server.base_url()),
            api_key: server.simulator().api_key().to_owned(),
            key_reference: "the simulator".to_owned(),
            server: Some(server),
        })
    }

    /// The simulator, if the team is made up.
    pub fn simulator(&self) -> Option<&Simulator> {
        self.server.as_ref().map(Server::simulator)
    }

    /// The team's charges, under that account name.
    ///
    /// # Errors
    /// When the address is none, or the key cannot stand in a header.
    pub fn source(&self, account: &str) -> Result<CursorCostSource, Failure> {
        let mut builder = Client::builder().api_key(self.api_key.as_str()).observer(Arc::new(Waits));
        if let Some(url) = &self.base_url {
            builder = builder.base_url(url.as_str());
        }
        Ok(CursorCostSource::new(builder.build()?, account))
    }

    /// The server's present.
    pub fn now(&self) -> Timestamp {
        self.simulator().map_or_else(Utc::now, Simulator::now).into()
    }
}
