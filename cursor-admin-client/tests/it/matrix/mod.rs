//! `snapshot` against a server that goes wrong in every way it can, alone and several at once: what
//! comes back is what the server held at one moment of the read, or the right error.
//!
//! One in eight scripts is calm. `MATRIX_SEED` and `MATRIX_SCRIPTS` choose other scripts; a script that
//! fails is named with the seed that repeats it alone.

mod alone;
mod company;
mod dice;
mod evidence;
mod oracle;
mod planted;
mod refusals;
mod rows;
mod script;
mod stage;
mod tally;
mod unseen;

use script::Script;
use tally::Tally;

const SEED: u64 = 20_261_005;
const SCRIPTS: u64 = 10_000;
/// What is random must still be thorough; fewer scripts are for a closer look.
const THOROUGH: u64 = 5_000;

fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

/// Runs one script; says what is wrong.
fn check(script: &Script, tally: &mut Tally) -> Result<(), String> {
    let (outcome, run) = stage::run(script);
    tally.count_run(script, &run);
    refusals::judge_requests(script, &run)?;
    match &outcome {
        Ok(snapshot) => {
            refusals::judge_costs(script, &run, snapshot)?;
            tally.count_snapshot(oracle::judge(script, &run, &snapshot.events)?);
        }
        Err(error) => {
            refusals::judge(&run, error)?;
            tally.count_error(error.kind());
        }
    }
    Ok(())
}

#[test]
fn random_scripts() {
    let (seed, scripts) = (setting("MATRIX_SEED", SEED), setting("MATRIX_SCRIPTS", SCRIPTS));
    let mut tally = Tally::default();
    for seed in (seed..).take(usize::try_from(scripts).unwrap()) {
        let script = Script::random(seed);
        if let Err(wrong) = check(&script, &mut tally) {
            panic!("MATRIX_SEED={seed} MATRIX_SCRIPTS=1: {wrong}\n{script:#?}");
        }
    }
    println!("MATRIX_SEED={seed} MATRIX_SCRIPTS={scripts}\n{tally}");
    if scripts >= THOROUGH {
        tally.assert_thorough();
    }
}
