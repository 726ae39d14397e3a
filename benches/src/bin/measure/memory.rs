//! How much memory the program `cursor-costs` takes at the worst moment, seen from outside.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use benches::Failure;

use crate::questions::prepare;
use crate::timing::tenths;

/// Runs the program over a folder as of `measure questions`, once for each command.
pub fn measure(arguments: &[String]) -> Result<(), Failure> {
    let program = std::env::current_exe()?.with_file_name("cursor-costs");
    if !program.exists() {
        return Err("build it first: cargo build --release -p cursor-costs-cli".into());
    }
    let folder = prepare(&tokio::runtime::Builder::new_current_thread().build()?, arguments)?;
    println!("megabytes resident at the worst moment");
    for command in [
        "status",
        "report --group-by service --interval last_3_months",
        "report --group-by resource_id --bin day --interval last_3_months --format csv -o report.csv",
        "export records --interval last_3_months -o records.csv",
    ] {
        let peak = peak_kilobytes(&program, &folder, command)?;
        println!("{:>8}  {command}", tenths(peak.into(), 1024));
    }
    println!("{:>8}  lines in records.csv", fs::read_to_string(folder.join("records.csv"))?.lines().count());
    Ok(())
}

fn peak_kilobytes(program: &Path, folder: &Path, command: &str) -> Result<u64, Failure> {
    let mut process = Command::new(program);
    process.args(command.split(' ')).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = process.spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait()?.is_none() {
        // What Linux has seen at the most so far; gone as soon as the program ends.
        let status = fs::read_to_string(&status).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next());
        peak = peak.max(kilobytes.and_then(|text| text.parse().ok()).unwrap_or_default());
        std::thread::sleep(Duration::from_millis(5));
    }
    // 2 says that some of the range was not read.
    if child.wait()?.code() == Some(1) { Err(format!("{command} failed").into()) } else { Ok(peak) }
}
