//! `dayshift person …`: the commands and their help. What they do is in `command::person`.

use casework::office::Role;
use clap::Subcommand;
use std::path::PathBuf;

/// What can be done with people who sign in.
#[derive(Debug, Subcommand)]
pub enum PersonCommand {
    /// List who may sign in
    List {
        /// The office
        dir: PathBuf,
    },
    /// Add a person; name and mail address are taken from the office file where it knows them
    #[command(after_help = "Example:\n  dayshift person add my-office mara --role owner")]
    Add {
        /// The office
        dir: PathBuf,
        /// A short word: as workers' files and journals name them
        who: String,
        /// What others call them
        #[arg(long)]
        name: Option<String>,
        /// Their mail address
        #[arg(long)]
        mail: Option<String>,
        /// reviewer, operator, auditor or owner; may be given more than once
        #[arg(long = "role", value_parser = role)]
        roles: Vec<Role>,
    },
    /// Give a person other roles; they are signed out
    #[command(after_help = "Example:\n  dayshift person role my-office mara reviewer auditor")]
    Role {
        /// The office
        dir: PathBuf,
        /// Who
        who: String,
        /// All roles they have from now on
        #[arg(required = true, value_parser = role)]
        roles: Vec<Role>,
    },
    /// Set a person's password, typed unseen or read from standard input; they are signed out
    #[command(after_help = "Example:\n  dayshift person password my-office mara < one-line-file")]
    Password {
        /// The office
        dir: PathBuf,
        /// Who
        who: String,
    },
    /// Let a person no longer sign in
    #[command(after_help = "Example:\n  dayshift person remove my-office mara")]
    Remove {
        /// The office
        dir: PathBuf,
        /// Who
        who: String,
    },
    /// Make a link that signs a person in once, within ten minutes
    #[command(after_help = "Example:\n  dayshift person link my-office mara")]
    Link {
        /// The office
        dir: PathBuf,
        /// Who
        who: String,
    },
}

fn role(word: &str) -> Result<Role, String> {
    Role::parse(word).ok_or_else(|| "it is reviewer, operator, auditor or owner".to_owned())
}
