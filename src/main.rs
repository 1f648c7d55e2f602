//! Tradewind: durable customer journeys for people who sell across borders. This crate puts the parts together:
//! settings, command line and HTTP doors.

mod cli;
mod config;
mod http;
mod recipes;
#[cfg(test)]
mod statements;
mod workspace;

use std::process::ExitCode;

/// glibc's allocator took a tenth of the server's time under load, SQLite's share included.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Once, before anything may speak TLS: the libraries are built without a default.
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        cli::complain("TLS was set up twice: this is a defect of the program");
        return ExitCode::FAILURE;
    }
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => {
            let code = runtime.block_on(cli::run());
            // Not waited for: a thread that is busy with something endless must not keep the process.
            runtime.shutdown_background();
            code
        }
        Err(error) => {
            cli::complain(&format!("no threads could be started ({error}): raise the limit of processes (ulimit -u)"));
            ExitCode::FAILURE
        }
    }
}
