//! The whole way from pages on disk to totals, each contestant a process of its own.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use benches::Failure;

use crate::timing::{self, Timing};

const ROUNDS: usize = 5;

/// `FOLDER [COMMAND ...]`: the command is run with the folder behind it.
pub fn measure(arguments: &[String]) -> Result<(), Failure> {
    let [folder, other @ ..] = arguments else { return Err("whole-way needs a folder".into()) };
    let ours = std::env::current_exe()?.with_file_name("whole_way");
    let ours = ours.to_str().ok_or("the path of this program is no text")?;
    let mut timings = [
        Timing::new("pages on disk to totals", "floor: plain serde_json"),
        Timing::new("", "ours"),
        Timing::new("", "the other command"),
    ];
    for _ in 0..ROUNDS {
        let [floor, own, others] = &mut timings;
        floor.push(run(&[ours, "floor"], folder)?.0);
        let (time, outcome) = run(&[ours, "ours"], folder)?;
        own.push(time);
        if !other.is_empty() {
            let command: Vec<&str> = other.iter().map(String::as_str).collect();
            let (time, theirs) = run(&command, folder)?;
            others.push(time);
            if theirs != outcome {
                return Err(format!("ours is   {outcome}\ntheirs is {theirs}").into());
            }
        }
        println!("{outcome}");
    }
    let count = if other.is_empty() { 2 } else { 3 };
    println!("{ROUNDS} interleaved rounds, processor time in milliseconds as each process counts it");
    timing::print(timings.get_mut(..count).unwrap_or_default(), Duration::from_millis(1));
    Ok(())
}

/// Runs a command that prints `NAME X s  OUTCOME`.
fn run(command: &[&str], folder: &str) -> Result<(Duration, String), Failure> {
    let [program, arguments @ ..] = command else { return Err("there is no command".into()) };
    let output = Command::new(program).args(arguments).arg(Path::new(folder)).output()?;
    let printed = String::from_utf8(output.stdout)?;
    if !output.status.success() {
        return Err(format!("{program} failed: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let (head, outcome) =
        printed.trim().split_once(" s  ").ok_or_else(|| format!("{program} printed {printed}"))?;
    let seconds: f64 = head.rsplit(' ').next().unwrap_or_default().parse()?;
    Ok((Duration::try_from_secs_f64(seconds)?, outcome.to_owned()))
}
