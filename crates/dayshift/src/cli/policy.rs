//! The help of `policy`. What it does is in `command::policy`.

use clap::Subcommand;
use std::path::PathBuf;

/// What can be asked about what is allowed.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Say why a call of a case was allowed, asked or denied, and what would change it
    #[command(after_help = "Examples:\n  dayshift policy explain 12 reply my-office\n  \
            dayshift policy explain 12 tickets.create my-office --json")]
    Explain {
        /// The case's number
        case: u64,
        /// The step's name, the tool, or the call's number; the last such call is meant
        step: String,
        /// The office
        #[arg(default_value = ".")]
        dir: PathBuf,
    },
    /// Try the office's declarations: change what outsiders write, flip each declaration, see
    /// whether it is noticed
    #[command(after_help = "Example:\n  dayshift policy trial my-office")]
    Trial {
        /// The office
        #[arg(default_value = ".")]
        dir: PathBuf,
    },
}
