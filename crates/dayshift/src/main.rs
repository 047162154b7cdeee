//! The binary: wiring, configuration, command line. Names of connectors, judges and stores meet
//! here and nowhere else. It holds no rule of what is allowed.

mod bench;
mod cli;
mod command;
mod office;
mod report;
mod signing;
mod wiring;

use clap::Parser as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    if let cli::Command::ReadChild(command) = &cli.command {
        return command::read_child(command);
    }
    start_log(cli.verbose);
    // The bench measures the loop, which needs one thread; serving and many mail accounts use both
    // cores.
    let many = matches!(cli.command, cli::Command::Up { .. } | cli::Command::Demo(_));
    let mut builder = if many {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    match builder.enable_all().build() {
        Ok(runtime) => {
            let code = runtime.block_on(command::run(cli));
            // Threads that wait for input must not hold the process.
            runtime.shutdown_background();
            code
        }
        Err(error) => {
            tracing::error!(%error, "cannot start");
            ExitCode::from(1)
        }
    }
}

/// Logs go to standard error; `DAYSHIFT_LOG` says what, as `tracing` filters are written.
fn start_log(verbose: bool) {
    use tracing_subscriber::filter::EnvFilter;
    let fallback = if verbose { "info" } else { "error" };
    let filter =
        EnvFilter::try_from_env("DAYSHIFT_LOG").unwrap_or_else(|_| EnvFilter::new(fallback));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
