//! The configuration that the command line and the environment choose.

use std::path::Path;
use std::sync::Arc;

use cursor_costs::Result;
use cursor_costs::config::{Config, Environment, Layers, Overrides};
use cursor_costs::files::InUse;

use crate::arguments::Global;

/// Reads the configuration.
pub(crate) fn load(global: &Global) -> Result<Config> {
    Config::load(&layers(global))
}

/// Returns the files that the configuration and the options of every command name.
pub(crate) fn in_use(global: &Global) -> Result<InUse> {
    Config::in_use_of(&layers(global))
}

pub(crate) fn environment() -> Environment {
    Arc::new(variable)
}

fn layers(global: &Global) -> Layers<'static> {
    let mut overrides = Overrides::default();
    overrides.config.clone_from(&global.config);
    overrides.data.clone_from(&global.data);
    overrides.rules.clone_from(&global.rules);
    overrides.people.clone_from(&global.people);
    overrides.reporting_zone = global.zone;
    overrides.pseudonyms_env.clone_from(&global.pseudonyms_env);
    overrides.allow_hosts.clone_from(&global.allow_host);
    Layers { overrides, environment: &variable, working_folder: Path::new("") }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
