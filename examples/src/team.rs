//! The team whose costs a program reads.

use std::sync::Arc;

use chrono::Utc;
use cost_model::Timestamp;
use cursor_admin_client::Client;
use cursor_cost_source::CursorCostSource;
use cursor_simulator::{Server, Simulator};

use crate::{Failure, Waits};

/// Which team to read, and with what: a real one where a key is given, else the simulator's.
pub struct Team {
    base_url: Option<String>,
    api_key: String,
    /// Where the key comes from.
    pub key_reference: String,
    /// The simulator, which stops when this is dropped.
    server: Option<Server>,
}

impl Team {
    /// The team of the key in that environment variable, by default `CURSOR_API_KEY`, at that address. Where neither is
    /// named and the default holds no key, the demo company.
    ///
    /// # Errors
    /// When a variable or an address was named, but no key is there; when the simulator cannot listen.
    pub async fn choose(base_url: Option<&str>, api_key_env: Option<&str>) -> Result<Self, Failure> {
        let variable = api_key_env.unwrap_or("CURSOR_API_KEY");
        match std::env::var(variable).ok().filter(|key| !key.trim().is_empty()) {
            Some(key) => Ok(Self {
                base_url: base_url.map(str::to_owned),
                api_key: key.trim().to_owned(),
                key_reference: format!("environment variable {variable}"),
                server: None,
            }),
            None if base_url.is_some() || api_key_env.is_some() => Err(format!(
                "no API key: set the environment variable {variable}, or name another with --api-key-env"
            )
            .into()),
            None => Self::simulated(Simulator::demo()).await,
        }
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
