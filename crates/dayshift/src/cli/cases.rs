//! The commands about cases, grants and absences, and their help. What they do is in `command`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// An office and one of its cases.
#[derive(Debug, Args)]
pub struct CaseArgument {
    /// The case's number
    pub case: u64,
    /// The office
    #[arg(long, default_value = ".")]
    pub office: PathBuf,
    /// Who answers: a person of the office file; without it the first who may
    #[arg(long = "as")]
    pub person: Option<String>,
}

/// What binds an approval to what was shown.
#[derive(Debug, Args)]
pub struct Seen {
    /// The digest of the card that was shown, or its first twelve digits; without it the card is
    /// shown and a terminal asked
    #[arg(long)]
    pub digest: Option<String>,
}

/// What is allowed from now on, beside what is approved.
#[derive(Debug, Args)]
pub struct FromNowOn {
    /// Allow what is like this from now on, so many times at most
    #[arg(long, value_name = "COUNT")]
    pub times: Option<u32>,
    /// For how long: 30d, 2w
    #[arg(long = "for", value_name = "LENGTH", default_value = "30d", requires = "times")]
    pub length: String,
    /// An argument that must be exactly as shown
    #[arg(long = "same", value_name = "NAME", requires = "times")]
    pub same: Vec<String>,
    /// An argument that may be at most a number
    #[arg(long = "at-most", value_name = "NAME=NUMBER", requires = "times")]
    pub at_most: Vec<String>,
    /// A number that the argument may come to in all
    #[arg(long = "sum", value_name = "NAME=NUMBER", requires = "times")]
    pub sum: Option<String>,
}

/// What can be done with cases.
#[derive(Debug, Subcommand)]
pub enum CaseCommand {
    /// List cases
    #[command(after_help = "Example:\n  dayshift case list --office my-office --status asked")]
    List {
        /// The office
        #[arg(long, default_value = ".")]
        office: PathBuf,
        /// working, asked, "handed over", resting, done, "set aside", stuck …
        #[arg(long)]
        status: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Show one case whole, with the card of what it asks
    Show(CaseArgument),
    /// Approve exactly what was shown
    #[command(after_help = "Examples:\n  dayshift case approve 12\n  \
            dayshift case approve 12 --digest 3f2a91c04b7d\n  \
            dayshift case approve 12 --times 20 --same payee --at-most amount=500")]
    Approve {
        /// Which
        #[command(flatten)]
        case: CaseArgument,
        /// What was shown
        #[command(flatten)]
        seen: Seen,
        /// What is like it
        #[command(flatten)]
        from_now_on: FromNowOn,
    },
    /// Change arguments of what is asked, and approve that
    #[command(after_help = "Example:\n  dayshift case edit 12 --set text='Dear Jo, …'")]
    Edit {
        /// Which
        #[command(flatten)]
        case: CaseArgument,
        /// What was shown
        #[command(flatten)]
        seen: Seen,
        /// An argument and its new value
        #[arg(long = "set", value_name = "NAME=VALUE", required = true)]
        changes: Vec<String>,
    },
    /// Refuse what is asked
    Reject {
        /// Which
        #[command(flatten)]
        case: CaseArgument,
        /// Why; the worker sees it
        #[arg(long)]
        why: String,
    },
    /// Answer what is asked: a label, words, fields, or yes/no to "did this happen"
    #[command(after_help = "Examples:\n  dayshift case answer 12 billing\n  \
            dayshift case answer 12 --set desk=4 --set from=2026-03-10")]
    Answer {
        /// Which
        #[command(flatten)]
        case: CaseArgument,
        /// The answer
        #[arg(required_unless_present = "fields")]
        answer: Option<String>,
        /// A field of the form and its value
        #[arg(long = "set", value_name = "NAME=VALUE", conflicts_with = "answer")]
        fields: Vec<String>,
    },
    /// End a case
    Cancel {
        /// Which
        #[command(flatten)]
        case: CaseArgument,
        /// Why
        #[arg(long)]
        why: String,
    },
}

/// What can be done with standing grants.
#[derive(Debug, Subcommand)]
pub enum GrantCommand {
    /// List what is allowed from now on, and how much of it is used
    List {
        /// The office
        #[arg(default_value = ".")]
        office: PathBuf,
    },
    /// Take one back; it stops at once
    #[command(after_help = "Example:\n  dayshift grant revoke 12.7 --why 'new supplier'")]
    Revoke {
        /// Its name
        grant: String,
        /// The office
        #[arg(long, default_value = ".")]
        office: PathBuf,
        /// Who takes it back
        #[arg(long = "as")]
        person: Option<String>,
        /// Why
        #[arg(long)]
        why: String,
    },
}

/// Who is away, and who answers in their place.
#[derive(Debug, Subcommand)]
pub enum AwayCommand {
    /// List who is away
    List {
        /// The office
        #[arg(default_value = ".")]
        office: PathBuf,
    },
    /// Say that a person is away
    #[command(after_help = "Example:\n  \
            dayshift away set mara --deputy tobias --from 2026-12-20 --until 2027-01-02")]
    Set {
        /// Who is away
        person: String,
        /// Who answers in their place
        #[arg(long)]
        deputy: String,
        /// The first day
        #[arg(long)]
        from: String,
        /// The last day
        #[arg(long)]
        until: String,
        /// The office
        #[arg(long, default_value = ".")]
        office: PathBuf,
        /// Who says so; without it the person themselves
        #[arg(long = "as")]
        by: Option<String>,
    },
    /// Say that a person is back
    End {
        /// Who is back
        person: String,
        /// The office
        #[arg(long, default_value = ".")]
        office: PathBuf,
        /// Who says so; without it the person themselves
        #[arg(long = "as")]
        by: Option<String>,
    },
}
