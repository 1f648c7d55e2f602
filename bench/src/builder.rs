//! The builder in a real browser: what a first visit loads and waits for, and how smoothly large journeys move.

use crate::server::Site;
use crate::{Fallible, SiteArgs, report};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};

/// Measures and reports; the browser is driven by the same means as in the tests.
pub fn run(args: &SiteArgs) -> Fallible<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/browser");
    if !folder.join("node_modules/playwright-core").is_dir() {
        return Err("what drives the browser is not there: run `make prepare` once".into());
    }
    let mut site = Site::new(args, "builder")?;
    let mut server = site.start()?;
    server.ready()?;
    let measured = Command::new("node")
        .arg("measure.js")
        .current_dir(&folder)
        .env("ADDRESS", format!("http://{}", server.api.address))
        .env("KEY", &server.api.key)
        .stderr(Stdio::inherit())
        .output()?;
    for line in String::from_utf8(measured.stdout)?.lines() {
        report::publish(&serde_json::from_str::<Value>(line)?)?;
    }
    if !measured.status.success() {
        return Err(format!("the browser's measurements broke off: {}", measured.status).into());
    }
    server.stop()?;
    if args.keep { Ok(()) } else { site.remove() }
}
